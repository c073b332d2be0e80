//! Zipkin and Jaeger's Thrift over real sockets: that the environment leads there, that failures are counted, and that other
//! destinations are left alone. Each row is a program of its own.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod otlp;
mod programs;

use otlp::server::{Reply, Server};
use programs::{AT_ONCE, Ended, ONE_BATCH, Program, ids, then_ok};
use serde_json::{Value, json};
use std::net::UdpSocket;
use std::time::Duration;

/// A format over HTTP.
struct Format {
    /// The destination's name.
    name: &'static str,
    /// The variable that names the server.
    variable: &'static str,
    path: &'static str,
    content_type: &'static str,
}

const ZIPKIN: Format = Format {
    name: "zipkin",
    variable: "OTEL_EXPORTER_ZIPKIN_ENDPOINT",
    path: "/api/v2/spans",
    content_type: "application/json",
};

const THRIFT: Format = Format {
    name: "jaeger",
    variable: "JAEGER_ENDPOINT",
    path: "/api/traces",
    content_type: "application/vnd.apache.thrift.binary",
};

/// Ten spans to this server in this format, and to one that is well by OTLP.
fn beside_otlp(format: &Format, server: &Server, more: &[(&str, &str)]) -> Ended {
    let well = Server::ok();
    let url = format!("{}{}", server.url, format.path);
    let exporters = format!("otlp,{}", format.name);
    let own = [
        ("OTEL_TRACES_EXPORTER", exporters.as_str()),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &well.url),
        (format.variable, &url),
        AT_ONCE,
    ];
    let ended = Program::start(&ONE_BATCH, &[&own, more].concat()).end();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(ended.otlp()["exported"], 10, "{ended:?}");
    assert_eq!(
        well.requests().iter().map(|one| ids(one).len()).sum::<usize>(),
        10
    );
    ended
}

#[test]
fn what_is_refused_is_counted_and_other_destinations_are_left_alone() {
    for format in [ZIPKIN, THRIFT] {
        for status in ["400 Bad", "401 No", "404 No", "500 Oops", "307 Away"] {
            let server = Server::start(move |_| Reply::with(status, "location: /elsewhere\r\n", b"no"));
            let ended = beside_otlp(&format, &server, &[]);
            let account = ended.destination(format.name);
            assert_eq!(server.requests().len(), 1, "{status}");
            assert_eq!(account["dropped"], json!({ "refused": 10 }), "{ended:?}");
            assert!(account["last_error"].as_str().unwrap().contains(&status[..3]));
        }
    }
}

#[test]
fn what_may_pass_is_sent_again_until_it_arrives() {
    for format in [ZIPKIN, THRIFT] {
        let late = Reply::with("429 Too Many", "retry-after: 0\r\n", b"");
        for reply in [late, Reply::status("503 Busy"), Reply::Last(Vec::new())] {
            let server = Server::start(then_ok(vec![reply]));
            let ended = beside_otlp(&format, &server, &[]);
            let account = ended.destination(format.name);
            assert_eq!(
                (&account["exported"], &account["retries"]),
                (&json!(10), &json!(1)),
                "{ended:?}"
            );
            let requests = server.requests();
            assert_eq!(requests.len(), 2);
            assert_eq!(requests[0].body, requests[1].body);
            assert_eq!(requests[0].path, format.path);
            assert_eq!(requests[0].header("content-type"), Some(format.content_type));
        }
    }
}

#[test]
fn a_server_that_hangs_holds_nobody_else_up() {
    for format in [ZIPKIN, THRIFT] {
        let server = Server::start(|_| Reply::Hang);
        let short = [
            ("OTEL_EXPORTER_ZIPKIN_TIMEOUT", "100"),
            ("OTEL_EXPORTER_JAEGER_TIMEOUT", "100"),
            ("SPANWRIGHT_EXPORT_ATTEMPTS", "2"),
        ];
        let ended = beside_otlp(&format, &server, &short);
        let account = ended.destination(format.name);
        assert_eq!(account["exported"], 0);
        assert_eq!(
            account["dropped"]
                .as_object()
                .unwrap()
                .values()
                .filter_map(Value::as_u64)
                .sum::<u64>(),
            10
        );
        assert!(
            account["last_error"]
                .as_str()
                .unwrap()
                .contains("no answer in time"),
            "{ended:?}"
        );
    }
}

#[test]
fn what_is_too_large_is_halved() {
    for format in [ZIPKIN, THRIFT] {
        let server = Server::start(|number| {
            Reply::status(if number == 0 {
                "413 Too Large"
            } else {
                "202 Accepted"
            })
        });
        let ended = beside_otlp(&format, &server, &[]);
        assert_eq!(ended.destination(format.name)["exported"], 10);
        assert_eq!(server.requests().len(), 3);
    }
}

#[test]
fn zipkin_gets_its_json() {
    let server = Server::start(|_| Reply::status("202 Accepted"));
    beside_otlp(&ZIPKIN, &server, &[]);
    let spans: Value = serde_json::from_slice(&server.request().body).unwrap();
    let spans = spans.as_array().unwrap();
    assert_eq!(spans.len(), 10);
    assert_eq!(spans[0]["localEndpoint"], json!({ "serviceName": "delivery" }));
    assert_eq!(spans[0]["tags"]["first.of.four.keys"], "a value of 24 characters");
}

/// A login goes with each request, and is never told.
#[test]
fn a_login_is_sent_and_not_shown() {
    let server = Server::start(|_| Reply::status("202 Accepted"));
    let login = [("JAEGER_USER", "me"), ("JAEGER_PASSWORD", "planted-secret")];
    let ended = beside_otlp(&THRIFT, &server, &login);
    let request = server.request();
    assert_eq!(
        request.header("authorization"),
        Some("Basic bWU6cGxhbnRlZC1zZWNyZXQ=")
    );
    assert!(!format!("{ended:?}").contains("planted-secret"), "{ended:?}");
}

/// The block of an old system, as it stands: one place is sent to, and all of its variables are told of.
#[test]
fn an_old_environment_leads_to_one_place() {
    let server = Server::start(|_| Reply::status("202 Accepted"));
    let agent = UdpSocket::bind("127.0.0.1:0").unwrap();
    agent.set_nonblocking(true).unwrap();
    let url = format!("{}/api/traces", server.url);
    let port = agent.local_addr().unwrap().port().to_string();
    let ended = Program::start(
        &ONE_BATCH,
        &[
            ("JAEGER_AGENT_HOST", "127.0.0.1"),
            ("JAEGER_AGENT_PORT", &port),
            ("JAEGER_ENDPOINT", &url),
            ("OTEL_EXPORTER_JAEGER_ENDPOINT", &url),
            ("OTEL_SERVICE_NAME", "tracing-service"),
            ("TRACE_SAMPLING_RATE", "1.0"),
            ("MAX_TRACES_PER_SECOND", "1000"),
            AT_ONCE,
        ],
    )
    .end();
    assert_eq!(
        ended.accounts["destinations"].as_array().unwrap().len(),
        1,
        "{ended:?}"
    );
    assert_eq!(ended.destination("jaeger")["exported"], 10, "{ended:?}");
    assert_eq!(server.requests().len(), 1);
    assert!(agent.recv(&mut [0; 10]).is_err(), "the agent was sent to, too");
    for line in [
        "OTEL_EXPORTER_JAEGER_ENDPOINT: is taken: spans go there by Jaeger's Thrift over HTTP",
        "JAEGER_ENDPOINT: has no effect beside OTEL_EXPORTER_JAEGER_ENDPOINT",
        "JAEGER_AGENT_HOST: has no effect beside OTEL_EXPORTER_JAEGER_ENDPOINT",
        "JAEGER_AGENT_PORT: has no effect beside OTEL_EXPORTER_JAEGER_ENDPOINT",
    ] {
        assert!(ended.stderr.contains(line), "{}", ended.stderr);
    }
}

#[test]
fn a_destination_is_switched_off_alone() {
    let server = Server::ok();
    let off = [("SPANWRIGHT_DISABLED_DESTINATIONS", "zipkin")];
    let ended = beside_otlp(&ZIPKIN, &server, &off);
    assert_eq!(ended.destination("zipkin")["on"], false);
    assert!(server.requests().is_empty());
}

/// Spans in a packet: the compact encoding has a list's length in a byte, or behind it.
fn packets(socket: &UdpSocket) -> Vec<Vec<u8>> {
    socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let mut buffer = vec![0; 70_000];
    let mut all = Vec::new();
    while let Ok(length) = socket.recv(&mut buffer) {
        all.push(buffer[..length].to_vec());
    }
    all
}

#[test]
fn an_agent_gets_packets_that_fit() {
    let agent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = agent.local_addr().unwrap().port().to_string();
    // They wait in the socket until they are read, so there must not be many.
    let ended = Program::start(
        &["spans", "500", "3000", "100"],
        &[("JAEGER_AGENT_PORT", &port), ("OTEL_BSP_SCHEDULE_DELAY", "500")],
    )
    .end();
    assert_eq!(ended.destination("jaeger")["exported"], 500, "{ended:?}");
    let packets = packets(&agent);
    assert!(packets.len() > 1, "{}", packets.len());
    for packet in &packets {
        assert!(packet.len() <= 65_000 && packet.starts_with(b"\x82\x81\x00\x09emitBatch"));
    }
    // Each span has this attribute once.
    let found = |packet: &Vec<u8>| {
        packet
            .windows(18)
            .filter(|bytes| bytes == b"first.of.four.keys")
            .count()
    };
    assert_eq!(packets.iter().map(found).sum::<usize>(), 500);
}

/// On one machine the system knows that nobody listens; what was sent is counted as lost.
#[cfg(target_os = "linux")]
#[test]
fn an_agent_that_is_not_there_is_told_and_counted() {
    let port = {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.local_addr().unwrap().port().to_string()
    };
    let ended = Program::start(
        &ONE_BATCH,
        &[
            ("JAEGER_AGENT_HOST", "127.0.0.1"),
            ("JAEGER_AGENT_PORT", &port),
            ("SPANWRIGHT_EXPORT_ATTEMPTS", "2"),
            AT_ONCE,
        ],
    )
    .end();
    let account = ended.destination("jaeger");
    assert_eq!(account["exported"], 0, "{ended:?}");
    assert!(
        account["last_error"].as_str().unwrap().contains("refused"),
        "{ended:?}"
    );
}
