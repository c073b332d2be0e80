//! OTLP's JSON: what it may look like, and what is refused.

use serde_json::json;
use spanwright_collector::model::{Kind, Span, StatusCode, Value};
use spanwright_collector::wire::{
    Input, JsonError, JsonRequest, Limits, LogView, NoRoom, Rejected, Request, Room, Signal, Unbounded,
    WireError, count_points, from_json,
};

use crate::spans;

const TRACE: &str = "5B8EFFF798038103D269B633813FC60C";
const SPAN: &str = "EEE19B7EC3C1B174";

fn request(json: &str) -> Request {
    let bytes = from_json(JsonRequest::Traces, Input::Whole(json.as_bytes()), &mut Unbounded).unwrap();
    Request::read(Signal::Traces, bytes.into(), &Limits::default()).unwrap()
}

fn with_spans(spans: &serde_json::Value) -> String {
    json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).to_string()
}

/// A span with these fields beside its ids.
fn one(mut fields: serde_json::Value) -> Span {
    fields["traceId"] = TRACE.into();
    fields["spanId"] = SPAN.into();
    let request = request(&with_spans(&json!([fields])));
    assert_eq!(request.reason, None);
    spans(&request).remove(0)
}

fn value(json: serde_json::Value) -> Value {
    one(json!({"attributes": [{"key": "k", "value": json}]}))
        .attributes
        .remove(0)
        .1
}

fn error(json: &str) -> String {
    from_json(JsonRequest::Traces, Input::Whole(json.as_bytes()), &mut Unbounded)
        .unwrap_err()
        .to_string()
}

#[test]
fn the_specification_s_example_is_read() {
    let json = json!({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}]},
        "scopeSpans": [{
            "scope": {"name": "my.library", "version": "1.0.0",
                "attributes": [{"key": "my.scope.attribute", "value": {"stringValue": "some scope attribute"}}]},
            "spans": [{
                "traceId": TRACE, "spanId": SPAN, "parentSpanId": "EEE19B7EC3C1B173",
                "name": "I'm a server span", "startTimeUnixNano": "1544712660000000000",
                "endTimeUnixNano": "1544712661000000000", "kind": 2,
                "attributes": [{"key": "my.span.attr", "value": {"stringValue": "some value"}}]
            }]
        }]
    }]});
    let span = spans(&request(&json.to_string())).remove(0);
    assert_eq!(
        (span.trace_id.to_string(), span.span_id.to_string()),
        (TRACE.to_lowercase(), SPAN.to_lowercase())
    );
    assert_eq!(span.parent_id.unwrap().to_string(), "eee19b7ec3c1b173");
    assert_eq!(
        (span.service(), span.scope.version.as_str(), span.kind),
        ("my.service", "1.0.0", Kind::Server)
    );
    assert_eq!(
        (span.start, span.duration()),
        (1_544_712_660_000_000_000, 1_000_000_000)
    );
    assert_eq!(
        span.attribute("my.span.attr").unwrap().as_text(),
        Some("some value")
    );
}

#[test]
fn values_of_every_kind_are_read() {
    let big = i64::MAX.to_string();
    let cases = [
        (
            json!({"stringValue": "\u{1f600} \"\\\n"}),
            Value::Text("\u{1f600} \"\\\n".to_owned()),
        ),
        (json!({"boolValue": true}), Value::Bool(true)),
        (json!({"boolValue": false}), Value::Bool(false)),
        (json!({"intValue": big}), Value::Int(i64::MAX)),
        (json!({"intValue": i64::MIN}), Value::Int(i64::MIN)),
        (json!({"intValue": 5.0}), Value::Int(5)),
        (json!({"intValue": 0}), Value::Int(0)),
        (json!({"doubleValue": 1}), Value::Double(1.0)),
        (json!({"doubleValue": -1}), Value::Double(-1.0)),
        (json!({"doubleValue": "0.5"}), Value::Double(0.5)),
        (json!({"doubleValue": "Infinity"}), Value::Double(f64::INFINITY)),
        (
            json!({"doubleValue": "-Infinity"}),
            Value::Double(f64::NEG_INFINITY),
        ),
        (json!({"bytesValue": "+/8="}), Value::Bytes(vec![0xfb, 0xff])),
        (json!({"bytesValue": "-_8"}), Value::Bytes(vec![0xfb, 0xff])),
        (
            json!({"arrayValue": {"values": [{"intValue": 1}, {}, null]}}),
            Value::Array(vec![Value::Int(1), Value::Empty, Value::Empty]),
        ),
        (
            json!({"kvlistValue": {"values": [{"key": "k", "value": {"boolValue": true}}]}}),
            Value::Map(vec![("k".to_owned(), Value::Bool(true))]),
        ),
        (json!({"arrayValue": {}}), Value::Array(vec![])),
        (json!({}), Value::Empty),
        (json!(null), Value::Empty),
        (json!({"stringValue": null}), Value::Empty),
        (json!({"laterValue": [1, {"x": []}]}), Value::Empty),
    ];
    for (json, expected) in cases {
        assert_eq!(value(json.clone()), expected, "{json}");
    }
    assert!(matches!(value(json!({"doubleValue": "NaN"})), Value::Double(number) if number.is_nan()));
}

#[test]
fn enums_are_numbers_and_names_too() {
    for kind in [json!(3), json!("3"), json!("SPAN_KIND_CLIENT"), json!("CLIENT")] {
        assert_eq!(one(json!({"kind": kind})).kind, Kind::Client);
    }
    assert_eq!(one(json!({"kind": 99})).kind, Kind::Unspecified);
    for code in [json!(2), json!("STATUS_CODE_ERROR")] {
        assert_eq!(
            one(json!({"status": {"code": code}})).status.code,
            StatusCode::Error
        );
    }
}

#[test]
fn unknown_fields_are_nothing_and_order_is_free() {
    let json = format!(
        r#"{{"x": {{"y": [[1, -2, 3.5, "z", null, true]]}}, "resourceSpans": [{{"scopeSpans": [{{"spans":
        [{{"spanId": "{SPAN}", "later": {{}}, "traceId": "{TRACE}"}}]}}],
        "resource": {{"attributes": [{{"value": {{"stringValue": "shop"}}, "key": "service.name"}}]}}}}]}}"#
    );
    assert_eq!(spans(&request(&json))[0].service(), "shop");
}

#[test]
fn a_span_that_is_wrong_is_rejected_alone() {
    let fine = json!({"traceId": TRACE, "spanId": SPAN});
    let with = |name: &str, value: &str| {
        let mut span = fine.clone();
        span[name] = value.into();
        span
    };
    let cases = [
        (with("traceId", "zz"), Rejected::TraceId),
        (with("traceId", "abc"), Rejected::TraceId),
        (with("traceId", "sixteen bytes ok"), Rejected::TraceId),
        (with("traceId", SPAN), Rejected::TraceId),
        (with("traceId", &"0".repeat(32)), Rejected::TraceId),
        (with("spanId", "EEE19B7EC3C1B17x"), Rejected::SpanId),
        (with("parentSpanId", "no"), Rejected::SpanId),
        (json!({}), Rejected::TraceId),
        (json!(null), Rejected::TraceId),
    ];
    for (bad, reason) in cases {
        let request = request(&with_spans(&json!([fine, bad, fine])));
        assert_eq!((request.records.len(), request.rejected), (2, 1), "{bad}");
        assert_eq!(request.reason, Some(reason), "{bad}");
    }
    let root = request(&with_spans(&json!([with("parentSpanId", "")])));
    assert_eq!(spans(&root)[0].parent_id, None);
}

fn nested(depth: usize, open: &str, close: &str) -> String {
    let value = format!("{}{{}}{}", open.repeat(depth), close.repeat(depth));
    let span =
        format!(r#"{{"traceId":"{TRACE}","spanId":"{SPAN}","attributes":[{{"key":"k","value":{value}}}]}}"#);
    format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{span}]}}]}}]}}"#)
}

#[test]
fn depth_is_bounded_as_in_protobuf() {
    let lists = (r#"{"arrayValue":{"values":["#, "]}}");
    let maps = (r#"{"kvlistValue":{"values":[{"key":"k","value":"#, "}]}}");
    for (open, close) in [lists, maps] {
        assert_eq!(request(&nested(32, open, close)).reason, None);
        let deep = Some(Rejected::Malformed(WireError::Depth(32)));
        assert_eq!(request(&nested(33, open, close)).reason, deep);
        assert!(error(&nested(100_000, open, close)).contains("nested too deep"));
    }
    let unknown = format!(r#"{{"x": {}"#, "[".repeat(1_000_000));
    assert!(error(&unknown).contains("nested too deep"));
}

#[test]
fn what_is_no_otlp_json_is_said_with_its_place() {
    let cases = [
        ("", "EOF"),
        ("[]", "expected an object"),
        ("{} x", "trailing"),
        (r#"{"resourceSpans": {}}"#, "a list for resourceSpans"),
        (r#"{"resourceSpans": [{"schemaUrl": 5}]}"#, "expected a text"),
        (
            r#"{"resourceSpans": [{"scopeSpans": [{"spans": [{"kind": "TEAPOT"}]}]}]}"#,
            "number of an enum",
        ),
        (
            r#"{"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": -1}]}]}]}"#,
            "not negative",
        ),
        (
            r#"{"resourceSpans": [{"scopeSpans": [{"spans": [{"droppedEventsCount": 5000000000}]}]}]}"#,
            "32 bits",
        ),
        (r#"{"resourceSpans": [{"schemaUrl": "\ud800"}]}"#, "column"),
    ];
    for (json, message) in cases {
        assert!(error(json).contains(message), "{json}: {}", error(json));
    }
}

#[test]
fn log_records_and_metrics_are_read() {
    let json = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{
        "observedTimeUnixNano": "5", "severityNumber": "SEVERITY_NUMBER_WARN", "severityText": "warn",
        "body": {"stringValue": "it boils"}, "traceId": TRACE, "spanId": SPAN, "eventName": "kettle",
        "attributes": [{"key": "k", "value": {"intValue": "1"}}], "droppedAttributesCount": 2, "flags": 1,
    }]}]}]});
    let bytes = from_json(
        JsonRequest::Logs,
        Input::Whole(json.to_string().as_bytes()),
        &mut Unbounded,
    )
    .unwrap();
    let request = Request::read(Signal::Logs, bytes.into(), &Limits::default()).unwrap();
    let log = LogView::parse(request.record(request.records[0])).unwrap();
    let log = log.read(Default::default(), Default::default()).unwrap();
    assert_eq!(
        (log.time, log.severity, log.severity_text.as_str()),
        (5, 13, "warn")
    );
    assert_eq!(
        (log.body.as_text(), log.event_name.as_str()),
        (Some("it boils"), "kettle")
    );
    assert_eq!((log.attributes.len(), log.dropped_attributes), (1, 2));

    let points = json!({"dataPoints": [{"asInt": "1"}, {"asDouble": 2, "attributes": []}]});
    let kinds = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"];
    let metrics: Vec<_> = kinds
        .iter()
        .map(|kind| json!({"name": kind, *kind: points}))
        .collect();
    let json = json!({"resourceMetrics": [{"resource": {}, "scopeMetrics": [{"metrics": metrics}]}]});
    let bytes = from_json(
        JsonRequest::Metrics,
        Input::Whole(json.to_string().as_bytes()),
        &mut Unbounded,
    )
    .unwrap();
    assert_eq!(count_points(&bytes), Ok(10));
}

#[test]
fn no_more_is_written_than_there_is_room_for() {
    struct Little;
    impl Room for Little {
        fn grow(&mut self, needed: usize) -> Result<usize, NoRoom> {
            if needed > 5000 { Err(NoRoom) } else { Ok(5000) }
        }
    }
    let fits = |count| {
        let json = with_spans(&json!(vec![json!({"traceId": TRACE, "spanId": SPAN}); count]));
        from_json(JsonRequest::Traces, Input::Whole(json.as_bytes()), &mut Little)
    };
    assert!(fits(100).is_ok());
    assert!(matches!(fits(200), Err(JsonError::NoRoom(NoRoom))));
}
