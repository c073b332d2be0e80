//! `/api/v3`.

use serde_json::{Value, json};
use spanwright_collector::wire::{Input, JsonRequest, Limits, Request, Signal, Unbounded, from_json};

use crate::store::{Stored, of, span};
use crate::{ask, ask_of, get};

const DAY: &str = "query.startTimeMin=2026-01-01T00:00:00Z&query.startTimeMax=2026-01-02T00:00:00Z";

/// The names of the spans in an answer, by reading it as OTLP.
fn names(answer: &Value) -> Vec<String> {
    let bytes = from_json(
        JsonRequest::Traces,
        Input::Whole(answer["result"].to_string().as_bytes()),
        &mut Unbounded,
    )
    .unwrap();
    let request = Request::read(Signal::Traces, bytes.into(), &Limits::default()).unwrap();
    assert_eq!(request.reason, None);
    let mut names: Vec<String> = request.spans().map(|span| span.name).collect();
    names.sort_unstable();
    names
}

async fn found(parameters: &str) -> Vec<String> {
    names(&get(&format!("/api/v3/traces?{DAY}&{parameters}")).await)
}

#[tokio::test]
async fn services_and_operations_are_listed() {
    assert_eq!(
        get("/api/v3/services").await,
        json!({"services": ["bank", "shop"]})
    );
    assert_eq!(
        get("/api/v3/operations?service=shop&spanKind=server").await,
        json!({"operations": [{"name": "buy", "spanKind": "server"}, {"name": "look", "spanKind": "server"}]})
    );
    assert_eq!(
        get("/api/v3/operations?service=shop&span_kind=client").await["operations"][0]["name"],
        "pay"
    );
    assert_eq!(get("/api/v3/operations").await, json!({"operations": []}));
    let unspecified = Stored::with(&[of(
        "shop",
        json!([]),
        &[
            span(1, 1, 0, "a", 0..1, json!({})),
            span(1, 2, 0, "a", 0..1, json!({"kind": 1})),
        ],
    )]);
    assert_eq!(
        ask_of(unspecified, "/api/v3/operations?service=shop")
            .await
            .json(),
        json!({"operations": [{"name": "a", "spanKind": "internal"}]})
    );
}

#[tokio::test]
async fn a_trace_is_otlp() {
    assert_eq!(names(&get("/api/v3/traces/1").await), ["book", "buy", "pay"]);
    let base64 = get("/api/v3/traces/AAAAAAAAAAAAAAAAAAAAAQ==").await;
    assert_eq!(names(&base64), ["book", "buy", "pay"]);
    let whole = get("/api/v3/traces/2?startTime=2026-01-01T00:00:00Z&rawTraces=true").await;
    assert_eq!(
        whole,
        json!({"result": {"resourceSpans": [{
            "resource": {"attributes": [
                {"key": "service.name", "value": {"stringValue": "shop"}},
                {"key": "host.name", "value": {"stringValue": "a"}}]},
            "scopeSpans": [{"scope": {"name": "lib", "version": "1"}, "spans": [{
                "traceId": format!("{:032x}", 2), "spanId": format!("{:016x}", 4), "name": "look", "kind": 2,
                "startTimeUnixNano": "1767225600005000000", "endTimeUnixNano": "1767225600005500000", "status": {}}]}]
        }]}})
    );
}

#[tokio::test]
async fn warnings_are_an_attribute_unless_the_trace_is_asked_for_as_it_came() {
    let store = || Stored::with(&[of("shop", json!([]), &[span(1, 1, 9, "orphan", 0..1, json!({}))])]);
    let adjusted = ask_of(store(), "/api/v3/traces/1").await.body;
    assert!(
        adjusted.contains("@jaeger@warnings") && adjusted.contains("is not in the trace"),
        "{adjusted}"
    );
    assert!(
        !ask_of(store(), "/api/v3/traces/1?raw_traces=1")
            .await
            .body
            .contains("@jaeger@warnings")
    );
}

#[tokio::test]
async fn searches_find_by_every_parameter() {
    let first = ["book", "buy", "pay"];
    assert_eq!(found("").await, ["book", "buy", "look", "pay"]);
    assert_eq!(found("query.serviceName=bank").await, first);
    assert_eq!(found("query.service_name=bank").await, first);
    assert_eq!(found("query.operationName=pay").await, first);
    assert_eq!(
        found("query.attributes=%7B%22persona%22:%22noor%22%7D").await,
        first
    );
    assert_eq!(
        found("query.attributes=%7B%22error%22:%22true%22%7D").await,
        first
    );
    assert_eq!(found("query.durationMin=1ms").await, first);
    assert_eq!(found("query.duration_max=250us").await, first);
    assert_eq!(found("query.searchDepth=1").await, ["look"]);
    assert_eq!(found("query.num_traces=1").await, ["look"]);
    let none = ask(&format!("/api/v3/traces?{DAY}&query.serviceName=none")).await;
    assert_eq!(none.status, 404);
    assert_eq!(
        none.json(),
        json!({"error": {"httpCode": 404, "message": "No traces found"}})
    );
}

#[tokio::test]
async fn summaries_count() {
    let service = |name: &str, spans: u32, errors: u32| json!({"name": name, "spanCount": spans, "errorSpanCount": errors});
    assert_eq!(
        get(&format!("/api/v3/trace-summaries?{DAY}&query.serviceName=bank")).await,
        json!({"summaries": [{
            "traceId": format!("{:032x}", 1), "rootServiceName": "shop", "rootOperationName": "buy",
            "minStartTimeUnixNano": "1767225600000000000", "maxEndTimeUnixNano": "1767225600001000000",
            "spanCount": 3, "errorSpanCount": 1, "orphanSpanCount": 0,
            "services": [service("bank", 1, 0), service("shop", 2, 1)],
        }]})
    );
    assert_eq!(
        get(&format!("/api/v3/trace-summaries?{DAY}&query.serviceName=none")).await,
        json!({"summaries": []})
    );
}

#[tokio::test]
async fn errors_have_jaeger_s_words() {
    for (address, status, message) in [
        (
            "/api/v3/traces".to_owned(),
            400,
            "query.startTimeMin and query.startTimeMax are required",
        ),
        (
            "/api/v3/trace-summaries".to_owned(),
            400,
            "query.startTimeMin and query.startTimeMax are required",
        ),
        (
            "/api/v3/traces?query.startTimeMin=2026-01-02T00:00:00Z&query.startTimeMax=2026-01-01T00:00:00Z"
                .to_owned(),
            400,
            "query.startTimeMin must be before query.startTimeMax",
        ),
        (
            format!("/api/v3/traces?{DAY}&query.searchDepth=x"),
            400,
            "malformed parameter query.searchDepth: strconv.Atoi: parsing \"x\": invalid syntax",
        ),
        (
            format!("/api/v3/traces?{DAY}&query.duration_min=x"),
            400,
            "malformed parameter query.duration_min: time: invalid duration \"x\"",
        ),
        (
            format!("/api/v3/traces?{DAY}&query.searchDepth=0"),
            400,
            "search depth must be greater than 0 and less than max traces (10000)",
        ),
        (
            format!("/api/v3/traces?{DAY}&query.filter=%7B%7D"),
            400,
            "malformed parameter query.filter: filters are not supported: use query.attributes",
        ),
        (
            "/api/v3/traces/x".to_owned(),
            400,
            "malformed parameter trace_id: strconv.ParseUint: parsing \"x\": invalid syntax",
        ),
        (
            "/api/v3/traces/1?rawTraces=x".to_owned(),
            400,
            "malformed parameter rawTraces: strconv.ParseBool: parsing \"x\": invalid syntax",
        ),
        ("/api/v3/traces/ff".to_owned(), 404, "No traces found"),
    ] {
        let answer = ask(&address).await;
        let error = json!({"error": {"httpCode": status, "message": message}});
        assert_eq!((answer.status, answer.json()), (status, error), "{address}");
    }
    let answer = ask("/api/v3/traces/1?startTime=yesterday").await;
    assert_eq!(answer.status, 400);
    let message = answer.json()["error"]["message"].to_string();
    assert!(
        message.contains("malformed parameter startTime: ") && message.contains("RFC 3339"),
        "{message}"
    );
}
