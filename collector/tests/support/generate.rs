//! Requests of all that OTLP can say, for property tests.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList, any_value::Value,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Which doubles to generate. JSON as OpenTelemetry's crate writes it has no others than finite ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubles {
    Finite,
    All,
}

/// A request whose spans are all as OTLP wants them.
pub fn request(doubles: Doubles) -> impl Strategy<Value = ExportTraceServiceRequest> {
    vec(resource_spans(doubles), 0..3).prop_map(|resource_spans| ExportTraceServiceRequest { resource_spans })
}

fn resource_spans(doubles: Doubles) -> impl Strategy<Value = ResourceSpans> {
    (
        option::of(resource(doubles)),
        vec(scope_spans(doubles), 0..3),
        text(),
    )
        .prop_map(|(resource, scope_spans, schema_url)| ResourceSpans {
            resource,
            scope_spans,
            schema_url,
        })
}

fn resource(doubles: Doubles) -> impl Strategy<Value = Resource> {
    (option::of(text()), attributes(doubles), count()).prop_map(|(service, mut attributes, dropped)| {
        attributes.extend(service.map(|name| KeyValue {
            key: "service.name".to_owned(),
            value: Some(AnyValue {
                value: Some(Value::StringValue(name)),
            }),
            ..KeyValue::default()
        }));
        Resource {
            attributes,
            dropped_attributes_count: dropped,
            ..Resource::default()
        }
    })
}

fn scope_spans(doubles: Doubles) -> impl Strategy<Value = ScopeSpans> {
    (option::of(scope(doubles)), vec(span(doubles), 0..4), text()).prop_map(|(scope, spans, schema_url)| {
        ScopeSpans {
            scope,
            spans,
            schema_url,
        }
    })
}

fn scope(doubles: Doubles) -> impl Strategy<Value = InstrumentationScope> {
    (text(), text(), attributes(doubles), count()).prop_map(|(name, version, attributes, dropped)| {
        InstrumentationScope {
            name,
            version,
            attributes,
            dropped_attributes_count: dropped,
        }
    })
}

/// A span as OTLP wants it.
pub fn span(doubles: Doubles) -> impl Strategy<Value = Span> {
    let ids = (id(16), id(8), option::of(id(8)), text(), text());
    let numbers = (0..7_i32, time(), time(), any::<u32>());
    let parts = (
        attributes(doubles),
        vec(event(doubles), 0..3),
        vec(link(doubles), 0..3),
    );
    let dropped = (count(), count(), count());
    (ids, numbers, parts, dropped, option::of(status())).prop_map(
        |(
            (trace_id, span_id, parent, trace_state, name),
            (kind, start, end, flags),
            parts,
            dropped,
            status,
        )| {
            let (attributes, events, links) = parts;
            let (dropped_attributes_count, dropped_events_count, dropped_links_count) = dropped;
            Span {
                trace_id,
                span_id,
                trace_state,
                parent_span_id: parent.unwrap_or_default(),
                flags,
                name,
                kind,
                start_time_unix_nano: start,
                end_time_unix_nano: end,
                attributes,
                dropped_attributes_count,
                events,
                dropped_events_count,
                links,
                dropped_links_count,
                status,
            }
        },
    )
}

fn event(doubles: Doubles) -> impl Strategy<Value = Event> {
    (time(), text(), attributes(doubles), count()).prop_map(|(time_unix_nano, name, attributes, dropped)| {
        Event {
            time_unix_nano,
            name,
            attributes,
            dropped_attributes_count: dropped,
        }
    })
}

fn link(doubles: Doubles) -> impl Strategy<Value = Link> {
    (id(16), id(8), text(), attributes(doubles), count(), any::<u32>()).prop_map(
        |(trace_id, span_id, trace_state, attributes, dropped, flags)| Link {
            trace_id,
            span_id,
            trace_state,
            attributes,
            dropped_attributes_count: dropped,
            flags,
        },
    )
}

fn status() -> impl Strategy<Value = Status> {
    (text(), 0..4_i32).prop_map(|(message, code)| Status { message, code })
}

fn attributes(doubles: Doubles) -> impl Strategy<Value = Vec<KeyValue>> {
    vec(attribute(value(doubles)), 0..5)
}

fn attribute(value: impl Strategy<Value = AnyValue>) -> impl Strategy<Value = KeyValue> {
    (text(), option::weighted(0.95, value)).prop_map(|(key, value)| KeyValue {
        key,
        value,
        ..KeyValue::default()
    })
}

/// An attribute's value: of every kind, in one another.
pub fn value(doubles: Doubles) -> BoxedStrategy<AnyValue> {
    let single = prop_oneof![
        Just(None),
        text().prop_map(|text| Some(Value::StringValue(text))),
        any::<bool>().prop_map(|yes| Some(Value::BoolValue(yes))),
        any::<i64>().prop_map(|number| Some(Value::IntValue(number))),
        double(doubles).prop_map(|number| Some(Value::DoubleValue(number))),
        vec(any::<u8>(), 0..20).prop_map(|bytes| Some(Value::BytesValue(bytes))),
    ];
    let single = single.prop_map(|value| AnyValue { value });
    let nested = single.prop_recursive(4, 12, 3, |inner| {
        let array = vec(inner.clone(), 0..4).prop_map(|values| Value::ArrayValue(ArrayValue { values }));
        let map = vec(attribute(inner), 0..4).prop_map(|values| Value::KvlistValue(KeyValueList { values }));
        prop_oneof![array, map].prop_map(|value| AnyValue { value: Some(value) })
    });
    nested.boxed()
}

fn double(doubles: Doubles) -> BoxedStrategy<f64> {
    use proptest::num::f64;
    match doubles {
        Doubles::Finite => (f64::POSITIVE | f64::NEGATIVE | f64::NORMAL | f64::SUBNORMAL | f64::ZERO).boxed(),
        Doubles::All => f64::ANY.boxed(),
    }
}

/// Texts of all kinds of characters; the short ones repeat.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]{0,2}",
        "[a-z.]{1,12}",
        "\\PC{0,20}",
        ".{0,20}",
        "x{120,300}"
    ]
}

fn time() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        0..=i64::MAX.unsigned_abs(),
        1_600_000_000_000_000_000..1_800_000_000_000_000_000_u64
    ]
}

fn count() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), any::<u32>()]
}

fn id(bytes: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), bytes).prop_filter("an id is not 0", |id| id.iter().any(|byte| *byte != 0))
}
