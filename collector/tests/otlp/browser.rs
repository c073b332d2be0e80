//! Traces of web pages: CORS.

use prost::Message;

use crate::support::client::PROTOBUF;
use crate::support::requests::some_traces;
use crate::support::{Answer, Server};

async fn server() -> Server {
    Server::with(|config| {
        config.cors.origins = vec![
            "https://shop.example".to_owned(),
            "https://*.shop.example".to_owned(),
        ];
        config.cors.headers = vec!["X-Shop".to_owned()];
    })
    .await
}

async fn asks(server: &Server, path: &str, origin: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type,x-shop"),
    ];
    server.client().await.send("OPTIONS", path, &headers, "").await
}

#[tokio::test]
async fn a_configured_page_may_send_and_read_the_answer() {
    let server = server().await;
    for origin in ["https://shop.example", "https://www.shop.example"] {
        let answer = asks(&server, "/v1/traces", origin).await;
        assert_eq!(
            (answer.status, answer.header("access-control-allow-origin")),
            (204, origin)
        );
        assert_eq!(answer.header("access-control-allow-methods"), "POST");
        let headers = "content-type, content-encoding, traceparent, authorization, x-shop";
        assert_eq!(answer.header("access-control-allow-headers"), headers);
        let body = some_traces(1).encode_to_vec();
        for (body, status) in [(body, 200), (b"no".to_vec(), 400)] {
            let answer = server
                .post("/v1/traces", &[PROTOBUF, ("origin", origin)], body)
                .await;
            assert_eq!(
                (answer.status, answer.header("access-control-allow-origin")),
                (status, origin)
            );
            assert_eq!(answer.header("vary"), "origin");
        }
    }
}

#[tokio::test]
async fn other_pages_may_not() {
    let server = server().await;
    for (path, origin) in [
        ("/v1/traces", "https://other.example"),
        ("/v1/teapots", "https://shop.example"),
    ] {
        let answer = asks(&server, path, origin).await;
        assert!(answer.status >= 400, "{}", answer.status);
        assert_eq!(answer.header("access-control-allow-methods"), "");
    }
    let answer = server
        .post("/v1/traces", &[PROTOBUF, ("origin", "https://other.example")], "")
        .await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    // A page needs no leave to send plain text.
    let plain = [
        ("content-type", "text/plain"),
        ("origin", "https://other.example"),
    ];
    assert_eq!(
        server
            .post("/v1/traces", &plain, some_traces(1).encode_to_vec())
            .await
            .status,
        415
    );
    assert_eq!(server.store.records(), 0);
}

#[tokio::test]
async fn without_origins_no_page_may() {
    let server = Server::start().await;
    let answer = asks(&server, "/v1/traces", "https://shop.example").await;
    assert_eq!((answer.status, answer.header("vary")), (405, ""));
}
