//! Zipkin's v2 JSON.

use serde_json::json;
use spanwright_collector::model::{Kind, Span, StatusCode, Value, now};

use crate::support::client::{GZIP, JSON};
use crate::support::requests::gzip;
use crate::support::{Answer, Client, Server};

async fn post(server: &Server, headers: &[(&str, &str)], body: impl Into<bytes::Bytes>) -> Answer {
    Client::connect(server.zipkin)
        .await
        .post("/api/v2/spans", headers, body)
        .await
}

/// All spans that are stored.
fn spans(server: &Server) -> Vec<Span> {
    let mut spans = vec![];
    for request in server.store.requests() {
        for &place in &request.records {
            let (resource, scope) = request.origin(place.scope).unwrap();
            spans.push(request.span(place).unwrap().read(resource, scope).unwrap());
        }
    }
    spans
}

fn text(span: &Span, key: &str) -> Option<String> {
    span.attribute(key).and_then(Value::as_text).map(str::to_owned)
}

#[tokio::test]
async fn a_span_is_stored_with_all_that_it_says() {
    let server = Server::start().await;
    let body = json!([{
        "traceId": "86154a4ba6e91385", "parentId": "86154a4ba6e91385", "id": "4d1e00c0db9010db",
        "kind": "CLIENT", "name": "get", "timestamp": 1_472_470_996_199_000_u64, "duration": 207_000,
        "debug": true, "shared": false,
        "localEndpoint": {"serviceName": "frontend", "ipv6": "7::80:807f", "port": 8080},
        "remoteEndpoint": {"serviceName": "backend", "ipv4": "192.168.99.101", "port": 9000},
        "annotations": [{"timestamp": 1_472_470_996_238_000_u64, "value": "foo"}],
        "tags": {"http.path": "/api", "clnt/finagle.version": "6.45.0"}, "later": [{}]
    }]);
    let answer = post(&server, &[JSON], body.to_string()).await;
    assert_eq!((answer.status, answer.body.len()), (202, 0));
    let span = spans(&server).remove(0);
    assert_eq!(span.trace_id.to_string(), "000000000000000086154a4ba6e91385");
    assert_eq!(span.parent_id.unwrap().to_string(), "86154a4ba6e91385");
    assert_eq!(
        (span.service(), span.name.as_str(), span.kind),
        ("frontend", "get", Kind::Client)
    );
    assert_eq!(
        (span.start, span.duration()),
        (1_472_470_996_199_000_000, 207_000_000)
    );
    assert_eq!(
        (span.events[0].name.as_str(), span.events[0].time),
        ("foo", 1_472_470_996_238_000_000)
    );
    assert_eq!(span.status.code, StatusCode::Unset);
    for (key, value) in [
        ("http.path", "/api"),
        ("clnt/finagle.version", "6.45.0"),
        ("peer.service", "backend"),
        ("network.peer.address", "192.168.99.101"),
        ("network.local.address", "7::80:807f"),
    ] {
        assert_eq!(text(&span, key).as_deref(), Some(value), "{key}");
    }
    assert_eq!(span.attribute("network.peer.port"), Some(&Value::Int(9000)));
    assert_eq!(span.attribute("zipkin.debug"), Some(&Value::Bool(true)));
    assert_eq!(span.attribute("zipkin.shared"), None);
}

/// Zipkin's `timestamp` may be absent. Then a span begins with the first thing it tells, else when it comes.
#[tokio::test]
async fn a_span_without_a_timestamp_has_a_start_all_the_same() {
    let server = Server::start().await;
    let annotated = json!([
        {"timestamp": 1_472_470_996_238_000_u64, "value": "sent"},
        {"timestamp": 1_472_470_996_199_000_u64, "value": "begun"}]);
    let body = json!([
        {"traceId": "a1", "id": "b1", "duration": 5_000, "annotations": annotated},
        {"traceId": "a1", "id": "b2", "timestamp": null, "duration": 7_000},
        {"traceId": "a1", "id": "b3", "timestamp": 0},
        {"traceId": "a1", "id": "b4", "annotations": annotated, "timestamp": 1_472_470_996_000_000_u64}]);
    let before = now();
    assert_eq!(post(&server, &[JSON], body.to_string()).await.status, 202);
    let spans = spans(&server);
    assert_eq!(
        (spans[0].start, spans[0].duration()),
        (1_472_470_996_199_000_000, 5_000_000)
    );
    for (span, duration) in [(&spans[1], 7_000_000), (&spans[2], 0)] {
        assert!((before..=now()).contains(&span.start), "{}", span.start);
        assert_eq!(span.duration(), duration);
    }
    assert_eq!(spans[3].start, 1_472_470_996_000_000_000);
}

#[tokio::test]
async fn services_are_resources_and_shared_ids_stay_two_spans() {
    let server = Server::start().await;
    let span = |service: Option<&str>, kind: &str, shared: bool| {
        json!({"traceId": "0000000000000000000000000000000a", "id": "b", "kind": kind, "shared": shared,
            "localEndpoint": {"serviceName": service}})
    };
    let body = json!([
        span(Some("a"), "CLIENT", false),
        span(Some("a"), "PRODUCER", false),
        span(Some("b"), "SERVER", true),
        span(None, "CONSUMER", false),
        {"id": "c", "traceId": "d"},
        span(Some("a"), "SERVER", false),
    ]);
    let answer = post(&server, &[JSON, GZIP], gzip(body.to_string().as_bytes())).await;
    assert_eq!(answer.status, 202);
    let spans = spans(&server);
    let services: Vec<_> = spans.iter().map(Span::service).collect();
    assert_eq!(
        services,
        ["a", "a", "b", "unknown_service", "unknown_service", "a"]
    );
    assert_eq!(
        server.store.requests()[0].scopes.len(),
        4,
        "neighbours share a resource"
    );
    let kinds: Vec<_> = spans.iter().map(|span| span.kind).collect();
    use Kind::{Client, Consumer, Producer, Server as Serves, Unspecified};
    assert_eq!(kinds, [Client, Producer, Serves, Consumer, Unspecified, Serves]);
    assert_eq!(spans[2].attribute("zipkin.shared"), Some(&Value::Bool(true)));
    assert_eq!(spans[2].span_id, spans[0].span_id);
}

#[tokio::test]
async fn tags_say_what_failed() {
    let server = Server::start().await;
    let cases = [
        (json!({"error": "timeout"}), StatusCode::Error, "timeout"),
        (json!({"error": ""}), StatusCode::Error, ""),
        (json!({"error": "true"}), StatusCode::Error, ""),
        (
            json!({"otel.status_code": "ERROR", "otel.status_description": "why"}),
            StatusCode::Error,
            "why",
        ),
        (json!({"otel.status_code": "OK"}), StatusCode::Ok, ""),
    ];
    for (tags, _, _) in &cases {
        let body = json!([{"traceId": "a", "id": "b", "tags": tags}]);
        assert_eq!(post(&server, &[JSON], body.to_string()).await.status, 202);
    }
    for (span, (tags, code, message)) in spans(&server).iter().zip(cases) {
        assert_eq!(
            (span.status.code, span.status.message.as_str()),
            (code, message),
            "{tags}"
        );
        assert_eq!(span.attributes.len(), tags.as_object().unwrap().len());
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_stored() {
    let server = Server::start().await;
    let fine = r#"{"traceId":"a","id":"b"}"#;
    let cases = [
        ("{}".to_owned(), "list of spans"),
        ("[".to_owned(), "EOF"),
        (format!("[{fine}] x"), "trailing"),
        (
            format!(r#"[{fine}, {{"traceId": "xyz", "id": "b"}}]"#),
            "1 are wrong, the first because its trace id",
        ),
        (format!(r#"[{fine}, {{"traceId": "a"}}]"#), "span id"),
        (
            format!(r#"[{fine}, {{"traceId": "a", "id": "b", "timestamp": -1}}]"#),
            "invalid value",
        ),
        (
            format!(r#"[{fine}, {{"traceId": "a", "id": "b", "kind": "TEAPOT"}}]"#),
            "SERVER",
        ),
        (
            format!(r#"[{fine}, {{"traceId": "a", "id": "b", "tags": {{"a": 1}}}}]"#),
            "string",
        ),
    ];
    for (body, message) in cases {
        let answer = post(&server, &[JSON], body.clone()).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(
            answer.json()["message"].as_str().unwrap().contains(message),
            "{}",
            answer.json()
        );
    }
    assert_eq!(post(&server, &[], "[]").await.status, 415);
    assert_eq!(post(&server, &[JSON], "[]").await.status, 202);
    let mut client = Client::connect(server.zipkin).await;
    assert_eq!(client.post("/v1/traces", &[JSON], "{}").await.status, 404);
    assert_eq!(client.send("GET", "/api/v2/spans", &[], "").await.status, 405);
    assert_eq!(server.store.records(), 0);
}
