//! What a scrape gets. `interop -- prometheus` lets the real Prometheus read it.

#![allow(clippy::unwrap_used, reason = "a test may")]

use spanwright::destination::{Prometheus, PrometheusDestination};
use spanwright::trace_db_query;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
#[error("gone")]
struct Gone;

#[trace_db_query(
    system = "postgresql",
    query = "SELECT name FROM users WHERE id = $1",
    namespace = "a\"b",
    metrics
)]
fn query(fail: bool) -> Result<u8, Gone> {
    if fail { Err(Gone) } else { Ok(1) }
}

/// The whole answer, as bytes come.
fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn scrape(address: SocketAddr) -> String {
    ask(address, "GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n")
}

fn started() -> PrometheusDestination {
    Prometheus::new().listen("127.0.0.1:0").start().unwrap()
}

#[test]
fn a_scrape_gets_the_metrics_as_they_are() {
    let metrics = started();
    let address = metrics.address();
    let empty = scrape(address);
    assert!(empty.ends_with("\r\n\r\n# EOF\n"), "{empty}");

    let guard = spanwright::builder("shop").destination(metrics).init().unwrap();
    for fail in [false, false, true] {
        let _ = query(fail);
    }
    assert!(guard.flush(Duration::from_secs(10)).complete);
    let answer = scrape(address);
    let (head, text) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    assert!(head.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"));
    let line = |start: &str, end: &str| {
        let found = text
            .lines()
            .any(|line| line.starts_with(start) && line.ends_with(end));
        assert!(found, "{start} … {end} in\n{text}");
    };
    line("# TYPE db_client_operation_duration_seconds histogram", "");
    line(
        "db_client_operation_duration_seconds_count{db_namespace=\"a\\\"b\",",
        "} 2",
    );
    let labels = "db_client_operation_duration_seconds_bucket{le=\"+Inf\",db_namespace=\"a\\\"b\",";
    line(labels, "} 2");
    line(labels, "} 1");
    line("target_info{", "} 1");
    assert!(text.contains("error_type=\"prometheus::Gone\""), "{text}");
    assert!(text.contains("service_name=\"shop\""), "{text}");
    assert!(text.ends_with("# EOF\n"));

    // The address is free again when the program is done with it.
    drop(guard);
    for _ in 0..500 {
        if TcpStream::connect(address).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it still listens");
}

#[test]
fn what_is_no_scrape_is_told_so() {
    let metrics = started();
    let cases = [
        ("GET / HTTP/1.1\r\nhost: a\r\n\r\n", "404 Not Found"),
        (
            "POST /metrics HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n",
            "405 Method Not Allowed",
        ),
        ("GET /metrics\r\n\r\n\r\n", "400 Bad Request"),
    ];
    for (request, status) in cases {
        let answer = ask(metrics.address(), request);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{request:?}: {answer}"
        );
    }
    let head = ask(metrics.address(), "HEAD /metrics HTTP/1.1\r\nhost: a\r\n\r\n");
    assert!(
        head.contains("content-length: 6") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
}

#[test]
fn who_says_nothing_does_not_keep_others_from_scraping() {
    let metrics = started();
    let silent: Vec<_> = (0..10)
        .map(|_| TcpStream::connect(metrics.address()).unwrap())
        .collect();
    assert!(scrape(metrics.address()).ends_with("# EOF\n"));
    drop(silent);
}

#[test]
fn an_address_that_cannot_be_had_is_a_clear_error() {
    let taken = started();
    let error = Prometheus::new()
        .listen(taken.address().to_string())
        .start()
        .unwrap_err();
    assert!(error.to_string().contains("give another port"), "{error}");
    let error = Prometheus::new().listen("nowhere").start().unwrap_err();
    assert!(error.to_string().contains("is no address"), "{error}");
}
