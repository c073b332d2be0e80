//! W3C Trace Context over real sockets: a service between a caller and a callback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use spanwright::propagate::{Baggage, Propagators};
use spanwright_tests::thresholds::{self, hold, three_tries};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;
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

/// What the service is asked to do so that a call goes through it so many times before it reaches `last`.
fn through(hops: usize, service: SocketAddr, last: SocketAddr) -> Value {
    let end = json!([{"url": format!("http://{last}/"), "arguments": []}]);
    (1..hops).fold(
        end,
        |inner, _| json!([{"url": format!("http://{service}/test"), "arguments": inner}]),
    )
}

#[tokio::test]
async fn ten_hops_change_neither_the_trace_nor_its_state_nor_baggage() {
    let state = (0..32)
        .map(|n| format!("vendor{n}=v:{n}"))
        .collect::<Vec<_>>()
        .join(",");
    let baggage = "tenant=blue%2C%20inc;p=%25;q,b=%0D%0Ac,%C3%A9=no,tenant=again,(=no";
    let kept = "tenant=blue%2C%20inc;p=%25;q,b=%0D%0Ac,%C3%A9=no,tenant=again";
    let service = serve(spanwright_tests::trace_context::router()).await;
    let (last, mut received) = callback().await;
    let body = through(10, service, last);
    let answer = reqwest::Client::new()
        .post(format!("http://{service}/test"))
        .header("traceparent", PARENT)
        .header("tracestate", &state)
        .header("baggage", baggage)
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let headers = received.recv().await.unwrap();
    let parent = traceparent(&headers);
    assert_eq!((&parent[..36], &parent[52..]), (&PARENT[..36], "-02"));
    assert_eq!(values(&headers, "tracestate"), [state]);
    assert_eq!(values(&headers, "baggage"), [kept]);
}

/// Ten thousand lines of a header, each valid, behind a parent.
fn many(name: &'static str) -> Vec<(&'static str, String)> {
    let mut lines = vec![("traceparent", PARENT.to_owned())];
    lines.extend((0..10_000).map(|n| (name, format!("k{n}={}", "v".repeat(n % 300)))));
    lines
}

#[test]
fn of_ten_thousand_lines_eight_kibibytes_have_a_say() {
    let propagators = Propagators::default();
    for name in ["baggage", "tracestate"] {
        // Long members, so that neither their number nor a broken one ends it before the bytes do.
        let mut lines: Vec<_> = many(name)
            .into_iter()
            .filter(|(own, line)| *own != name || (250..=255).contains(&line.len()))
            .collect();
        let found = propagators.extract(&lines);
        let mut left: usize = 8 * 1024 + 1;
        for (_, line) in lines.iter_mut().filter(|(own, _)| *own == name) {
            if left == 0 {
                *line = "(broken".to_owned();
            }
            left = left.saturating_sub(line.len() + 1);
        }
        assert_eq!(left, 0);
        assert_eq!(propagators.extract(&lines), found, "{name}");
        let span = found.span.unwrap();
        match name {
            "baggage" => assert!(
                (20..=64).contains(&found.baggage.len()),
                "{}",
                found.baggage.len()
            ),
            _ => assert!(span.trace_state.is_some_and(|state| state.len() <= 2048)),
        }
    }
}

#[test]
fn hostile_headers_are_read_in_time() {
    let long = |name: &'static str, piece: &str| {
        vec![
            ("traceparent", PARENT.to_owned()),
            (name, piece.repeat((1 << 20) / piece.len())),
        ]
    };
    let formats = [
        "tracecontext,baggage",
        "b3",
        "b3multi",
        "jaeger",
        "xray",
        "legacy",
    ];
    for lines in [
        many("baggage"),
        many("tracestate"),
        many("traceparent"),
        many("x-trace-id"),
        many("b3"),
        many("uberctx-a"),
        many("x-unknown"),
        long("tracestate", "a=1,"),
        long("baggage", "a=1;b=2,"),
        long("baggage", "%2C"),
        long("uber-trace-id", "1"),
        long("x-amzn-trace-id", ";"),
    ] {
        let mut map = HeaderMap::new();
        for (name, line) in &lines {
            map.append(*name, line.parse().unwrap());
        }
        for format in formats {
            let propagators = Propagators::parse(format).0;
            three_tries(|| {
                let began = Instant::now();
                let found = propagators.extract(&map);
                let took = began.elapsed();
                assert!(found.baggage.len() <= Baggage::MAX_MEMBERS);
                hold(took <= thresholds::headers(), || {
                    format!("{format}, {} lines of {}: {took:?}", lines.len(), lines[1].0)
                })
            });
        }
    }
}
