//! JSON lines: one object per record, with plain names, in a fixed order.
//!
//! `type` is `span`, `log` or `metric`. Times are RFC 3339 in UTC; durations are whole nanoseconds; what JSON
//! has no number for (NaN, infinities) is a string; bytes are hexadecimal.

use super::text::{is_unsafe, rfc3339};
use crate::destination::Batch;
use crate::record::{
    Attributes, Event, HistogramPoint, Link, LogRecord, Metric, MetricData, NumberPoint, SpanRecord, Status,
};
use crate::value::{Key, Value};
use std::fmt::{Display, Write};

/// All records of a batch.
pub(super) fn lines(batch: &Batch) -> String {
    let service = batch.resource.service_name();
    let mut out = String::new();
    for item in &batch.spans {
        span(&mut out, service, item);
    }
    for item in &batch.logs {
        log(&mut out, service, item);
    }
    for item in &batch.metrics {
        metric(&mut out, service, item);
    }
    out
}

/// An object that is being written.
struct Object<'a> {
    out: &'a mut String,
    is_empty: bool,
}

impl<'a> Object<'a> {
    fn begin(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, is_empty: true }
    }

    /// The place for the value of this key.
    fn key(&mut self, key: &str) -> &mut String {
        if !std::mem::replace(&mut self.is_empty, false) {
            self.out.push(',');
        }
        string(self.out, key);
        self.out.push(':');
        self.out
    }

    fn text(&mut self, key: &str, text: &str) {
        string(self.key(key), text);
    }

    fn id(&mut self, key: &str, id: impl Display) {
        self.text(key, &id.to_string());
    }

    fn integer(&mut self, key: &str, number: impl Into<i128>) {
        let number: i128 = number.into();
        // A `String` takes everything, here and below.
        let _ = write!(self.key(key), "{number}");
    }

    fn float(&mut self, key: &str, number: f64) {
        float(self.key(key), number);
    }

    fn count(&mut self, key: &str, count: u32) {
        if count > 0 {
            self.integer(key, count);
        }
    }

    fn attributes(&mut self, attributes: &Attributes) {
        if !attributes.is_empty() {
            map(self.key("attributes"), attributes);
        }
    }

    /// A list of objects; left out where it is empty.
    fn list<T>(&mut self, key: &str, items: &[T], write: impl Fn(&mut Object<'_>, &T)) {
        if items.is_empty() {
            return;
        }
        let out = self.key(key);
        array(out, items, |out, item| {
            let mut object = Object::begin(out);
            write(&mut object, item);
            object.end();
        });
    }

    fn end(self) {
        self.out.push('}');
    }

    fn end_line(self) {
        self.out.push_str("}\n");
    }
}

fn span(out: &mut String, service: &str, span: &SpanRecord) {
    let mut object = Object::begin(out);
    object.text("type", "span");
    object.text("service", service);
    object.id("trace_id", span.trace_id);
    object.id("span_id", span.span_id);
    if let Some(parent) = span.parent_span_id {
        object.id("parent_span_id", parent);
        object
            .key("parent_is_remote")
            .push_str(if span.parent_is_remote { "true" } else { "false" });
    }
    if !span.trace_state.is_empty() {
        object.text("trace_state", &span.trace_state);
    }
    object.text("name", &span.name);
    object.text("kind", span.kind.as_str());
    object.text("scope", &span.scope);
    object.text("start", &rfc3339(span.start_ns));
    object.text("end", &rfc3339(span.end_ns));
    object.integer("duration_ns", span.end_ns.saturating_sub(span.start_ns));
    object.text("outcome", span.outcome.as_str());
    match &span.status {
        Status::Unset => object.text("status", "unset"),
        Status::Ok => object.text("status", "ok"),
        Status::Error(message) => {
            object.text("status", "error");
            if !message.is_empty() {
                object.text("message", message);
            }
        }
    }
    object.attributes(&span.attributes);
    object.list("events", &span.events, event);
    object.list("links", &span.links, link);
    object.count("dropped_attributes", span.dropped_attributes);
    object.count("dropped_events", span.dropped_events);
    object.count("dropped_links", span.dropped_links);
    object.end_line();
}

fn event(object: &mut Object<'_>, event: &Event) {
    object.text("time", &rfc3339(event.time_ns));
    object.text("name", &event.name);
    object.attributes(&event.attributes);
    object.count("dropped_attributes", event.dropped_attributes);
}

fn link(object: &mut Object<'_>, link: &Link) {
    object.id("trace_id", link.trace_id);
    object.id("span_id", link.span_id);
    if !link.trace_state.is_empty() {
        object.text("trace_state", &link.trace_state);
    }
    object.attributes(&link.attributes);
}

fn log(out: &mut String, service: &str, log: &LogRecord) {
    let mut object = Object::begin(out);
    object.text("type", "log");
    object.text("service", service);
    object.text("time", &rfc3339(log.time_ns));
    object.text("severity", log.severity.as_str());
    if !log.event_name.is_empty() {
        object.text("event_name", &log.event_name);
    }
    if let Some(body) = &log.body {
        value(object.key("body"), body);
    }
    if log.trace_id.is_valid() {
        object.id("trace_id", log.trace_id);
    }
    if log.span_id.is_valid() {
        object.id("span_id", log.span_id);
    }
    object.text("scope", &log.scope);
    object.attributes(&log.attributes);
    object.count("dropped_attributes", log.dropped_attributes);
    object.end_line();
}

fn metric(out: &mut String, service: &str, metric: &Metric) {
    let mut object = Object::begin(out);
    object.text("type", "metric");
    object.text("service", service);
    object.text("name", &metric.name);
    object.text("unit", &metric.unit);
    object.text("scope", &metric.scope);
    let (kind, numbers, histograms): (_, &[NumberPoint], &[HistogramPoint]) = match &metric.data {
        MetricData::Sum(points) => ("sum", points, &[]),
        MetricData::UpDown(points) => ("up_down_sum", points, &[]),
        MetricData::Gauge(points) => ("gauge", points, &[]),
        MetricData::Histogram(points) => ("histogram", &[], points),
    };
    object.text("kind", kind);
    object.list("points", numbers, |object, point| {
        object.text("start", &rfc3339(point.start_ns));
        object.text("time", &rfc3339(point.time_ns));
        object.float("value", point.value);
        object.attributes(&point.attributes);
    });
    object.list("points", histograms, histogram);
    object.end_line();
}

fn histogram(object: &mut Object<'_>, point: &HistogramPoint) {
    object.text("start", &rfc3339(point.start_ns));
    object.text("time", &rfc3339(point.time_ns));
    object.integer("count", point.count);
    object.float("sum", point.sum);
    if let Some(min) = point.min {
        object.float("min", min);
    }
    if let Some(max) = point.max {
        object.float("max", max);
    }
    array(object.key("bounds"), &point.bounds, |out, bound| {
        float(out, *bound)
    });
    array(object.key("buckets"), &point.buckets, |out, count| {
        let _ = write!(out, "{count}");
    });
    object.attributes(&point.attributes);
}

fn array<T>(out: &mut String, items: &[T], write: impl Fn(&mut String, &T)) {
    out.push('[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

fn map(out: &mut String, items: &[(Key, Value)]) {
    let mut object = Object::begin(out);
    for (key, item) in items {
        value(object.key(key), item);
    }
    object.end();
}

fn value(out: &mut String, item: &Value) {
    match item {
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => {
            let _ = write!(out, "{value}");
        }
        Value::Float(value) => float(out, *value),
        Value::String(text) => string(out, text),
        Value::Bytes(bytes) => {
            out.push('"');
            for byte in bytes {
                let _ = write!(out, "{byte:02x}");
            }
            out.push('"');
        }
        Value::Array(items) => array(out, items, value),
        Value::Map(items) => map(out, items),
    }
}

fn float(out: &mut String, number: f64) {
    // `{:?}` keeps the point of a whole number and an exponent where one is shorter; both are JSON.
    let _ = if number.is_finite() {
        write!(out, "{number:?}")
    } else {
        write!(out, "\"{number}\"")
    };
}

/// JSON's escapes, and the same form for what could steer a terminal.
fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unsafe(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
