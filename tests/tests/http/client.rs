//! A client's span, and the context that it sends.

use super::{hello, int, only, plain, serve, text, wait_for};
use axum::Router;
use axum::http::{Extensions, HeaderMap};
use axum::routing::get;
use reqwest::{Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next};
use spanwright::http::{ClientMiddleware, TraceLayer, UrlTemplate};
use spanwright::testing::TestTraces;
use spanwright::{Kind, Outcome, span};
use std::time::Duration;

fn traced() -> ClientWithMiddleware {
    ClientBuilder::new(plain()).with(ClientMiddleware::new()).build()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn client_and_server_are_one_trace() {
    let traces = TestTraces::start();
    let address = serve(hello(TraceLayer::new())).await;
    let call = async {
        let request = traced().get(format!("http://ada:pw@{address}/?q=1&sig=s3cr3t"));
        request
            .with_extension(UrlTemplate("/".into()))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    span!("caller").instrument(call).await;
    wait_for(&traces, 4).await;
    spanwright::assert_trace!(traces, "caller" => {
        "GET /" ["http.response.status_code" = 200, "url.template" = "/"] => {
            "GET /" ["http.route" = "/"] => { "work" }
        }
    });
    let spans = traces.spans();
    let client = spans.iter().find(|span| span.kind == Kind::Client).unwrap();
    let url = text(client, "url.full").unwrap();
    assert!(
        url.ends_with("/?q=1&sig=REDACTED") && !url.contains("pw"),
        "{url}"
    );
    assert_eq!(text(client, "server.address").as_deref(), Some("127.0.0.1"));
    assert_eq!(int(client, "server.port"), Some(address.port().into()));
    let server = spans.iter().find(|span| span.kind == Kind::Server).unwrap();
    assert!(server.parent_is_remote);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clients_errors() {
    let traces = TestTraces::start();
    let slow = || async {
        tokio::time::sleep(Duration::from_secs(60)).await;
    };
    let address = serve(Router::new().route("/slow", get(slow))).await;
    assert_eq!(
        traced()
            .get(format!("http://{address}/none"))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    let span = only(&traces).await;
    assert_eq!((span.name.as_ref(), span.outcome), ("GET", Outcome::Error));
    assert_eq!(text(&span, "error.type").as_deref(), Some("404"));
    traces.clear();

    let request = traced()
        .get(format!("http://{address}/slow"))
        .timeout(Duration::from_millis(50));
    request.send().await.unwrap_err();
    let span = only(&traces).await;
    assert_eq!(span.outcome, Outcome::Timeout);
    assert_eq!(text(&span, "error.type").as_deref(), Some("timeout"));
    traces.clear();

    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    traced()
        .get(format!("http://{closed}/"))
        .send()
        .await
        .unwrap_err();
    let span = only(&traces).await;
    assert_eq!(text(&span, "error.type").as_deref(), Some("connect"));
    assert_eq!(span.outcome, Outcome::Error);
    assert_eq!(
        span.events
            .iter()
            .filter(|event| event.name == "exception")
            .count(),
        1
    );
    traces.clear();

    let sent = async { traced().get(format!("http://{address}/slow")).send().await };
    assert!(
        tokio::time::timeout(Duration::from_millis(50), sent)
            .await
            .is_err()
    );
    assert_eq!(only(&traces).await.outcome, Outcome::Cancelled);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_servers_that_are_named_get_the_context() {
    let echo = |headers: HeaderMap| async move { headers.contains_key("traceparent").to_string() };
    let address = serve(Router::new().route("/", get(echo))).await;
    let traces = TestTraces::start();
    for (allowed, expected) in [(true, "true"), (false, "false")] {
        let middleware = ClientMiddleware::new().propagate_to(move |_| allowed);
        let client = ClientBuilder::new(plain()).with(middleware).build();
        let answer = client.get(format!("http://{address}/")).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), expected);
    }
    wait_for(&traces, 2).await;
}

/// Sends everything twice.
struct Twice;

#[async_trait::async_trait]
impl Middleware for Twice {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let again = request.try_clone().unwrap();
        next.clone().run(request, extensions).await?;
        next.run(again, extensions).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_attempt_has_its_span() {
    let traces = TestTraces::start();
    let address = serve(Router::new()).await;
    let client = ClientBuilder::new(plain())
        .with(Twice)
        .with(ClientMiddleware::new())
        .build();
    client.get(format!("http://{address}/")).send().await.unwrap();
    let spans = wait_for(&traces, 2).await;
    assert_eq!(int(&spans[0], "http.request.resend_count"), None);
    assert_eq!(int(&spans[1], "http.request.resend_count"), Some(1));
}
