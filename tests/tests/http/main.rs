//! HTTP servers and clients over real sockets.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod body;
mod client;
mod server;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use spanwright::http::TraceLayer;
use spanwright::testing::TestTraces;
use spanwright::{SpanRecord, Value, in_span};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// A span may end just after the client has its answer.
async fn wait_for(traces: &TestTraces, count: usize) -> Vec<SpanRecord> {
    for _ in 0..1000 {
        if traces.spans().len() >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let spans = traces.spans();
    assert_eq!(spans.len(), count, "{}", traces.tree());
    spans
}

async fn only(traces: &TestTraces) -> SpanRecord {
    wait_for(traces, 1).await.remove(0)
}

fn plain() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn fetch(address: SocketAddr, path: &str) -> StatusCode {
    let answer = plain()
        .get(format!("http://{address}{path}"))
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let _ = answer.bytes().await;
    status
}

async fn fetch_with(address: SocketAddr, headers: &[(&'static str, &'static str)]) {
    let mut request = plain().get(format!("http://{address}/"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap().bytes().await.unwrap();
}

fn text(span: &SpanRecord, key: &str) -> Option<String> {
    span.attribute(key).map(ToString::to_string)
}

fn int(span: &SpanRecord, key: &str) -> Option<i64> {
    match span.attribute(key) {
        Some(Value::Int(value)) => Some(*value),
        _ => None,
    }
}

fn hello(layer: TraceLayer) -> Router {
    Router::new()
        .route("/", get(|| async { in_span("work", || "hello") }))
        .layer(layer)
}
