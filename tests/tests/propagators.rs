//! `OTEL_PROPAGATORS` over real sockets: a request with the headers of one format goes in, and out of the service comes one
//! with those of the same.

#![allow(clippy::unwrap_used, reason = "a test may")]
#![allow(dead_code, reason = "a part of the server is used")]

#[path = "otlp/server.rs"]
mod server;

use server::{Request, Server};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// What a service with these propagators sends on of a request with these headers.
fn relayed(propagators: &str, headers: &[(&str, &str)]) -> Request {
    let (next, otlp) = (Server::ok(), Server::ok());
    let mut command = Command::new(env!("CARGO_BIN_EXE_relay"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("OTEL_")) {
        command.env_remove(name);
    }
    let mut relay = command
        .arg(&next.url)
        .env("OTEL_PROPAGATORS", propagators)
        .env("OTEL_TRACES_EXPORTER", "otlp")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &otlp.url)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(relay.stdout.take().unwrap())
        .read_line(&mut address)
        .unwrap();
    let mut stream = TcpStream::connect(address.trim().trim_start_matches("http://")).unwrap();
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    write!(
        stream,
        "GET / HTTP/1.1\r\nhost: relay\r\nconnection: close\r\n{lines}\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("200 OK"), "{answer}");
    drop(relay.stdin.take());
    assert!(relay.wait().unwrap().success());
    next.request()
}

/// All headers that carry a trace.
fn carriers(request: &Request) -> Vec<&str> {
    let known = ["traceparent", "tracestate", "baggage", "b3", "uber-trace-id"];
    let is_carrier =
        |name: &str| known.contains(&name) || name.starts_with("x-b3-") || name.starts_with("uberctx-");
    let mut names: Vec<_> = request
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| is_carrier(name))
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn jaegers_header_is_continued() {
    let parent = format!("{TRACE}:{SPAN}:0:1");
    let sent = relayed(
        "jaeger",
        &[
            ("uber-trace-id", &parent),
            ("uberctx-user", "a%20b"),
            ("traceparent", "no"),
        ],
    );
    assert_eq!(carriers(&sent), ["uber-trace-id", "uberctx-user"]);
    let line = sent.header("uber-trace-id").unwrap();
    assert!(
        line.starts_with(&format!("{TRACE}:")) && line.ends_with(":1"),
        "{line}"
    );
    assert!(
        !line.contains(SPAN),
        "the sender's span was passed on as one's own: {line}"
    );
    assert_eq!(sent.header("uberctx-user"), Some("a%20b"));
}

#[test]
fn b3_in_one_header_and_in_many() {
    let one = format!("{TRACE}-{SPAN}-1");
    let many = [
        ("x-b3-traceid", TRACE),
        ("x-b3-spanid", SPAN),
        ("x-b3-sampled", "1"),
    ];
    // Each reads both, and writes its own.
    for headers in [&[("b3", one.as_str())][..], &many] {
        let sent = relayed("b3", headers);
        assert_eq!(carriers(&sent), ["b3"]);
        let line = sent.header("b3").unwrap();
        assert!(
            line.starts_with(&format!("{TRACE}-")) && line.ends_with("-1"),
            "{line}"
        );
        let sent = relayed("b3multi", headers);
        assert_eq!(carriers(&sent), ["x-b3-sampled", "x-b3-spanid", "x-b3-traceid"]);
        assert_eq!(sent.header("x-b3-traceid"), Some(TRACE));
        assert_eq!(sent.header("x-b3-sampled"), Some("1"));
        assert_ne!(sent.header("x-b3-spanid"), Some(SPAN));
    }
}

/// A list reads the first that is there, and writes all.
#[test]
fn several_at_once() {
    let parent = format!("{TRACE}:{SPAN}:0:1");
    let sent = relayed("tracecontext,baggage,b3,jaeger", &[("uber-trace-id", &parent)]);
    assert_eq!(carriers(&sent), ["b3", "traceparent", "uber-trace-id"]);
    for name in carriers(&sent) {
        assert!(sent.header(name).unwrap().contains(TRACE), "{name}");
    }
    assert!(carriers(&relayed("none", &[("uber-trace-id", &parent)])).is_empty());
}
