//! How much of a value, a span and an event is kept.
//!
//! Records come in redacted and go out bounded: what a count leaves out is counted in the record, what a length
//! cuts off is counted in the text. JSON that is cut stays JSON.

mod json;
mod truncate;

pub(crate) use truncate::truncate;

use crate::record::{Attributes, LogRecord, Metric, MetricData, SpanRecord, Status};
use crate::value::{Key, Value};
use std::borrow::Cow;

/// How deep arrays and maps nest.
pub(crate) const DEPTH: usize = 16;
/// What stands for an array or a map below [`DEPTH`].
pub(crate) const TOO_DEEP: &str = "[too deep]";

/// Counts and sizes that bound what is exported. The defaults are OpenTelemetry's, but for the value's length,
/// which is 4,096 characters here and unlimited there. Keys are cut after 1,024 characters. What is left out is counted in
/// the record, up to 65,535 attributes, events or links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Characters of a string value that are kept; applied after redaction.
    pub value_length: usize,
    /// Attributes of a span.
    pub attributes: usize,
    /// Events of a span.
    pub events: usize,
    /// Links of a span.
    pub links: usize,
    /// Attributes of an event.
    pub event_attributes: usize,
    /// Attributes of a link.
    pub link_attributes: usize,
    /// Attributes of a log record.
    pub log_attributes: usize,
    /// Characters of a string value in a log record.
    pub log_value_length: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            value_length: 4096,
            attributes: 128,
            events: 128,
            links: 128,
            event_attributes: 128,
            link_attributes: 128,
            log_attributes: 128,
            log_value_length: 4096,
        }
    }
}

/// Characters kept under this key, where that is fewer than elsewhere.
fn length_for(key: &str, length: usize) -> usize {
    let own = match key {
        "llm.prompt_preview" | "spanwright.prompt_preview" => 200,
        "db.query.text" | "db.statement" => 500,
        _ => length,
    };
    length.min(own)
}

/// Whether fewer characters are kept under this key than elsewhere.
pub(crate) fn has_own_length(key: &str) -> bool {
    length_for(key, usize::MAX) != usize::MAX
}

/// Bounds a span; it must be redacted already.
#[allow(dead_code, reason = "called only where a pipeline is built")]
pub(crate) fn apply_limits(span: &mut SpanRecord, limits: &Limits) {
    limit_name(&mut span.name, limits.value_length);
    if let Status::Error(text) = &mut span.status {
        limit_name(text, limits.value_length);
    }
    keep(
        &mut span.attributes,
        limits.attributes,
        &mut span.dropped_attributes,
    );
    limit_values(&mut span.attributes, limits.value_length);
    keep(&mut span.events, limits.events, &mut span.dropped_events);
    for event in &mut span.events {
        limit_name(&mut event.name, limits.value_length);
        keep(
            &mut event.attributes,
            limits.event_attributes,
            &mut event.dropped_attributes,
        );
        limit_values(&mut event.attributes, limits.value_length);
    }
    keep(&mut span.links, limits.links, &mut span.dropped_links);
    for link in &mut span.links {
        link.attributes.truncate(limits.link_attributes);
        limit_values(&mut link.attributes, limits.value_length);
    }
}

/// Bounds a log record; it must be redacted already.
#[allow(dead_code, reason = "called only where a pipeline is built")]
pub(crate) fn apply_log_limits(log: &mut LogRecord, limits: &Limits) {
    limit_name(&mut log.event_name, limits.log_value_length);
    if let Some(body) = &mut log.body {
        limit_value("", body, limits.log_value_length);
    }
    keep(
        &mut log.attributes,
        limits.log_attributes,
        &mut log.dropped_attributes,
    );
    limit_values(&mut log.attributes, limits.log_value_length);
}

/// Bounds the values of a metric's attributes; OpenTelemetry exempts metrics from counting them.
#[allow(dead_code, reason = "called only where a pipeline is built")]
pub(crate) fn apply_metric_limits(metric: &mut Metric, limits: &Limits) {
    match &mut metric.data {
        MetricData::Sum(points) | MetricData::UpDown(points) | MetricData::Gauge(points) => {
            for point in points {
                limit_values(&mut point.attributes, limits.value_length);
            }
        }
        MetricData::Histogram(points) => {
            for point in points {
                limit_values(&mut point.attributes, limits.value_length);
            }
        }
    }
}

/// Keeps the first `count` items and adds the others to `dropped`.
fn keep<T>(items: &mut Vec<T>, count: usize, dropped: &mut u32) {
    let more = items.len().saturating_sub(count);
    *dropped = dropped.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
    items.truncate(count);
}

fn limit_name(name: &mut Cow<'static, str>, length: usize) {
    if name.len() > length {
        truncate(name.to_mut(), length);
    }
}

fn limit_values(attributes: &mut Attributes, length: usize) {
    for (key, value) in attributes {
        limit_value(key, value, length);
        limit_key(key);
    }
}

fn limit_key(key: &mut Key) {
    if key.len() > Key::LONGEST {
        let mut text = key.as_str().to_owned();
        truncate(&mut text, Key::LONGEST);
        *key = text.into();
    }
}

/// Bounds a value; it must be redacted already.
pub(crate) fn limit_value(key: &str, value: &mut Value, length: usize) {
    limit_nested(value, length_for(key, length), 0);
}

fn limit_nested(value: &mut Value, length: usize, depth: usize) {
    match value {
        Value::String(text) => {
            truncate(text, length);
        }
        Value::Bytes(bytes) => bytes.truncate(length),
        Value::Array(_) | Value::Map(_) if depth >= DEPTH => *value = Value::String(TOO_DEEP.to_owned()),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| limit_nested(item, length, depth + 1)),
        Value::Map(items) => items.iter_mut().for_each(|(key, item)| {
            limit_nested(item, length_for(key, length), depth + 1);
            limit_key(key);
        }),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{SpanId, TraceFlags, TraceId};
    use crate::record::{Event, Link, Severity};

    fn span() -> SpanRecord {
        SpanRecord::new(TraceId::INVALID, SpanId::INVALID, "work")
    }

    fn numbered(count: usize) -> Attributes {
        (0..count)
            .map(|at| (Key::from(format!("k{at}")), Value::from(at)))
            .collect()
    }

    #[test]
    fn previews_and_queries_have_their_own_length() {
        let mut span = span();
        span.attributes = vec![
            ("llm.prompt_preview".into(), "é".repeat(300).into()),
            ("db.query.text".into(), "S".repeat(700).into()),
            ("db.statement".into(), "S".repeat(500).into()),
            ("other".into(), "x".repeat(5000).into()),
            ("nan".into(), f64::NAN.into()),
        ];
        apply_limits(&mut span, &Limits::default());
        let text = |key: &str| span.attribute(key).unwrap().to_string();
        assert_eq!(
            text("llm.prompt_preview"),
            format!("{}…(+100 chars)", "é".repeat(200))
        );
        assert_eq!(text("db.query.text"), format!("{}…(+200 chars)", "S".repeat(500)));
        assert_eq!(text("db.statement"), "S".repeat(500));
        assert_eq!(text("other"), format!("{}…(+904 chars)", "x".repeat(4096)));
        assert_eq!(text("nan"), "NaN");
    }

    #[test]
    fn what_counts_leave_out_is_counted() {
        let mut span = span();
        span.attributes = numbered(130);
        span.dropped_attributes = 1;
        span.name = "n".repeat(5000).into();
        span.status = Status::Error("e".repeat(5000).into());
        span.events = (0..3)
            .map(|_| Event {
                time_ns: 0,
                name: "event".into(),
                attributes: numbered(4),
                dropped_attributes: 0,
            })
            .collect();
        span.links = (0..2)
            .map(|_| Link {
                trace_id: TraceId::INVALID,
                span_id: SpanId::INVALID,
                flags: TraceFlags::default(),
                trace_state: "".into(),
                attributes: numbered(4),
            })
            .collect();
        let limits = Limits {
            events: 2,
            links: 1,
            event_attributes: 3,
            link_attributes: 1,
            ..Limits::default()
        };
        apply_limits(&mut span, &limits);
        assert_eq!((span.attributes.len(), span.dropped_attributes), (128, 3));
        assert_eq!((span.events.len(), span.dropped_events), (2, 1));
        assert_eq!(
            (span.events[0].attributes.len(), span.events[0].dropped_attributes),
            (3, 1)
        );
        assert_eq!(
            (
                span.links.len(),
                span.dropped_links,
                span.links[0].attributes.len()
            ),
            (1, 1, 1)
        );
        assert!(span.name.ends_with("…(+904 chars)"));
        assert!(matches!(&span.status, Status::Error(text) if text.ends_with("…(+904 chars)")));
    }

    #[test]
    fn keys_are_cut_too() {
        let mut span = span();
        let long = || Key::from("é".repeat(1024 + 7));
        let inner = Value::Map(vec![(long(), 1.into())]);
        span.attributes = vec![(long(), inner), ("k".repeat(1024).into(), 2.into())];
        apply_limits(&mut span, &Limits::default());
        let cut = format!("{}…(+7 chars)", "é".repeat(1024));
        assert_eq!(span.attributes[0].0, cut.as_str());
        let Value::Map(inner) = &span.attributes[0].1 else {
            panic!("no map")
        };
        assert_eq!(inner[0].0, cut.as_str());
        assert_eq!(span.attributes[1].0.len(), 1024);
    }

    #[test]
    fn logs_have_their_own_limits() {
        let mut log = LogRecord {
            time_ns: 0,
            severity: Severity::Info,
            event_name: "".into(),
            body: Some("b".repeat(20).into()),
            trace_id: TraceId::INVALID,
            span_id: SpanId::INVALID,
            flags: TraceFlags::default(),
            scope: "app".into(),
            attributes: numbered(3),
            dropped_attributes: 0,
        };
        let limits = Limits {
            log_attributes: 2,
            log_value_length: 10,
            ..Limits::default()
        };
        apply_log_limits(&mut log, &limits);
        assert_eq!(log.body, Some("bbbbbbbbbb…(+10 chars)".into()));
        assert_eq!((log.attributes.len(), log.dropped_attributes), (2, 1));
    }

    #[test]
    fn nesting_stops_at_its_depth() {
        let nested = |depth: usize| (0..depth).fold(Value::from(1_i64), |value, _| Value::Array(vec![value]));
        let (mut fits, mut deep) = (nested(DEPTH), nested(DEPTH + 1));
        limit_value("a", &mut fits, 10);
        limit_value("a", &mut deep, 10);
        assert_eq!(fits, nested(DEPTH));
        assert!(deep.to_string().contains(TOO_DEEP));
    }
}
