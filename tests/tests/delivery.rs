//! How batches are delivered: what is tried again, what is given up, and that the accounts add up. Each row is a program of
//! its own against a server that misbehaves, and is told by what the server saw.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod otlp;
mod programs;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point};
use otlp::server::{Reply, Request, Server};
use programs::{AT_ONCE, ONE_BATCH, Program, different, ids, one_batch, sizes, then_ok};
use prost::Message;
use serde_json::json;
use std::io::Read;
use std::net::TcpListener;
use std::time::Duration;

#[test]
fn what_may_pass_is_sent_again_until_it_arrives() {
    let closed = || Reply::Last(Vec::new());
    let torn = || Reply::Last(b"HTTP/1.1 503 Busy\r\ncontent-le".to_vec());
    for (name, replies) in [
        ("429", vec![Reply::status("429 Too Many")]),
        ("502", vec![Reply::status("502 Bad Gateway")]),
        (
            "503 twice",
            vec![Reply::status("503 Busy"), Reply::status("503 Busy")],
        ),
        ("504", vec![Reply::status("504 Time-out")]),
        ("closed", vec![closed()]),
        ("torn", vec![torn()]),
        ("garbage", vec![Reply::Last(b"SSH-2.0-OpenSSH\r\n\r\n".to_vec())]),
    ] {
        let failures = replies.len();
        let (requests, ended) = one_batch(&[], then_ok(replies));
        assert_eq!(requests.len(), failures + 1, "{name}: {ended:?}");
        assert!(
            requests.iter().all(|request| request.body == requests[0].body),
            "{name}"
        );
        let account = ended.otlp();
        assert_eq!(account["exported"], 10, "{name}: {ended:?}");
        assert_eq!(account["retries"], failures, "{name}: {ended:?}");
    }
}

#[test]
fn a_connection_reset_in_the_middle_of_a_request_is_no_loss() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let program = Program::to(&url, &ONE_BATCH, &[AT_ONCE]);
    for _ in 0..2 {
        // What was not read resets the connection.
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 10]).unwrap();
    }
    let server = Server::on(listener, |_| Reply::status("200 OK"));
    let ended = program.end();
    assert_eq!(sizes(&server.requests()), [10]);
    assert_eq!(ended.otlp()["exported"], 10);
    assert_eq!(ended.otlp()["retries"], 2);
}

#[test]
fn what_will_not_pass_is_sent_once_and_counted() {
    for status in [
        "400 Bad",
        "401 No",
        "403 No",
        "404 No",
        "500 Oops",
        "501 No",
        "301 Moved",
        "307 Away",
        "308 Away",
    ] {
        let elsewhere = Server::ok();
        let location = format!("location: {}/v1/traces\r\n", elsewhere.url);
        let (requests, ended) = one_batch(&[], move |_| Reply::with(status, &location, b""));
        assert_eq!(requests.len(), 1, "{status}: {ended:?}");
        assert!(elsewhere.requests().is_empty(), "{status} was followed");
        assert_eq!(ended.otlp()["dropped"], json!({ "refused": 10 }), "{status}");
        assert!(
            ended.otlp()["last_error"]
                .as_str()
                .unwrap()
                .contains(&status[..3])
        );
    }
}

#[test]
fn a_success_that_cannot_be_read_and_a_partial_one_are_not_sent_again() {
    let (requests, ended) = one_batch(&[], |_| Reply::with("200 OK", "", b"<html>"));
    assert_eq!((requests.len(), &ended.otlp()["exported"]), (1, &json!(10)));
    let (requests, ended) = one_batch(&[], |_| {
        Reply::with("200 OK", "", b"\x0a\x0b\x08\x03\x12\x07too old")
    });
    assert_eq!(requests.len(), 1);
    let account = ended.otlp();
    assert_eq!(
        (&account["exported"], &account["rejected"]),
        (&json!(7), &json!(3))
    );
}

#[test]
fn what_is_too_large_is_halved_down_to_one_span() {
    // The server takes four at most, and never the third of all.
    let mut third = None;
    let (requests, ended) = one_batch(&[], move |_| Reply::status("413 Content Too Large"));
    assert_eq!(ended.otlp()["dropped"], json!({ "refused": 10 }));
    let sizes_seen = sizes(&requests);
    assert_eq!(sizes_seen[..4], [10, 5, 2, 1]);
    assert_eq!(sizes_seen.iter().filter(|size| **size == 1).count(), 10);

    let (requests, ended) = one_batch(&[], move |number| {
        third.get_or_insert(number);
        Reply::status(if number == 0 {
            "413 Content Too Large"
        } else {
            "200 OK"
        })
    });
    assert_eq!(sizes(&requests), [10, 5, 5]);
    assert_eq!(different(&requests[1..]), 10);
    assert_eq!(ended.otlp()["exported"], 10);
    assert_eq!(ended.otlp()["retries"], 0);
}

#[test]
fn three_denials_in_a_row_pause_a_destination_and_a_probe_asks_again() {
    let server = Server::start(|number| Reply::status(if number < 3 { "401 No" } else { "200 OK" }));
    // A flush asks again at once; without one, 30 s later.
    let ended = Program::to(&server.url, &["rounds", "1", "400", "6", "2000"], &[AT_ONCE]).end();
    assert_eq!(ended.otlp()["dropped"], json!({ "refused": 3 }));
    assert_eq!(ended.otlp()["exported"], 3, "{ended:?}");

    let server = Server::start(|_| Reply::status("403 No"));
    let ended = Program::to(
        &server.url,
        &["spans", "50", "1500", "500"],
        &[AT_ONCE, ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10")],
    )
    .end();
    // Three, then silence, and a probe at the end, after which the rest is given up.
    assert_eq!(server.requests().len(), 4);
    assert_eq!(ended.otlp()["dropped"], json!({ "refused": 50 }));
    assert_eq!(ended.otlp()["paused"], true);
}

#[test]
fn a_batch_is_given_up_after_the_attempts_or_the_time_that_are_set() {
    let (requests, ended) = one_batch(&[("SPANWRIGHT_EXPORT_ATTEMPTS", "2")], |_| {
        Reply::status("503 Busy")
    });
    assert_eq!(requests.len(), 2);
    assert_eq!(ended.otlp()["dropped"], json!({ "expired": 10 }));

    let (requests, ended) = one_batch(&[("OTEL_BSP_EXPORT_TIMEOUT", "1200")], |_| {
        Reply::status("503 Busy")
    });
    assert!(requests.len() >= 2, "{}", requests.len());
    assert!(
        requests
            .iter()
            .all(|request| request.at - requests[0].at < Duration::from_millis(1700))
    );
    assert_eq!(ended.otlp()["dropped"], json!({ "expired": 10 }));

    let (_, ended) = one_batch(&[], |_| Reply::status("503 Busy"));
    // Five minutes are not over. At the deadline it is given up, or just about to be.
    let dropped = ended.otlp()["dropped"]["shut down"].as_u64().unwrap_or(0);
    assert_eq!(
        dropped + ended.otlp()["pending"].as_u64().unwrap(),
        10,
        "{ended:?}"
    );
}

#[test]
fn no_answer_in_time_is_tried_again() {
    let server = Server::start(|number| {
        if number == 0 {
            Reply::Hang
        } else {
            Reply::status("200 OK")
        }
    });
    let variables = [AT_ONCE, ("OTEL_EXPORTER_OTLP_TIMEOUT", "300")];
    let ended = Program::to(&server.url, &ONE_BATCH, &variables).end();
    assert_eq!(server.requests().len(), 2);
    assert_eq!(ended.otlp()["exported"], 10);
}

#[test]
fn fresh_batches_go_before_the_backlog() {
    // The first flush fails and leaves a backlog; by the time of the second the server is back.
    let server = Server::start(|number| {
        Reply::with(
            if number == 0 { "503 Busy" } else { "200 OK" },
            "retry-after: 1\r\n",
            b"",
        )
    });
    let ended = Program::to(&server.url, &["rounds", "5", "600", "2", "5000"], &[AT_ONCE]).end();
    let requests = server.requests();
    let seen: Vec<_> = requests.iter().map(ids).collect();
    assert_eq!(seen.len(), 3, "{ended:?}");
    assert_ne!(seen[1], seen[0], "the fresh one");
    assert_eq!(seen[2], seen[0], "then the backlog");
    assert_eq!(ended.otlp()["exported"], 10);
}

#[test]
fn a_destination_is_switched_off_and_on_by_name() {
    let server = Server::ok();
    let ended = Program::to(&server.url, &["switch"], &[]).end();
    assert_eq!(sizes(&server.requests()), [1, 4]);
    assert_eq!(ended.otlp()["dropped"], json!({ "switched off": 2 }));

    let variables = [("SPANWRIGHT_DISABLED_DESTINATIONS", "otlp, nowhere")];
    let ended = Program::to(&server.url, &["spans", "5", "0", "1000"], &variables).end();
    assert!(server.requests().is_empty());
    assert_eq!(ended.otlp()["dropped"], json!({ "switched off": 5 }));
    assert_eq!(ended.otlp()["on"], false);
    assert!(
        ended.stderr.contains("no destination is called \"nowhere\""),
        "{}",
        ended.stderr
    );
    assert!(!ended.stderr.contains("lost"), "{}", ended.stderr);
}

#[test]
fn the_bound_in_records_holds_where_it_is_set() {
    let server = Server::start(|_| Reply::with("503 Busy", "retry-after: 60\r\n", b""));
    let variables = [
        AT_ONCE,
        ("OTEL_BSP_MAX_QUEUE_SIZE", "100"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "50"),
    ];
    let ended = Program::to(&server.url, &["spans", "1000", "500", "100"], &variables).end();
    let dropped = &ended.otlp()["dropped"];
    assert_eq!(dropped["shut down"], 100, "{dropped}");
    assert_eq!(dropped["queue full"], 900, "{dropped}");
}

#[test]
fn a_key_in_clear_to_another_machine_is_warned_of_once() {
    let run = |url: &str, headers: &str| {
        let variables = [
            ("OTEL_EXPORTER_OTLP_HEADERS", headers),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "10"),
        ];
        Program::to(url, &["spans", "0", "0", "0"], &variables)
            .end()
            .stderr
    };
    // A name that cannot be found: nothing is sent.
    let warned = run("http://collector.invalid:4318", "x-api-key=k1-secret");
    assert_eq!(warned.matches("travels unencrypted").count(), 1, "{warned}");
    assert!(!warned.contains("secret"), "{warned}");
    for (url, headers) in [
        ("http://127.0.0.1:9", "x-api-key=k1-secret"),
        ("http://localhost:9", "x-api-key=k1-secret"),
        ("https://collector.invalid:4318", "x-api-key=k1-secret"),
        ("http://collector.invalid:4318", "x-scope-orgid=shop"),
    ] {
        assert_eq!(
            run(url, headers).matches("unencrypted").count(),
            0,
            "{url} {headers}"
        );
    }
}

/// The points of one instrument in the last metrics that arrived: attributes and value.
fn points(requests: &[Request], name: &str) -> Vec<(Vec<String>, f64)> {
    let last = requests
        .iter()
        .rfind(|request| request.path == "/v1/metrics")
        .unwrap();
    let last = ExportMetricsServiceRequest::decode(&*last.body).unwrap();
    let scopes = last
        .resource_metrics
        .into_iter()
        .flat_map(|resource| resource.scope_metrics);
    let metrics = scopes
        .flat_map(|scope| scope.metrics)
        .filter(|metric| metric.name == name);
    let points = metrics.flat_map(|metric| match metric.data.unwrap() {
        Data::Sum(sum) => sum.data_points,
        other => panic!("{other:?}"),
    });
    points
        .map(|point| {
            let texts =
                point
                    .attributes
                    .into_iter()
                    .map(|pair| match pair.value.and_then(|value| value.value) {
                        Some(Any::StringValue(text)) => text,
                        other => panic!("{other:?}"),
                    });
            let Some(number_data_point::Value::AsDouble(value)) = point.value else {
                panic!("no number")
            };
            (texts.collect(), value)
        })
        .collect()
}

#[test]
fn the_pipelines_own_metrics_are_sent_where_asked() {
    let server = Server::start(|number| Reply::status(if number == 0 { "400 Bad" } else { "200 OK" }));
    let variables = [
        ("SPANWRIGHT_SELF_METRICS", "true"),
        ("OTEL_METRICS_EXPORTER", "otlp"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "1000"),
    ];
    Program::to(&server.url, &["rounds", "10", "5000", "3", "5000"], &variables).end();
    let requests = server.requests();
    let processor = || {
        vec![
            "batching_span_processor".to_owned(),
            "batching_span_processor/otlp".to_owned(),
        ]
    };
    let exporter = || vec!["spanwright::Destination".to_owned(), "otlp".to_owned()];
    let refused = [exporter(), vec!["refused".to_owned()]].concat();
    for (name, expected) in [
        (
            "otel.sdk.span.live",
            vec![(vec!["RECORD_AND_SAMPLE".to_owned()], 0.0)],
        ),
        (
            "otel.sdk.span.started",
            vec![
                (vec!["RECORD_AND_SAMPLE".to_owned()], 30.0),
                (vec!["DROP".to_owned()], 0.0),
            ],
        ),
        ("otel.sdk.processor.span.queue.size", vec![(processor(), 0.0)]),
        (
            "otel.sdk.processor.span.queue.capacity",
            vec![(processor(), 1000.0)],
        ),
        ("otel.sdk.processor.span.processed", vec![(processor(), 30.0)]),
        ("otel.sdk.exporter.span.inflight", vec![(exporter(), 0.0)]),
        (
            "otel.sdk.exporter.span.exported",
            vec![(exporter(), 20.0), (refused, 10.0)],
        ),
    ] {
        assert_eq!(points(&requests, name), expected, "{name}");
    }

    let unasked = Server::ok();
    let ended = Program::to(
        &unasked.url,
        &["spans", "1", "0", "1000"],
        &[("OTEL_METRICS_EXPORTER", "otlp")],
    )
    .end();
    assert_eq!(ended.otlp()["offered"], 1, "{ended:?}");
}

#[test]
fn metrics_that_a_backend_does_not_take_are_no_loss() {
    let server = Server::answering(|request| match request.path.ends_with("/v1/metrics") {
        true => Reply::status("404 Not Found"),
        false => Reply::status("200 OK"),
    });
    let metrics = [
        ("OTEL_METRICS_EXPORTER", "otlp"),
        ("SPANWRIGHT_SELF_METRICS", "true"),
    ];
    let ended = Program::to(&server.url, &["spans", "10", "5000", "5000"], &metrics).end();
    let account = ended.otlp();
    assert_eq!(account["exported"], 10, "{account}");
    assert!(account["dropped"]["refused"].as_u64() > Some(0), "{account}");
    assert_eq!(ended.number("undelivered"), 0, "{account}");
    assert!(!ended.stderr.contains("lost"), "{}", ended.stderr);
    assert!(
        account["last_error"].as_str().unwrap().contains("404"),
        "{account}"
    );
}
