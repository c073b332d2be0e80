//! Batches: one of everything, and any at all.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use spanwright::{
    Attributes, Batch, Event, HistogramPoint, Key, Kind, Link, LogRecord, Metric, MetricData, NumberPoint,
    Outcome, Resource, Severity, SpanId, SpanRecord, Status, TraceFlags, TraceId, Value,
};
use std::borrow::Cow;
use std::sync::Arc;

/// A span with nothing but ids, a name and times.
pub(crate) fn span(name: &str) -> SpanRecord {
    SpanRecord {
        scope: "shop::cart".into(),
        start_ns: 1_700_000_000_000_000_001,
        end_ns: 1_700_000_000_000_000_002,
        ..SpanRecord::new(TraceId::random(), SpanId::random(), name.to_owned())
    }
}

fn attributes() -> Attributes {
    vec![
        ("bool".into(), false.into()),
        ("int".into(), i64::MIN.into()),
        ("zero".into(), 0.into()),
        ("float".into(), 1.5.into()),
        ("text".into(), "line\n\"é\"\u{1f}".into()),
        ("empty".into(), "".into()),
        ("bytes".into(), Value::Bytes(vec![0, 255, 16])),
        ("array".into(), Value::Array(vec![1.into(), "two".into()])),
        (
            "map".into(),
            Value::Map(vec![("inner".into(), Value::Array(Vec::new()))]),
        ),
    ]
}

/// A batch of spans only.
pub(crate) fn spans(names: &[&str]) -> Batch {
    let mut batch = Batch::new(Arc::new(Resource::new().with("service.name", "shop")));
    batch.spans = names.iter().map(|name| span(name)).collect();
    batch
}

/// Spans, logs and metrics with every field in use.
pub(crate) fn everything() -> Batch {
    let mut batch = spans(&["plain", "full", "elsewhere"]);
    let full = &mut batch.spans[1];
    full.parent_span_id = Some(SpanId::random());
    full.parent_is_remote = true;
    full.flags = TraceFlags::from_byte(3);
    full.trace_state = "vendor=a,other=b".into();
    full.kind = Kind::Producer;
    full.attributes = attributes();
    full.events = vec![Event {
        time_ns: 1_700_000_000_000_000_002,
        name: "cache_miss".into(),
        attributes: attributes(),
        dropped_attributes: 4,
    }];
    full.links = vec![Link {
        trace_id: TraceId::random(),
        span_id: SpanId::random(),
        flags: TraceFlags::SAMPLED,
        trace_state: "v=1".into(),
        attributes: attributes(),
    }];
    full.status = Status::Error("card refused".into());
    (full.dropped_attributes, full.dropped_events, full.dropped_links) = (1, 2, 3);
    batch.spans[2].scope = "bank".into();
    batch.spans[2].status = Status::Ok;
    batch.logs.push(LogRecord {
        time_ns: 1_700_000_000_000_000_003,
        severity: Severity::Error,
        event_name: "exception".into(),
        body: Some(Value::Map(attributes())),
        trace_id: TraceId::random(),
        span_id: SpanId::random(),
        flags: TraceFlags::SAMPLED,
        scope: "shop::cart".into(),
        attributes: attributes(),
        dropped_attributes: 5,
    });
    let number = NumberPoint {
        attributes: attributes(),
        start_ns: 1,
        time_ns: 2,
        value: -0.25,
    };
    let histogram = HistogramPoint {
        attributes: attributes(),
        start_ns: 1,
        time_ns: 2,
        count: 3,
        sum: 0.75,
        min: Some(0.0),
        max: Some(0.5),
        bounds: vec![0.1, 1.0],
        buckets: vec![1, 0, 2],
    };
    for (name, data) in [
        ("sum", MetricData::Sum(vec![number.clone(), number.clone()])),
        ("queue", MetricData::UpDown(vec![number.clone()])),
        ("gauge", MetricData::Gauge(vec![number])),
        ("histogram", MetricData::Histogram(vec![histogram])),
    ] {
        batch.metrics.push(metric(name, data));
    }
    batch
}

fn metric(name: &str, data: MetricData) -> Metric {
    Metric {
        name: Cow::Owned(name.to_owned()),
        description: "how much".into(),
        unit: "{item}".into(),
        scope: "shop::cart".into(),
        data,
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,12}", "[\\x00-\\x20\"\\\\é]{0,6}", "x{120,300}"]
}

fn any_cow() -> impl Strategy<Value = Cow<'static, str>> {
    any_text().prop_map(Cow::Owned)
}

/// Eighths: the JSON reader of these tests is off by a bit at other numbers.
fn any_float() -> impl Strategy<Value = f64> {
    any::<i32>().prop_map(|eighths| f64::from(eighths) / 8.0)
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any_float().prop_map(Value::Float),
        any_text().prop_map(Value::String),
        vec(any::<u8>(), 0..200).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(6, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            vec((any_key(), inner), 0..4).prop_map(Value::Map),
        ]
    })
}

fn any_key() -> impl Strategy<Value = Key> {
    any_text().prop_map(Key::from)
}

fn any_attributes() -> impl Strategy<Value = Attributes> {
    vec((any_key(), any_value()), 0..4)
}

fn any_trace_id() -> impl Strategy<Value = TraceId> {
    any::<[u8; 16]>().prop_map(TraceId::from_bytes)
}

fn any_span_id() -> impl Strategy<Value = SpanId> {
    any::<[u8; 8]>().prop_map(SpanId::from_bytes)
}

fn any_flags() -> impl Strategy<Value = TraceFlags> {
    any::<u8>().prop_map(TraceFlags::from_byte)
}

prop_compose! {
    fn any_event()(
        time_ns: u64, name in any_cow(), attributes in any_attributes(), dropped_attributes: u32,
    ) -> Event {
        Event { time_ns, name, attributes, dropped_attributes }
    }
}

prop_compose! {
    fn any_link()(
        trace_id in any_trace_id(), span_id in any_span_id(), flags in any_flags(),
        trace_state in any_text(), attributes in any_attributes(),
    ) -> Link {
        Link { trace_id, span_id, flags, trace_state: trace_state.into(), attributes }
    }
}

fn any_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Internal),
        Just(Kind::Server),
        Just(Kind::Client),
        Just(Kind::Producer),
        Just(Kind::Consumer)
    ]
}

fn any_status() -> impl Strategy<Value = Status> {
    prop_oneof![
        Just(Status::Unset),
        Just(Status::Ok),
        any_cow().prop_map(Status::Error)
    ]
}

fn any_scope() -> impl Strategy<Value = Cow<'static, str>> {
    prop_oneof![Just("a".into()), Just("b::c".into()), Just("".into())]
}

prop_compose! {
    fn any_span()(
        (trace_id, span_id, parent_span_id, parent_is_remote, flags) in
            (any_trace_id(), any_span_id(), option::of(any_span_id()), any::<bool>(), any_flags()),
        trace_state in any_text(), name in any_cow(), kind in any_kind(), scope in any_scope(),
        (start_ns, end_ns) in any::<(u64, u64)>(), attributes in any_attributes(),
        events in vec(any_event(), 0..3), links in vec(any_link(), 0..3), status in any_status(),
        (dropped_attributes, dropped_events, dropped_links) in any::<(u32, u32, u32)>(),
    ) -> SpanRecord {
        SpanRecord {
            trace_id, span_id, parent_span_id, parent_is_remote, flags, trace_state: trace_state.into(),
            site: None, name, kind, scope, start_ns, end_ns, attributes, events, links, status,
            outcome: Outcome::Ok, dropped_attributes, dropped_events, dropped_links,
        }
    }
}

fn any_severity() -> impl Strategy<Value = Severity> {
    prop_oneof![Just(Severity::Trace), Just(Severity::Info), Just(Severity::Fatal)]
}

prop_compose! {
    fn any_log()(
        time_ns: u64, severity in any_severity(), event_name in any_cow(), body in option::of(any_value()),
        (trace_id, span_id, flags) in (any_trace_id(), any_span_id(), any_flags()),
        scope in any_scope(), attributes in any_attributes(), dropped_attributes: u32,
    ) -> LogRecord {
        LogRecord {
            time_ns, severity, event_name, body, trace_id, span_id, flags, scope, attributes,
            dropped_attributes,
        }
    }
}

prop_compose! {
    fn any_number_point()(
        attributes in any_attributes(), start_ns: u64, time_ns: u64, value in any_float(),
    ) -> NumberPoint {
        NumberPoint { attributes, start_ns, time_ns, value }
    }
}

prop_compose! {
    fn any_histogram_point()(
        attributes in any_attributes(), start_ns: u64, time_ns: u64, count: u64, sum in any_float(),
        (min, max) in (option::of(any_float()), option::of(any_float())),
        bounds in vec(any_float(), 0..20), buckets in vec(any::<u64>(), 0..20),
    ) -> HistogramPoint {
        HistogramPoint { attributes, start_ns, time_ns, count, sum, min, max, bounds, buckets }
    }
}

fn any_data() -> impl Strategy<Value = MetricData> {
    prop_oneof![
        vec(any_number_point(), 0..3).prop_map(MetricData::Sum),
        vec(any_number_point(), 0..3).prop_map(MetricData::UpDown),
        vec(any_number_point(), 0..3).prop_map(MetricData::Gauge),
        vec(any_histogram_point(), 0..3).prop_map(MetricData::Histogram),
    ]
}

prop_compose! {
    fn any_metric()(
        name in any_cow(), description in any_cow(), unit in any_cow(), scope in any_scope(),
        data in any_data(),
    ) -> Metric {
        Metric { name, description, unit, scope, data }
    }
}

prop_compose! {
    /// Any batch with at least one record of each kind.
    pub(crate) fn any_batch()(
        service in any_text(), spans in vec(any_span(), 1..6), logs in vec(any_log(), 1..4),
        metrics in vec(any_metric(), 1..4),
    ) -> Batch {
        let mut batch = Batch::new(Arc::new(Resource::new().with("service.name", service)));
        (batch.spans, batch.logs, batch.metrics) = (spans, logs, metrics);
        batch
    }
}
