//! OTLP over HTTP in protobuf: encodings, answers, limits.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use spanwright_collector::store::AppendError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::client::{GZIP, PROTOBUF, ZSTD};
use crate::support::requests::{gzip, large_traces, log, logs, metrics, some_traces, span, traces, zstd};
use crate::support::{Memory, Server};

#[tokio::test]
async fn spans_of_every_encoding_are_stored_and_acknowledged() {
    let server = Server::start().await;
    let body = some_traces(3).encode_to_vec();
    let members = [gzip(&body[..10]), gzip(&body[10..])].concat();
    let frames = [zstd(&body[..10]), zstd(&body[10..])].concat();
    let bodies = [
        (vec![PROTOBUF], body.clone()),
        (
            vec![("content-type", "Application/X-Protobuf; x=y")],
            body.clone(),
        ),
        (vec![PROTOBUF, ("content-encoding", "identity")], body.clone()),
        (vec![PROTOBUF, GZIP], gzip(&body)),
        (vec![PROTOBUF, GZIP], members),
        (vec![PROTOBUF, ZSTD], zstd(&body)),
        (vec![PROTOBUF, ZSTD], frames),
    ];
    let mut client = server.client().await;
    for (index, (headers, sent)) in bodies.into_iter().enumerate() {
        let answer = client.post("/v1/traces", &headers, sent).await;
        assert_eq!((answer.status, &answer.body[..]), (200, &b""[..]), "{headers:?}");
        assert_eq!(answer.header("content-type"), "application/x-protobuf");
        let stored = server.store.requests();
        assert_eq!(stored.len(), index + 1);
        assert_eq!(stored[index].bytes, body);
        assert_eq!(stored[index].records.len(), 3);
    }
    assert_eq!(server.ingest.counts().accepted_spans, 21);
    assert_eq!(server.ingest.counts().bytes_in_flight, 0);
}

#[tokio::test]
async fn what_is_to_be_kept_says_so() {
    let server = Server::start().await;
    for (value, kept) in [("true", true), ("True", true), ("false", false), ("", false)] {
        let body = some_traces(1).encode_to_vec();
        let headers = [PROTOBUF, ("spanwright-keep", value)];
        let answer = server.post("/v1/traces", &headers, body).await;
        assert_eq!(answer.status, 200, "{value}");
        assert_eq!(server.store.requests().last().unwrap().kept, kept, "{value}");
    }
}

#[tokio::test]
async fn an_empty_request_is_a_success() {
    let server = Server::start().await;
    for path in ["/v1/traces", "/v1/logs", "/v1/metrics", "/v1/traces/"] {
        let answer = server.post(path, &[PROTOBUF], "").await;
        assert_eq!((answer.status, answer.body.len()), (200, 0), "{path}");
    }
    assert!(server.store.requests().is_empty());
}

#[tokio::test]
async fn one_bad_span_is_rejected_alone() {
    let server = Server::start().await;
    let mut request = some_traces(3);
    request.resource_spans[0].scope_spans[0].spans[1].trace_id = vec![];
    let answer = server
        .post("/v1/traces", &[PROTOBUF], request.encode_to_vec())
        .await;
    assert_eq!(answer.status, 200);
    let partial = ExportTraceServiceResponse::decode(answer.body)
        .unwrap()
        .partial_success
        .unwrap();
    assert_eq!(partial.rejected_spans, 1);
    assert!(
        partial.error_message.contains("trace id"),
        "{}",
        partial.error_message
    );
    assert_eq!(server.store.records(), 2);
    let counts = server.ingest.counts();
    assert_eq!(
        counts.rejected.iter().find(|(name, _)| *name == "trace_id"),
        Some(&("trace_id", 1))
    );
}

#[tokio::test]
async fn log_records_of_spans_are_stored_and_others_rejected() {
    let server = Server::start().await;
    let records = vec![log(vec![1; 16], vec![2; 8]), log(vec![], vec![])];
    let answer = server
        .post("/v1/logs", &[PROTOBUF], logs(records).encode_to_vec())
        .await;
    assert_eq!(answer.status, 200);
    let partial = ExportLogsServiceResponse::decode(answer.body)
        .unwrap()
        .partial_success
        .unwrap();
    assert_eq!(partial.rejected_log_records, 1);
    assert!(
        partial.error_message.contains("names no span"),
        "{}",
        partial.error_message
    );
    assert_eq!(server.ingest.counts().accepted_logs, 1);
}

#[tokio::test]
async fn metrics_are_said_not_to_be_stored() {
    let server = Server::start().await;
    let answer = server
        .post("/v1/metrics", &[PROTOBUF], metrics(5).encode_to_vec())
        .await;
    assert_eq!(answer.status, 200);
    let partial = ExportMetricsServiceResponse::decode(answer.body)
        .unwrap()
        .partial_success
        .unwrap();
    assert_eq!(partial.rejected_data_points, 5);
    assert!(
        partial.error_message.contains("not stored"),
        "{}",
        partial.error_message
    );
    assert_eq!(server.ingest.counts().rejected_points, 5);
}

#[tokio::test]
async fn what_is_no_otlp_is_refused_by_the_right_status() {
    let server = Server::start().await;
    let body = some_traces(1).encode_to_vec();
    let cut = &body[..body.len() - 1];
    let zipped = gzip(&body);
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [u8], u16, i32, &'a str);
    let cases: [Case<'_>; 9] = [
        ("/v1/traces", &[PROTOBUF], cut, 400, 3, "not OTLP protobuf"),
        (
            "/v1/metrics",
            &[PROTOBUF],
            b"\x0a\x05",
            400,
            3,
            "not OTLP protobuf",
        ),
        ("/v1/traces", &[PROTOBUF, GZIP], &body, 400, 3, "decompressed"),
        (
            "/v1/traces",
            &[PROTOBUF, GZIP],
            &zipped[..zipped.len() - 9],
            400,
            3,
            "decompressed",
        ),
        ("/v1/traces", &[PROTOBUF, ZSTD], &body, 400, 3, "decompressed"),
        (
            "/v1/traces",
            &[PROTOBUF, ("content-encoding", "br")],
            &body,
            415,
            12,
            "gzip or zstd",
        ),
        (
            "/v1/traces",
            &[("content-type", "text/plain")],
            &body,
            415,
            12,
            "x-protobuf",
        ),
        ("/v1/traces", &[], &body, 415, 12, "x-protobuf"),
        ("/v1/teapots", &[PROTOBUF], &body, 404, 12, "/v1/traces"),
    ];
    for (path, headers, body, status, code, message) in cases {
        let answer = server.post(path, headers, body.to_vec()).await;
        assert_eq!(answer.status, status, "{path} {headers:?}");
        let (found, text) = if headers.contains(&PROTOBUF) {
            assert_eq!(answer.header("content-type"), "application/x-protobuf");
            (answer.status().code, answer.status().message)
        } else {
            assert_eq!(answer.header("content-type"), "application/json");
            let json = answer.json();
            (
                json["code"].as_i64().unwrap() as i32,
                json["message"].as_str().unwrap().to_owned(),
            )
        };
        assert_eq!(found, code, "{path} {headers:?}");
        assert!(text.contains(message), "{text}");
    }
    assert!(server.store.requests().is_empty());
    assert_eq!(server.refused("bad_data"), 5);
    let answer = server.client().await.send("GET", "/v1/traces", &[], "").await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
}

#[tokio::test]
async fn what_is_too_large_is_refused_for_good() {
    let server = Server::with(|config| config.request_bytes = 1 << 20).await;
    let large = large_traces(2 << 20).encode_to_vec();
    let bodies = [
        (vec![PROTOBUF], large.clone()),
        (vec![PROTOBUF, GZIP], gzip(&large)),
        (vec![PROTOBUF, ZSTD], zstd(&large)),
        (
            vec![PROTOBUF],
            traces(vec![Default::default(); 50_001]).encode_to_vec(),
        ),
    ];
    for (headers, body) in bodies {
        let answer = server.post("/v1/traces", &headers, body).await;
        assert_eq!(answer.status, 413, "{headers:?}");
        assert_eq!(answer.header("retry-after"), "");
        assert_eq!(answer.status().code, 8);
        assert!(answer.status().details.is_empty());
    }
    assert_eq!(
        (server.refused("too_large"), server.refused("too_many_records")),
        (3, 1)
    );
    assert_eq!(server.ingest.counts().bytes_in_flight, 0);
}

#[tokio::test]
async fn a_store_that_cannot_write_says_when_to_come_again() {
    let server = Server::start().await;
    let body = some_traces(1).encode_to_vec();
    let cases = [
        (AppendError::Full, "30", "disk is full"),
        (
            AppendError::Io("/secret/path: EIO".to_owned()),
            "5",
            "cannot write",
        ),
        (AppendError::Closed, "1", "stopping"),
    ];
    for (error, after, message) in cases {
        server.store.fail(Some(error));
        let answer = server.post("/v1/traces", &[PROTOBUF], body.clone()).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, after));
        let status = answer.status();
        assert_eq!(status.code, 14);
        assert!(status.message.contains(message) && !status.message.contains("secret"));
        assert_eq!(
            status.details[0].type_url,
            "type.googleapis.com/google.rpc.RetryInfo"
        );
    }
    let error = server.ingest.counts().last_store_error;
    assert_eq!(error.as_deref(), Some("the collector is stopping"));
    server.store.fail(None);
    assert_eq!(server.post("/v1/traces", &[PROTOBUF], body).await.status, 200);
    assert_eq!(server.ingest.counts().accepted_spans, 1);
}

#[tokio::test]
async fn a_span_is_acknowledged_when_it_is_stored_and_not_before() {
    let (store, open) = Memory::held();
    let server = Server::keeping(store, |_| {}).await;
    let mut client = server.client().await;
    let body = traces(vec![span(1, "one")]).encode_to_vec();
    let mut answer = std::pin::pin!(client.post("/v1/traces", &[PROTOBUF], body));
    assert!(
        tokio::time::timeout(Duration::from_millis(200), &mut answer)
            .await
            .is_err()
    );
    assert_eq!(server.store.records(), 1);
    assert_eq!(server.ingest.counts().accepted_spans, 0);
    open.send(true).unwrap();
    assert_eq!(answer.await.status, 200);
}

#[tokio::test]
async fn beyond_the_budget_a_sender_is_told_to_come_again() {
    let (store, open) = Memory::held();
    let server = Server::keeping(store, |config| config.budget_bytes = 3 << 20).await;
    let body = large_traces(2 << 20).encode_to_vec();
    let mut first = server.client().await;
    let mut answer = std::pin::pin!(first.post("/v1/traces", &[PROTOBUF], body.clone()));
    while server.store.records() == 0 {
        assert!(
            tokio::time::timeout(Duration::from_millis(20), &mut answer)
                .await
                .is_err()
        );
    }
    for (headers, body) in [
        (vec![PROTOBUF], body.clone()),
        (vec![PROTOBUF, GZIP], gzip(&body)),
    ] {
        let answer = server.post("/v1/traces", &headers, body).await;
        assert_eq!(
            (answer.status, answer.header("retry-after")),
            (503, "1"),
            "{headers:?}"
        );
        assert_eq!(answer.status().code, 14);
    }
    let small = server.post("/v1/traces", &[PROTOBUF], "").await;
    assert_eq!(small.status, 200);
    open.send(true).unwrap();
    assert_eq!(answer.await.status, 200);
    assert_eq!(server.ingest.counts().bytes_in_flight, 0);
    assert_eq!(server.post("/v1/traces", &[PROTOBUF], body).await.status, 200);
}

#[tokio::test]
async fn a_store_that_panics_costs_its_request_only() {
    let server = Server::keeping(Memory::panicking(), |_| {}).await;
    let mut client = server.client().await;
    for _ in 0..2 {
        let answer = client
            .post("/v1/traces", &[PROTOBUF], some_traces(1).encode_to_vec())
            .await;
        assert_eq!((answer.status, answer.status().code), (500, 13));
    }
    assert_eq!(server.ingest.counts().bytes_in_flight, 0);
}

#[tokio::test]
async fn a_body_whose_length_nobody_said_is_taken() {
    let server = Server::start().await;
    for size in [1_u64, 500, 20_000] {
        let body = some_traces(size).encode_to_vec();
        let chunks: Vec<_> = body
            .chunks(100_001)
            .map(|chunk| [chunk_head(chunk), chunk.to_vec(), b"\r\n".to_vec()].concat())
            .collect();
        let head = b"POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-protobuf\r\n\
            transfer-encoding: chunked\r\nconnection: close\r\n\r\n";
        let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
        stream
            .write_all(&[&head[..], &chunks.concat(), b"0\r\n\r\n"].concat())
            .await
            .unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).await.unwrap();
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
        assert_eq!(server.store.requests().last().unwrap().bytes, body);
    }
    assert_eq!(server.ingest.counts().bytes_in_flight, 0);
}

fn chunk_head(chunk: &[u8]) -> Vec<u8> {
    format!("{:x}\r\n", chunk.len()).into_bytes()
}
