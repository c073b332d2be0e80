//! Any record: OTLP's JSON is JSON in one line, and the spool gives back what it was given.

#![no_main]

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use spanwright::fuzzing::{json_of_logs, json_of_metrics, json_of_spans, redact_and_limit, spool};
use spanwright::{
    Attributes, Batch, Event, HistogramPoint, Key, Kind, Link, LogRecord, Metric, MetricData, NumberPoint,
    Outcome, Resource, Severity, SpanId, SpanRecord, Status, TraceFlags, TraceId, Value,
};
use std::borrow::Cow;
use std::sync::Arc;

fn value(bytes: &mut Unstructured<'_>, depth: usize) -> Result<Value> {
    Ok(match bytes.int_in_range(0..=6_u8)? {
        0 => Value::Bool(bytes.arbitrary()?),
        1 => Value::Int(bytes.arbitrary()?),
        2 => Value::Float(bytes.arbitrary()?),
        3 => Value::Bytes(bytes.arbitrary()?),
        4 if depth < 20 => {
            let count = bytes.int_in_range(0..=3)?;
            Value::Array(
                (0..count)
                    .map(|_| value(bytes, depth + 1))
                    .collect::<Result<_>>()?,
            )
        }
        5 if depth < 20 => Value::Map(attributes_at(bytes, depth + 1)?),
        _ => Value::String(bytes.arbitrary()?),
    })
}

fn attributes_at(bytes: &mut Unstructured<'_>, depth: usize) -> Result<Attributes> {
    let count = bytes.int_in_range(0..=3)?;
    (0..count)
        .map(|_| Ok((Key::from(bytes.arbitrary::<String>()?), value(bytes, depth)?)))
        .collect()
}

fn attributes(bytes: &mut Unstructured<'_>) -> Result<Attributes> {
    attributes_at(bytes, 0)
}

fn word(bytes: &mut Unstructured<'_>) -> Result<Cow<'static, str>> {
    Ok(Cow::Owned(bytes.arbitrary()?))
}

fn ids(bytes: &mut Unstructured<'_>) -> Result<(TraceId, SpanId)> {
    Ok((
        TraceId::from_bytes(bytes.arbitrary()?),
        SpanId::from_bytes(bytes.arbitrary()?),
    ))
}

fn flags(bytes: &mut Unstructured<'_>) -> Result<TraceFlags> {
    Ok(TraceFlags::from_byte(bytes.arbitrary()?))
}

fn list<T>(
    bytes: &mut Unstructured<'_>,
    item: impl Fn(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = bytes.int_in_range(0..=2)?;
    (0..count).map(|_| item(bytes)).collect()
}

fn event(bytes: &mut Unstructured<'_>) -> Result<Event> {
    Ok(Event {
        time_ns: bytes.arbitrary()?,
        name: word(bytes)?,
        attributes: attributes(bytes)?,
        dropped_attributes: bytes.arbitrary()?,
    })
}

fn link(bytes: &mut Unstructured<'_>) -> Result<Link> {
    let (trace_id, span_id) = ids(bytes)?;
    Ok(Link {
        trace_id,
        span_id,
        flags: flags(bytes)?,
        trace_state: bytes.arbitrary::<String>()?.into(),
        attributes: attributes(bytes)?,
    })
}

fn span(bytes: &mut Unstructured<'_>) -> Result<SpanRecord> {
    let (trace_id, span_id) = ids(bytes)?;
    let outcomes = [
        Outcome::Ok,
        Outcome::Error,
        Outcome::Cancelled,
        Outcome::Timeout,
        Outcome::Panicked,
        Outcome::Abandoned,
    ];
    let kinds = [
        Kind::Internal,
        Kind::Server,
        Kind::Client,
        Kind::Producer,
        Kind::Consumer,
    ];
    let outcome = *bytes.choose(&outcomes)?;
    let parent: Option<[u8; 8]> = bytes.arbitrary()?;
    let mut span = SpanRecord {
        parent_span_id: parent.map(SpanId::from_bytes),
        parent_is_remote: bytes.arbitrary()?,
        flags: flags(bytes)?,
        trace_state: bytes.arbitrary::<String>()?.into(),
        kind: *bytes.choose(&kinds)?,
        scope: word(bytes)?,
        start_ns: bytes.arbitrary()?,
        end_ns: bytes.arbitrary()?,
        attributes: attributes(bytes)?,
        events: list(bytes, event)?,
        links: list(bytes, link)?,
        outcome,
        dropped_attributes: bytes.arbitrary()?,
        dropped_events: bytes.arbitrary()?,
        dropped_links: bytes.arbitrary()?,
        ..SpanRecord::new(trace_id, span_id, word(bytes)?)
    };
    // As records are: the status follows from the outcome, and an attribute holds what it cannot say.
    span.status = match outcome.is_error() {
        true => Status::Error(word(bytes)?),
        false => Status::Unset,
    };
    if !matches!(outcome, Outcome::Ok | Outcome::Error) {
        let key = Key::from("spanwright.outcome");
        span.attributes.retain(|(own, _)| *own != key);
        span.attributes.insert(0, (key, outcome.as_str().into()));
    }
    Ok(span)
}

fn log(bytes: &mut Unstructured<'_>) -> Result<LogRecord> {
    let severities = [
        Severity::Trace,
        Severity::Debug,
        Severity::Info,
        Severity::Warn,
        Severity::Error,
        Severity::Fatal,
    ];
    let (trace_id, span_id) = ids(bytes)?;
    Ok(LogRecord {
        time_ns: bytes.arbitrary()?,
        severity: *bytes.choose(&severities)?,
        event_name: word(bytes)?,
        body: if bytes.arbitrary()? {
            Some(value(bytes, 0)?)
        } else {
            None
        },
        trace_id,
        span_id,
        flags: flags(bytes)?,
        scope: word(bytes)?,
        attributes: attributes(bytes)?,
        dropped_attributes: bytes.arbitrary()?,
    })
}

fn number(bytes: &mut Unstructured<'_>) -> Result<NumberPoint> {
    Ok(NumberPoint {
        attributes: attributes(bytes)?,
        start_ns: bytes.arbitrary()?,
        time_ns: bytes.arbitrary()?,
        value: bytes.arbitrary()?,
    })
}

fn histogram(bytes: &mut Unstructured<'_>) -> Result<HistogramPoint> {
    Ok(HistogramPoint {
        attributes: attributes(bytes)?,
        start_ns: bytes.arbitrary()?,
        time_ns: bytes.arbitrary()?,
        count: bytes.arbitrary()?,
        sum: bytes.arbitrary()?,
        min: bytes.arbitrary()?,
        max: bytes.arbitrary()?,
        bounds: bytes.arbitrary()?,
        buckets: bytes.arbitrary()?,
    })
}

fn metric(bytes: &mut Unstructured<'_>) -> Result<Metric> {
    let data = match bytes.int_in_range(0..=3_u8)? {
        0 => MetricData::Sum(list(bytes, number)?),
        1 => MetricData::UpDown(list(bytes, number)?),
        2 => MetricData::Gauge(list(bytes, number)?),
        _ => MetricData::Histogram(list(bytes, histogram)?),
    };
    Ok(Metric {
        name: word(bytes)?,
        description: word(bytes)?,
        unit: word(bytes)?,
        scope: word(bytes)?,
        data,
    })
}

fn batch(bytes: &mut Unstructured<'_>) -> Result<Batch> {
    let mut resource = Resource::new();
    for (key, value) in attributes(bytes)? {
        resource = resource.with(key, value);
    }
    let mut batch = Batch::new(Arc::new(resource));
    match bytes.int_in_range(0..=2_u8)? {
        0 => batch.spans = list(bytes, span)?,
        1 => batch.logs = list(bytes, log)?,
        _ => batch.metrics = list(bytes, metric)?,
    }
    Ok(batch)
}

fn assert_json(request: &[u8]) {
    assert!(!request.contains(&b'\n'));
    let read = serde_json::from_slice::<serde_json::Value>(request);
    assert!(read.is_ok(), "{read:?}: {}", String::from_utf8_lossy(request));
}

fn assert_writes(batch: &Batch) {
    assert_json(&json_of_spans(&batch.resource, &batch.spans));
    assert_json(&json_of_logs(&batch.resource, &batch.logs));
    assert_json(&json_of_metrics(&batch.resource, &batch.metrics));
}

/// As text, in which numbers that are none equal themselves; records of one scope stand together.
fn shown<T: std::fmt::Debug>(records: &[T], scope: impl Fn(&T) -> &str) -> String {
    let mut records: Vec<_> = records.iter().collect();
    records.sort_by(|a, b| scope(a).cmp(scope(b)));
    format!("{records:?}")
}

/// Within what is written: deeper values end in a mark.
fn is_deep(value: &Value, left: usize) -> bool {
    match value {
        Value::Array(items) => left == 0 || items.iter().any(|item| is_deep(item, left - 1)),
        Value::Map(items) => left == 0 || items.iter().any(|(_, item)| is_deep(item, left - 1)),
        _ => false,
    }
}

fuzz_target!(|data: &[u8]| {
    let mut bytes = Unstructured::new(data);
    let Ok(mut batch) = batch(&mut bytes) else { return };
    assert_writes(&batch);
    let shallow = |attributes: &Attributes| attributes.iter().all(|(_, value)| !is_deep(value, 15));
    if batch
        .logs
        .iter()
        .all(|log| log.body.as_ref().is_none_or(|body| !is_deep(body, 15)) && shallow(&log.attributes))
        && batch.spans.iter().all(|span| {
            shallow(&span.attributes)
                && span.events.iter().all(|event| shallow(&event.attributes))
                && span.links.iter().all(|link| shallow(&link.attributes))
        })
        && shallow(batch.resource.attributes())
        && batch.metrics.is_empty()
    {
        let [spans, logs, _] = spool::round_trip(&batch).expect("what was encoded");
        assert_eq!(
            shown(&spans.spans, |span| &span.scope),
            shown(&batch.spans, |span| &span.scope)
        );
        assert_eq!(
            shown(&logs.logs, |log| &log.scope),
            shown(&batch.logs, |log| &log.scope)
        );
    }
    let [_, _, metrics] = spool::round_trip(&batch).expect("what was encoded");
    assert_eq!(metrics.metrics.len(), batch.metrics.len());
    // What is redacted and cut is still written as JSON.
    for span in &mut batch.spans {
        for (key, value) in &mut span.attributes {
            redact_and_limit(key.as_str(), value, 20);
        }
    }
    assert_writes(&batch);
});
