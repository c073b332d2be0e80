//! Spans and log records written as OTLP's JSON are read back as they were.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;
use spanwright_collector::model::{LogRecord, Resource, Scope, Span, SpanId, TraceId, Value};
use spanwright_collector::wire::{
    Input, JsonRequest, Limits, LogView, Request, Signal, Unbounded, from_json, write_logs, write_spans,
};

use crate::generate::{Doubles, request};
use crate::{expected, spans};

fn written(spans: &[Span]) -> Vec<u8> {
    let mut json = Vec::new();
    write_spans(&mut json, spans).unwrap();
    json
}

/// As text, in which NaN is NaN; sorted, as those of one resource are written together.
fn sorted(spans: &[Span]) -> Vec<String> {
    let mut texts: Vec<String> = spans.iter().map(|span| format!("{span:?}")).collect();
    texts.sort_unstable();
    texts
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn spans_are_read_back_as_they_were(request in request(Doubles::All)) {
        let all = expected::spans(&request);
        let json = written(&all);
        prop_assert!(!json.contains(&b'\n'));
        let bytes = from_json(JsonRequest::Traces, Input::Whole(&json), &mut Unbounded).unwrap();
        let read = Request::read(Signal::Traces, bytes.into(), &Limits::default()).unwrap();
        prop_assert_eq!(&read.reason, &None);
        prop_assert_eq!(sorted(&spans(&read)), sorted(&all));
    }

    #[test]
    fn another_reader_of_otlp_reads_them_too(request in request(Doubles::Finite)) {
        use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
        let all = expected::spans(&request);
        let read: ExportTraceServiceRequest = serde_json::from_slice(&written(&all)).unwrap();
        prop_assert_eq!(sorted(&expected::spans(&read)), sorted(&all));
    }
}

#[test]
fn a_span_is_written_as_the_specification_has_it() {
    let made = json!({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
        "scopeSpans": [{
            "scope": {"name": "lib"},
            "spans": [{
                "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174",
                "parentSpanId": "eee19b7ec3c1b173", "flags": 257, "name": "pay", "kind": 2,
                "startTimeUnixNano": "1544712660000000001", "endTimeUnixNano": "1544712661000000000",
                "attributes": [
                    {"key": "big", "value": {"intValue": "9007199254740993"}},
                    {"key": "nan", "value": {"doubleValue": "NaN"}},
                    {"key": "low", "value": {"doubleValue": "-Infinity"}},
                    {"key": "raw", "value": {"bytesValue": "AP8="}},
                    {"key": "none", "value": {}},
                    {"key": "list", "value": {"arrayValue": {"values": [{"boolValue": true}, {"kvlistValue":
                        {"values": [{"key": "k", "value": {"doubleValue": 0.5}}]}}]}}}
                ],
                "events": [{"timeUnixNano": "1544712660500000000", "name": "e"}],
                "links": [{"traceId": "0000000000000000000000000000000a", "spanId": "000000000000000b"}],
                "status": {"message": "no", "code": 2}
            }],
            "schemaUrl": "https://schema"
        }]
    }]});
    let bytes = from_json(
        JsonRequest::Traces,
        Input::Whole(made.to_string().as_bytes()),
        &mut Unbounded,
    )
    .unwrap();
    let request = Request::read(Signal::Traces, bytes.into(), &Limits::default()).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&written(&spans(&request))).unwrap();
    assert_eq!(json, made);
}

#[test]
fn log_records_are_read_back_as_they_were() {
    let resource = Arc::new(Resource {
        attributes: vec![("service.name".to_owned(), Value::Text("shop".to_owned()))],
        ..Resource::default()
    });
    let log = |time| LogRecord {
        trace_id: TraceId([1; 16]),
        span_id: SpanId([2; 8]),
        time,
        severity: 17,
        severity_text: "ERROR".to_owned(),
        body: Value::Map(vec![("why".to_owned(), Value::Bytes(vec![0, 255]))]),
        attributes: vec![("try".to_owned(), Value::Int(i64::MIN))],
        dropped_attributes: 3,
        event_name: "failed".to_owned(),
        resource: Arc::clone(&resource),
        scope: Arc::new(Scope::default()),
    };
    let logs = vec![log(1), log(u64::MAX)];
    let mut json = Vec::new();
    write_logs(&mut json, &logs).unwrap();
    let bytes = from_json(JsonRequest::Logs, Input::Whole(&json), &mut Unbounded).unwrap();
    let request = Request::read(Signal::Logs, bytes.into(), &Limits::default()).unwrap();
    let read = request.records.iter().map(|place| {
        let (resource, scope) = request.origin(place.scope).unwrap();
        let log = LogView::parse(request.record(*place)).unwrap();
        log.read(resource, scope).unwrap()
    });
    assert_eq!(read.collect::<Vec<_>>(), logs);
}
