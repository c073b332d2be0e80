//! A server's span ends with the response's body, or when the client goes away.

use super::{fetch, plain, serve, wait_for};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use spanwright::http::TraceLayer;
use spanwright::testing::TestTraces;
use spanwright::{Kind, Outcome, Status, in_span, span};
use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Sends a request byte for byte; the connection lives as long as what is returned.
fn send_raw(address: SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n").unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_goes_away_cancels() {
    let traces = TestTraces::start();
    let (started, mut wait) = tokio::sync::mpsc::unbounded_channel();
    let handler = move || async move {
        span!("query")
            .instrument(async move {
                started.send(()).unwrap();
                std::future::pending::<()>().await;
            })
            .await;
    };
    let address = serve(Router::new().route("/", get(handler)).layer(TraceLayer::new())).await;
    let stream = send_raw(address, "/");
    wait.recv().await.unwrap();
    drop(stream);
    for span in wait_for(&traces, 2).await {
        assert_eq!(
            (span.outcome, span.status),
            (Outcome::Cancelled, Status::Unset),
            "{}",
            span.name
        );
    }
}

fn streaming(pause: bool) -> impl Fn() -> std::future::Ready<Response> + Clone + Send + Sync + 'static {
    move || {
        let chunks = async_stream::stream! {
            for n in 0..3 {
                yield Ok::<_, Infallible>(in_span("chunk", || Bytes::from(format!("{n};"))));
                if pause {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
            if pause {
                std::future::pending::<()>().await;
            }
        };
        std::future::ready(Response::new(Body::from_stream(chunks)))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_span_ends_with_the_body() {
    let traces = TestTraces::start();
    let address = serve(
        Router::new()
            .route("/", get(streaming(false)))
            .layer(TraceLayer::new()),
    )
    .await;
    assert_eq!(fetch(address, "/").await, 200);
    let spans = wait_for(&traces, 4).await;
    let server = spans.last().unwrap();
    assert_eq!((server.kind, server.outcome), (Kind::Server, Outcome::Ok));
    for chunk in &spans[..3] {
        assert_eq!(chunk.parent_span_id, Some(server.span_id));
        assert!(chunk.end_ns <= server.end_ns);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_not_read_to_its_end_is_abandoned() {
    let traces = TestTraces::start();
    let address = serve(
        Router::new()
            .route("/", get(streaming(true)))
            .layer(TraceLayer::new()),
    )
    .await;
    let gone = tokio::task::spawn_blocking(move || {
        let mut stream = send_raw(address, "/");
        let mut seen = Vec::new();
        while !seen.ends_with(b"2;\r\n") {
            let mut buffer = [0; 256];
            let read = stream.read(&mut buffer).unwrap();
            assert_ne!(read, 0);
            seen.extend_from_slice(&buffer[..read]);
        }
    });
    gone.await.unwrap();
    let spans = wait_for(&traces, 4).await;
    let server = spans.last().unwrap();
    assert_eq!((server.kind, server.outcome), (Kind::Server, Outcome::Abandoned));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_nobody_polls_to_the_end_are_complete() {
    let traces = TestTraces::start();
    let sized = || async {
        let chunks = async_stream::stream! {
            yield Ok::<_, Infallible>("four");
            std::future::pending::<()>().await;
        };
        Response::builder()
            .header("content-length", "4")
            .body(Body::from_stream(chunks))
            .unwrap()
    };
    let router = Router::new()
        .route("/sized", get(sized))
        .route("/stream", get(streaming(true)))
        .route("/none", get(|| async { StatusCode::NO_CONTENT }))
        .layer(TraceLayer::new());
    let address = serve(router).await;
    fetch(address, "/sized").await;
    fetch(address, "/none").await;
    plain()
        .head(format!("http://{address}/stream"))
        .send()
        .await
        .unwrap();
    for span in wait_for(&traces, 3).await {
        assert_eq!(span.outcome, Outcome::Ok, "{}", span.name);
    }
}
