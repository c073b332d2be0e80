//! Requests and filters for property tests.

use std::ops::Range;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use proptest::prelude::*;
use prost::Message;

use crate::filter::{Filter, Order, Test, TextTest, ValueTest};
use crate::model::{Kind, Nanos, SpanId, StatusCode, TraceId};
use crate::wire::{Input, JsonRequest, Limits, Request, Signal, Unbounded};

/// The request that this message is.
pub(crate) fn request(message: &ExportTraceServiceRequest) -> Request {
    Request::read(Signal::Traces, message.encode_to_vec().into(), &Limits::default()).expect("a request")
}

/// The spans of a request, as the model has them.
pub(crate) fn spans(request: &Request) -> Vec<crate::model::Span> {
    request.spans().collect()
}

/// A span without a name, and with nothing in it.
pub(crate) fn blank(trace_id: TraceId, span_id: SpanId, time: Range<Nanos>) -> crate::model::Span {
    crate::model::Span {
        trace_id,
        span_id,
        parent_id: None,
        trace_state: String::new(),
        flags: 1,
        name: String::new(),
        kind: Kind::Unspecified,
        start: time.start,
        end: time.end,
        attributes: Vec::new(),
        dropped_attributes: 0,
        events: Vec::new(),
        dropped_events: 0,
        links: Vec::new(),
        dropped_links: 0,
        status: Default::default(),
        resource: Default::default(),
        scope: Default::default(),
    }
}

/// The spans of a request that is OTLP's JSON.
pub(crate) fn from_json(json: &str) -> Vec<crate::model::Span> {
    spans(&json_request(
        JsonRequest::Traces,
        Signal::Traces,
        json.as_bytes(),
    ))
}

/// The request that OTLP's JSON is.
pub(crate) fn json_request(kind: JsonRequest, signal: Signal, json: &[u8]) -> Request {
    let bytes = crate::wire::from_json(kind, Input::Whole(json), &mut Unbounded).expect("OTLP's JSON");
    Request::read(signal, bytes.into(), &Limits::default()).expect("a request")
}

/// A request with a log record of trace 1 repeated in every byte, at this time.
pub(crate) fn log(time: u64, body: &str) -> Request {
    let record = serde_json::json!({
        "timeUnixNano": time.to_string(), "traceId": "01".repeat(16), "spanId": "01".repeat(8),
        "body": {"stringValue": body},
    });
    let json = serde_json::json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]});
    json_request(JsonRequest::Logs, Signal::Logs, json.to_string().as_bytes())
}

/// A few words, so that things meet.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[ab]{1,2}",
        Just("Grüße".to_owned()),
        Just("GET /a".to_owned())
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof!["[kK]{1,2}", Just("service.name".to_owned()), Just(String::new())]
}

fn scalar() -> impl Strategy<Value = Option<Any>> {
    prop_oneof![
        3 => word().prop_map(|text| Some(Any::StringValue(text))),
        1 => any::<bool>().prop_map(|yes| Some(Any::BoolValue(yes))),
        2 => prop_oneof![-2..3_i64, any::<i64>()].prop_map(|number| Some(Any::IntValue(number))),
        2 => prop_oneof![Just(1.0), Just(-0.0), Just(f64::INFINITY), -9.0..9.0].prop_map(|n| Some(Any::DoubleValue(n))),
        1 => prop::collection::vec(any::<u8>(), 0..3).prop_map(|bytes| Some(Any::BytesValue(bytes))),
        1 => Just(None),
    ]
}

fn value() -> impl Strategy<Value = AnyValue> {
    let leaf = scalar().prop_map(|value| AnyValue { value });
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|values| AnyValue {
                value: Some(Any::ArrayValue(ArrayValue { values }))
            }),
            prop::collection::vec((key(), inner), 0..3).prop_map(|pairs| {
                let values = pairs.into_iter().map(|(key, value)| pair(key, value)).collect();
                AnyValue {
                    value: Some(Any::KvlistValue(KeyValueList { values })),
                }
            }),
        ]
    })
}

fn pair(key: String, value: AnyValue) -> KeyValue {
    KeyValue {
        key,
        value: Some(value),
        ..KeyValue::default()
    }
}

fn attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    prop::collection::vec((key(), value()).prop_map(|(key, value)| pair(key, value)), 0..4)
}

fn id<const N: usize>() -> impl Strategy<Value = Vec<u8>> {
    (1..6_u8).prop_map(|last| {
        let mut id = vec![0; N];
        id[N - 1] = last;
        id
    })
}

fn event() -> impl Strategy<Value = Event> {
    (any::<u64>(), word(), attributes(), 0..2_u32).prop_map(|(time_unix_nano, name, attributes, dropped)| {
        Event {
            time_unix_nano,
            name,
            attributes,
            dropped_attributes_count: dropped,
        }
    })
}

fn link() -> impl Strategy<Value = Link> {
    (id::<16>(), id::<8>(), word(), attributes(), 0..300_u32).prop_map(
        |(trace_id, span_id, trace_state, attributes, flags)| Link {
            trace_id,
            span_id,
            trace_state,
            attributes,
            dropped_attributes_count: 0,
            flags,
        },
    )
}

fn span() -> impl Strategy<Value = Span> {
    let ids = (
        id::<16>(),
        id::<8>(),
        prop_oneof![Just(Vec::new()), id::<8>()],
        word(),
        word(),
    );
    let times = (
        0..8_i32,
        prop_oneof![0..20_u64, 0..=i64::MAX.unsigned_abs()],
        prop_oneof![0..20_u64, 0..=i64::MAX.unsigned_abs()],
    );
    let lists = (
        attributes(),
        prop::collection::vec(event(), 0..2),
        prop::collection::vec(link(), 0..2),
        prop::option::of((0..4_i32, word())),
        (0..2_u32, 0..2_u32, 0..2_u32, 0..300_u32),
    );
    (ids, times, lists).prop_map(
        |(ids, (kind, start, end), (attributes, events, links, status, counts))| Span {
            trace_id: ids.0,
            span_id: ids.1,
            parent_span_id: ids.2,
            name: ids.3,
            trace_state: ids.4,
            kind,
            start_time_unix_nano: start,
            end_time_unix_nano: end,
            attributes,
            events,
            links,
            status: status.map(|(code, message)| Status { code, message }),
            dropped_attributes_count: counts.0,
            dropped_events_count: counts.1,
            dropped_links_count: counts.2,
            flags: counts.3,
        },
    )
}

/// Requests of a few spans that hold whatever OTLP can.
pub(crate) fn message() -> impl Strategy<Value = ExportTraceServiceRequest> {
    let scope = (
        word(),
        word(),
        attributes(),
        prop::collection::vec(span(), 0..6),
        word(),
    );
    let scope = scope.prop_map(|(name, version, attributes, spans, schema_url)| ScopeSpans {
        scope: Some(InstrumentationScope {
            name,
            version,
            attributes,
            dropped_attributes_count: 0,
        }),
        spans,
        schema_url,
    });
    let resource = (
        prop::option::of(attributes()),
        prop::collection::vec(scope, 0..3),
        word(),
    );
    let resource = resource.prop_map(|(attributes, scope_spans, schema_url)| ResourceSpans {
        resource: attributes.map(|attributes| Resource {
            attributes,
            ..Resource::default()
        }),
        scope_spans,
        schema_url,
    });
    prop::collection::vec(resource, 0..3)
        .prop_map(|resource_spans| ExportTraceServiceRequest { resource_spans })
}

/// One of all.
pub(crate) fn status() -> impl Strategy<Value = StatusCode> {
    prop::sample::select(vec![StatusCode::Unset, StatusCode::Ok, StatusCode::Error])
}

/// One of all.
pub(crate) fn order() -> impl Strategy<Value = Order> {
    prop::sample::select(vec![
        Order::Less,
        Order::LessOrEqual,
        Order::Equal,
        Order::GreaterOrEqual,
        Order::Greater,
    ])
}

fn text_test() -> impl Strategy<Value = TextTest> {
    prop_oneof![
        word().prop_map(TextTest::Equals),
        word().prop_map(TextTest::Contains)
    ]
}

fn value_test() -> impl Strategy<Value = ValueTest> {
    let written = prop_oneof![
        word(),
        Just("1".to_owned()),
        Just("true".to_owned()),
        Just("-0".to_owned())
    ];
    prop_oneof![
        Just(ValueTest::Present),
        written.prop_map(ValueTest::Equals),
        word().prop_map(ValueTest::Contains),
        (order(), -3.0..3.0).prop_map(|(order, number): (_, f64)| ValueTest::Number(order, number.round())),
    ]
}

/// Filters that are true of some of the spans of [`message`].
pub(crate) fn filter() -> impl Strategy<Value = Filter> {
    let test = prop_oneof![
        text_test().prop_map(Test::Service),
        text_test().prop_map(Test::Name),
        (0..6_u64).prop_map(|kind| Test::Kind(Kind::from_otlp(kind))),
        status().prop_map(Test::Status),
        (order(), 0..20_u64).prop_map(|(order, nanos)| Test::Duration(order, nanos)),
        (order(), 0..20_u64).prop_map(|(order, nanos)| Test::Start(order, nanos)),
        (key(), value_test()).prop_map(|(key, test)| Test::Attribute(key, test)),
        word().prop_map(Test::Anywhere),
    ];
    test.prop_map(Filter::Is).prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::All),
            1 => prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::Any),
            1 => inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
}
