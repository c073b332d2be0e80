//! What is encoded comes back, and any bytes end without a panic.

use super::*;
use crate::destination::otlp::{protobuf, wire::Writer};
use crate::id::{SpanId, TraceFlags, TraceId};
use crate::record::{
    Attributes, Event, HistogramPoint, Kind, Link, LogRecord, Metric, MetricData, NumberPoint, Outcome,
    Severity, SpanRecord, Status,
};
use crate::semconv;
use crate::value::{Key, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use std::borrow::Cow;

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        ".{0,12}".prop_map(Value::String),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        vec(any::<u8>(), 0..6).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            vec((key(), inner), 0..4).prop_map(Value::Map),
        ]
    })
}

fn key() -> impl Strategy<Value = Key> {
    ".{0,8}".prop_map(Key::from)
}

fn attributes() -> impl Strategy<Value = Attributes> {
    vec((key(), value()), 0..4)
}

fn scope() -> impl Strategy<Value = Cow<'static, str>> {
    prop_oneof![Just(""), Just("app"), Just("app::db")].prop_map(Cow::Borrowed)
}

fn ids() -> impl Strategy<Value = (TraceId, SpanId)> {
    any::<([u8; 16], [u8; 8])>()
        .prop_map(|(trace, span)| (TraceId::from_bytes(trace), SpanId::from_bytes(span)))
}

fn event() -> impl Strategy<Value = Event> {
    (any::<u64>(), ".{0,8}", attributes(), any::<u32>()).prop_map(|(time_ns, name, attributes, dropped)| {
        Event {
            time_ns,
            name: name.into(),
            attributes,
            dropped_attributes: dropped,
        }
    })
}

fn link() -> impl Strategy<Value = Link> {
    (ids(), 0_u8..4, ".{0,8}", attributes()).prop_map(|((trace_id, span_id), flags, state, attributes)| {
        Link {
            trace_id,
            span_id,
            flags: TraceFlags::from_byte(flags),
            trace_state: state.into(),
            attributes,
        }
    })
}

fn span() -> impl Strategy<Value = SpanRecord> {
    let head = (
        ids(),
        any::<Option<[u8; 8]>>(),
        any::<bool>(),
        0_u8..4,
        ".{0,8}",
        ".{0,8}",
        0_u8..5,
    );
    let lists = (
        attributes(),
        vec(event(), 0..3),
        vec(link(), 0..3),
        any::<[u32; 3]>(),
    );
    let end = (any::<[u64; 2]>(), scope(), 0_u8..6, ".{0,8}");
    (head, lists, end).prop_map(|(head, lists, end)| {
        let ((trace_id, span_id), parent, remote, flags, state, name, kind) = head;
        let (attributes, events, links, dropped) = lists;
        let ([start_ns, end_ns], scope, outcome, description) = end;
        let outcome = Outcome::from_byte(outcome);
        let mut span = SpanRecord {
            parent_span_id: parent.map(SpanId::from_bytes),
            parent_is_remote: remote,
            flags: TraceFlags::from_byte(flags),
            trace_state: state.into(),
            kind: Kind::from_byte(kind),
            scope,
            start_ns,
            end_ns,
            attributes,
            events,
            links,
            status: match outcome {
                outcome if outcome.is_error() => Status::Error(description.into()),
                _ if remote => Status::Ok,
                _ => Status::Unset,
            },
            outcome,
            dropped_attributes: dropped[0],
            dropped_events: dropped[1],
            dropped_links: dropped[2],
            ..SpanRecord::new(trace_id, span_id, name)
        };
        if !matches!(outcome, Outcome::Ok | Outcome::Error) {
            span.attributes
                .insert(0, (semconv::OUTCOME.into(), outcome.as_str().into()));
        }
        span
    })
}

fn log() -> impl Strategy<Value = LogRecord> {
    let head = (
        any::<u64>(),
        0_u8..24,
        ".{0,8}",
        proptest::option::of(value()),
        ids(),
    );
    (head, 0_u8..4, scope(), attributes(), any::<u32>()).prop_map(
        |((time_ns, severity, name, body, (trace_id, span_id)), flags, scope, attributes, dropped)| {
            LogRecord {
                time_ns,
                severity: Severity::from_byte(severity),
                event_name: name.into(),
                body,
                trace_id,
                span_id,
                flags: TraceFlags::from_byte(flags),
                scope,
                attributes,
                dropped_attributes: dropped,
            }
        },
    )
}

fn number_points() -> impl Strategy<Value = Vec<NumberPoint>> {
    let point = (attributes(), any::<u64>(), any::<u64>(), any::<f64>());
    vec(
        point.prop_map(|(attributes, start_ns, time_ns, value)| NumberPoint {
            attributes,
            start_ns,
            time_ns,
            value,
        }),
        0..3,
    )
}

fn histogram_points() -> impl Strategy<Value = Vec<HistogramPoint>> {
    let lists = (vec(any::<f64>(), 0..4), vec(any::<u64>(), 0..5));
    let ends = any::<(Option<f64>, Option<f64>)>();
    let point = (attributes(), any::<[u64; 3]>(), any::<f64>(), ends, lists);
    vec(
        point.prop_map(
            |(attributes, [start_ns, time_ns, count], sum, (min, max), (bounds, buckets))| HistogramPoint {
                attributes,
                start_ns,
                time_ns,
                count,
                sum,
                min,
                max,
                bounds,
                buckets,
            },
        ),
        0..3,
    )
}

fn metric() -> impl Strategy<Value = Metric> {
    let data = prop_oneof![
        number_points().prop_map(MetricData::Sum),
        number_points().prop_map(MetricData::UpDown),
        number_points().prop_map(MetricData::Gauge),
        histogram_points().prop_map(MetricData::Histogram),
    ];
    (".{0,8}", ".{0,8}", ".{0,4}", scope(), data).prop_map(|(name, description, unit, scope, data)| Metric {
        name: name.into(),
        description: description.into(),
        unit: unit.into(),
        scope,
        data,
    })
}

fn resource() -> impl Strategy<Value = Arc<Resource>> {
    attributes().prop_map(|attributes| {
        let mut resource = Resource::new();
        *resource.attributes_mut() = attributes;
        Arc::new(resource)
    })
}

fn encoded(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::default();
    write(&mut writer);
    writer.as_slice().to_vec()
}

/// Requests group records by their scope, so these come first.
fn grouped<T>(mut records: Vec<T>, scope: impl Fn(&T) -> &str) -> Vec<T> {
    records.sort_by(|a, b| scope(a).cmp(scope(b)));
    records
}

/// As text, in which numbers that are none equal themselves.
fn shown(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}")
}

proptest! {
    #[test]
    fn spans_come_back(resource in resource(), spans in vec(span(), 1..4)) {
        let request = encoded(|out| protobuf::traces(out, &resource, &spans));
        let batch = batch(Signal::Traces, &request).unwrap();
        prop_assert_eq!(shown(&batch.resource), shown(&resource));
        prop_assert_eq!(shown(&batch.spans), shown(&grouped(spans, |span| &span.scope)));
        prop_assert_eq!(batch.len(), batch.spans.len());
    }

    #[test]
    fn logs_come_back(resource in resource(), logs in vec(log(), 1..4)) {
        let request = encoded(|out| protobuf::logs(out, &resource, &logs));
        let batch = batch(Signal::Logs, &request).unwrap();
        prop_assert_eq!(shown(&batch.resource), shown(&resource));
        prop_assert_eq!(shown(&batch.logs), shown(&grouped(logs, |log| &log.scope)));
    }

    #[test]
    fn metrics_come_back(resource in resource(), metrics in vec(metric(), 1..4)) {
        let request = encoded(|out| protobuf::metrics(out, &resource, &metrics));
        let batch = batch(Signal::Metrics, &request).unwrap();
        prop_assert_eq!(shown(&batch.resource), shown(&resource));
        prop_assert_eq!(shown(&batch.metrics), shown(&grouped(metrics, |metric| &metric.scope)));
    }

    #[test]
    fn any_bytes_end_without_a_panic(bytes: Vec<u8>, signal in 1_u8..4) {
        let _ = batch(Signal::from_byte(signal).unwrap(), &bytes);
    }

    #[test]
    fn a_changed_request_ends_without_a_panic(
        spans in vec(span(), 1..3),
        at: prop::sample::Index,
        byte: u8,
        cut: prop::sample::Index,
    ) {
        let mut request = encoded(|out| protobuf::traces(out, &Resource::new(), &spans));
        let at = at.index(request.len());
        request[at] = byte;
        request.truncate(cut.index(request.len()) + 1);
        let _ = batch(Signal::Traces, &request);
        let _ = batch(Signal::Metrics, &request);
    }
}

#[test]
fn nothing_but_empty_spans_is_refused_before_it_takes_much_memory() {
    let request = encoded(|out| {
        out.message(1, crate::destination::otlp::wire::Width::Three, |out| {
            out.message(2, crate::destination::otlp::wire::Width::Three, |out| {
                (0..1 << 20).for_each(|_| out.set_bytes(2, b""));
            });
        });
    });
    assert_eq!(batch(Signal::Traces, &request).err(), Some(Malformed));
}

#[test]
fn values_that_nest_deeper_than_the_encoder_writes_are_refused() {
    let mut value = encoded(|out| out.set_bytes(1, b"end"));
    for _ in 0..100_000 {
        let inner = encoded(|out| out.set_bytes(1, &value));
        value = encoded(|out| out.set_bytes(5, &inner));
        if value.len() > 4096 {
            break;
        }
    }
    let request = encoded(|out| out.set_bytes(5, &value));
    let log = encoded(|out| out.set_bytes(2, &request));
    let scope = encoded(|out| out.set_bytes(2, &log));
    let all = encoded(|out| out.set_bytes(1, &scope));
    assert_eq!(batch(Signal::Logs, &all).err(), Some(Malformed));
}
