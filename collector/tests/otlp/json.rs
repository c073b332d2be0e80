//! OTLP over HTTP in JSON.

use serde_json::json;
use spanwright_collector::store::AppendError;

use crate::support::Server;
use crate::support::client::{GZIP, JSON, ZSTD};
use crate::support::requests::{gzip, large_traces, log, logs, metrics, some_traces, zstd};

#[tokio::test]
async fn spans_of_every_encoding_are_stored_and_acknowledged() {
    let server = Server::start().await;
    let body = serde_json::to_vec(&some_traces(100)).unwrap();
    let members = [gzip(&body[..10]), gzip(&body[10..])].concat();
    let bodies = [
        (vec![JSON], body.clone()),
        (
            vec![("content-type", "application/json; charset=utf-8")],
            body.clone(),
        ),
        (vec![JSON, GZIP], members),
        (vec![JSON, ZSTD], zstd(&body)),
    ];
    for (headers, sent) in bodies {
        let answer = server.post("/v1/traces", &headers, sent).await;
        assert_eq!((answer.status, answer.json()), (200, json!({})), "{headers:?}");
        assert_eq!(answer.header("content-type"), "application/json");
    }
    assert_eq!(server.ingest.counts().accepted_spans, 400);
    assert_eq!(server.ingest.counts().bytes_in_flight, 0);
}

#[tokio::test]
async fn what_is_not_stored_is_said_in_json() {
    let server = Server::start().await;
    let mut request = serde_json::to_value(some_traces(3)).unwrap();
    request["resourceSpans"][0]["scopeSpans"][0]["spans"][1]["traceId"] = "no hex".into();
    let records = serde_json::to_value(logs(vec![log(vec![], vec![])])).unwrap();
    let points = serde_json::to_value(metrics(4)).unwrap();
    let cases = [
        ("/v1/traces", request, "rejectedSpans", "1", "trace id"),
        ("/v1/logs", records, "rejectedLogRecords", "1", "names no span"),
        ("/v1/metrics", points, "rejectedDataPoints", "4", "not stored"),
    ];
    for (path, body, name, count, message) in cases {
        let answer = server.post(path, &[JSON], body.to_string()).await;
        let partial = &answer.json()["partialSuccess"];
        assert_eq!(
            (answer.status, partial[name].as_str()),
            (200, Some(count)),
            "{partial}"
        );
        assert!(
            partial["errorMessage"].as_str().unwrap().contains(message),
            "{partial}"
        );
    }
    assert_eq!(server.store.records(), 2);
}

/// Times beyond 2^63 - 1 ns are no clock's, and could neither be searched for nor be drawn.
#[tokio::test]
async fn times_that_no_clock_gives_are_refused() {
    let server = Server::start().await;
    let latest = i64::MAX.unsigned_abs();
    let mut request = serde_json::to_value(some_traces(4)).unwrap();
    let spans = &mut request["resourceSpans"][0]["scopeSpans"][0]["spans"];
    for (span, times) in [
        (0, [latest; 2]),
        (1, [latest + 1; 2]),
        (2, [1, u64::MAX]),
        (3, [u64::MAX; 2]),
    ] {
        spans[span]["startTimeUnixNano"] = times[0].to_string().into();
        spans[span]["endTimeUnixNano"] = times[1].to_string().into();
    }
    let answer = server.post("/v1/traces", &[JSON], request.to_string()).await;
    let partial = &answer.json()["partialSuccess"];
    assert_eq!((answer.status, &partial["rejectedSpans"]), (200, &json!("3")));
    let message = partial["errorMessage"].as_str().unwrap();
    assert!(message.contains("start or its end is after 2262"), "{message}");
    assert_eq!(server.store.records(), 1);
}

#[tokio::test]
async fn refusals_are_json_too() {
    let server = Server::with(|config| config.request_bytes = 1 << 20).await;
    let large = serde_json::to_vec(&large_traces(2 << 20)).unwrap();
    let echo = format!(r#"{{"resourceSpans": "{}"}}"#, "secret".repeat(1000)).into_bytes();
    let cases = [
        (vec![JSON], b"{".to_vec(), 400, 3, "EOF"),
        (vec![JSON], b" null".to_vec(), 400, 3, "an object"),
        (vec![JSON], echo, 400, 3, "not OTLP JSON"),
        (vec![JSON, GZIP], b"{}".to_vec(), 400, 3, "decompressed"),
        (
            vec![JSON, ("content-encoding", "deflate")],
            b"{}".to_vec(),
            415,
            12,
            "gzip or zstd",
        ),
        (vec![JSON, GZIP], gzip(&large), 413, 8, "1048576"),
        (vec![JSON], large, 413, 8, "1048576"),
    ];
    for (headers, body, status, code, message) in cases {
        let answer = server.post("/v1/traces", &headers, body).await;
        let json = answer.json();
        assert_eq!(
            (answer.status, json["code"].as_i64()),
            (status, Some(code)),
            "{json}"
        );
        let text = json["message"].as_str().unwrap();
        assert!(text.contains(message) && text.len() < 400, "{text}");
        assert_eq!(answer.header("content-type"), "application/json");
    }
    server.store.fail(Some(AppendError::Full));
    let body = serde_json::to_vec(&some_traces(1)).unwrap();
    let answer = server.post("/v1/traces", &[JSON], body).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "30"));
    let detail = &answer.json()["details"][0];
    assert_eq!(detail["@type"], "type.googleapis.com/google.rpc.RetryInfo");
    assert_eq!(detail["retryDelay"], "30s");
    assert_eq!(server.ingest.counts().bytes_in_flight, 0);
}

#[tokio::test]
async fn json_as_large_as_the_whole_budget_is_taken_when_it_is_alone() {
    let body = serde_json::to_vec(&large_traces(4 << 20)).unwrap();
    let length = body.len();
    let server = Server::with(|config| {
        config.request_bytes = length;
        config.budget_bytes = length;
    })
    .await;
    for (headers, body) in [(vec![JSON], body.clone()), (vec![JSON, GZIP], gzip(&body))] {
        assert_eq!(
            server.post("/v1/traces", &headers, body).await.status,
            200,
            "{headers:?}"
        );
    }
}
