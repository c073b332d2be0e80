//! W3C Trace Context over real sockets: a service between a caller and a callback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02";

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// What the service under test sends to its callbacks.
async fn callback() -> (SocketAddr, UnboundedReceiver<HeaderMap>) {
    let (sender, receiver) = unbounded_channel();
    let router = Router::new().fallback(post(move |headers: HeaderMap, Json(_): Json<Value>| async move {
        sender.send(headers).unwrap();
    }));
    (serve(router).await, receiver)
}

/// Sends the header lines byte for byte, which no client library would let through, and gives the headers of
/// `calls` callbacks.
async fn relay(lines: &[&str], calls: usize) -> Vec<HeaderMap> {
    let service = serve(spanwright_tests::trace_context::router()).await;
    let (address, mut received) = callback().await;
    let body = vec![json!({"url": format!("http://{address}/"), "arguments": []}); calls];
    let body = Value::from(body).to_string();
    let mut request = format!(
        "POST /test HTTP/1.1\r\nhost: {service}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    lines
        .iter()
        .for_each(|line| request.push_str(&format!("{line}\r\n")));
    request.push_str("\r\n");
    request.push_str(&body);

    let exchange = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(service).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    let answer = exchange.await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("null"),
        "{answer}"
    );
    let mut all = Vec::new();
    for _ in 0..calls {
        all.push(received.recv().await.unwrap());
    }
    all
}

fn values<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h str> {
    headers
        .get_all(name)
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect()
}

fn traceparent(headers: &HeaderMap) -> &str {
    let [one] = values(headers, "traceparent")[..] else {
        panic!("one traceparent: {headers:?}");
    };
    assert_eq!(one.len(), 55);
    one
}

#[tokio::test]
async fn a_trace_is_continued_with_its_state_and_baggage() {
    let sent = relay(
        &[
            &format!("TraceParent: {PARENT}"),
            "tracestate: foo=1,bar=2",
            "Tracestate: \t baz=3 , foo=4",
            "tracestate:",
            "baggage: a=1;p=%2Cx",
            "Baggage: b=%0D%0Ac",
        ],
        3,
    )
    .await;
    let mut spans = Vec::new();
    for headers in &sent {
        let parent = traceparent(headers);
        assert_eq!((&parent[..36], &parent[52..]), (&PARENT[..36], "-02"));
        spans.push(&parent[36..52]);
        assert_eq!(values(headers, "tracestate"), ["foo=1,bar=2,baz=3"]);
        assert_eq!(values(headers, "baggage"), ["a=1;p=%2Cx,b=%0D%0Ac"]);
    }
    spans.push(&PARENT[36..52]);
    spans.sort_unstable();
    spans.dedup();
    assert_eq!(spans.len(), 4, "every call is a span of its own");
}

#[tokio::test]
async fn what_is_not_a_traceparent_starts_a_new_trace_without_state() {
    let cases: [&[&str]; 5] = [
        &[],
        &[
            "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02",
            "TRACEPARENT: x",
        ],
        &["traceparent: 00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-02"],
        &["traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02-"],
        &["x-trace-id: abc123"],
    ];
    for case in cases {
        let lines = [case, &["tracestate: foo=1"]].concat();
        let sent = relay(&lines, 1).await;
        let parent = traceparent(&sent[0]);
        assert_ne!(&parent[..36], &PARENT[..36], "{case:?}");
        assert_eq!(
            &parent[52..],
            "-03",
            "{case:?}: a new trace is sampled, and its id random"
        );
        assert!(values(&sent[0], "tracestate").is_empty(), "{case:?}");
    }
}

#[tokio::test]
async fn a_broken_tracestate_leaves_the_trace_alone() {
    let members: Vec<String> = (0..33).map(|n| format!("k{n}=1")).collect();
    let cases = ["foo=1,FOO=2", "foo=,bar=1", "", &members.join(",")];
    for case in cases {
        let sent = relay(
            &[&format!("traceparent: {PARENT}"), &format!("tracestate: {case}")],
            1,
        )
        .await;
        assert_eq!(&traceparent(&sent[0])[..36], &PARENT[..36], "{case}");
        assert!(values(&sent[0], "tracestate").is_empty(), "{case}");
    }
}
