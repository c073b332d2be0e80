//! OTLP's JSON encoding: records in, one export request as text without line breaks out.
//!
//! It is protobuf's JSON mapping with OTLP's exceptions: ids in hexadecimal, enums as integers, names in
//! lowerCamelCase; 64-bit integers are strings, and so are numbers that are not finite.

use super::shape::{CUMULATIVE, MAX_DEPTH, STATUS_ERROR, STATUS_OK, TOO_DEEP, ordered_by_scope, span_flags};
use crate::record::{
    Event, HistogramPoint, Link, LogRecord, Metric, MetricData, NumberPoint, Resource, SpanRecord, Status,
};
use crate::value::{Key, Value};
use std::fmt::Display;
use std::io::Write as _;

/// `ExportTraceServiceRequest`.
pub(crate) fn traces(out: &mut Vec<u8>, resource: &Resource, spans: &[SpanRecord]) {
    let names = ["resourceSpans", "scopeSpans", "spans"];
    request(out, names, resource, spans, |span| &span.scope, span);
}

/// `ExportLogsServiceRequest`.
pub(crate) fn logs(out: &mut Vec<u8>, resource: &Resource, logs: &[LogRecord]) {
    let names = ["resourceLogs", "scopeLogs", "logRecords"];
    request(out, names, resource, logs, |log| &log.scope, log);
}

/// `ExportMetricsServiceRequest`.
pub(crate) fn metrics(out: &mut Vec<u8>, resource: &Resource, metrics: &[Metric]) {
    let names = ["resourceMetrics", "scopeMetrics", "metrics"];
    request(out, names, resource, metrics, |metric| &metric.scope, metric);
}

fn request<T>(
    out: &mut Vec<u8>,
    [resources, scopes, records_name]: [&str; 3],
    resource: &Resource,
    records: &[T],
    scope: fn(&T) -> &str,
    record: fn(&mut Object<'_>, &T),
) {
    let ordered = ordered_by_scope(records, scope);
    object(out, |request| {
        request.objects(resources, [resource], |outer, resource| {
            outer.object("resource", |own| own.attributes(resource.attributes()));
            let groups = ordered.chunk_by(|a, b| scope(a) == scope(b));
            outer.objects(scopes, groups, |inner, group| {
                inner.object("scope", |own| own.text("name", scope(group[0])));
                inner.objects(records_name, group, |own, item| record(own, item));
            });
        });
    });
}

fn span(out: &mut Object<'_>, span: &SpanRecord) {
    out.quoted("traceId", span.trace_id);
    out.quoted("spanId", span.span_id);
    out.text("traceState", &span.trace_state);
    if let Some(parent) = span.parent_span_id {
        out.quoted("parentSpanId", parent);
    }
    out.number("flags", span_flags(span));
    out.text("name", &span.name);
    out.number("kind", span.kind.to_otlp().into());
    out.quoted("startTimeUnixNano", span.start_ns);
    out.quoted("endTimeUnixNano", span.end_ns);
    out.attributes(&span.attributes);
    out.number("droppedAttributesCount", span.dropped_attributes);
    out.objects("events", &span.events, event);
    out.number("droppedEventsCount", span.dropped_events);
    out.objects("links", &span.links, link);
    out.number("droppedLinksCount", span.dropped_links);
    match &span.status {
        Status::Unset => {}
        Status::Ok => out.object("status", |own| own.number("code", STATUS_OK.into())),
        Status::Error(text) => out.object("status", |own| {
            own.text("message", text);
            own.number("code", STATUS_ERROR.into());
        }),
    }
}

fn event(out: &mut Object<'_>, event: &Event) {
    out.quoted("timeUnixNano", event.time_ns);
    out.text("name", &event.name);
    out.attributes(&event.attributes);
    out.number("droppedAttributesCount", event.dropped_attributes);
}

fn link(out: &mut Object<'_>, link: &Link) {
    out.quoted("traceId", link.trace_id);
    out.quoted("spanId", link.span_id);
    out.text("traceState", &link.trace_state);
    out.attributes(&link.attributes);
    out.number("flags", link.flags.to_byte().into());
}

fn log(out: &mut Object<'_>, log: &LogRecord) {
    out.quoted("timeUnixNano", log.time_ns);
    out.quoted("observedTimeUnixNano", log.time_ns);
    out.number("severityNumber", log.severity as u32);
    out.text("severityText", log.severity.as_str());
    if let Some(body) = &log.body {
        any_value(out.key("body"), body, 0);
    }
    out.attributes(&log.attributes);
    out.number("droppedAttributesCount", log.dropped_attributes);
    out.number("flags", log.flags.to_byte().into());
    if log.trace_id.is_valid() {
        out.quoted("traceId", log.trace_id);
    }
    if log.span_id.is_valid() {
        out.quoted("spanId", log.span_id);
    }
    out.text("eventName", &log.event_name);
}

fn metric(out: &mut Object<'_>, metric: &Metric) {
    out.text("name", &metric.name);
    out.text("description", &metric.description);
    out.text("unit", &metric.unit);
    match &metric.data {
        MetricData::Gauge(points) => out.object("gauge", |own| {
            own.objects("dataPoints", points, number_point);
        }),
        MetricData::Sum(points) => out.object("sum", |own| {
            own.objects("dataPoints", points, number_point);
            own.number("aggregationTemporality", CUMULATIVE.into());
            own.key("isMonotonic").extend_from_slice(b"true");
        }),
        MetricData::UpDown(points) => out.object("sum", |own| {
            own.objects("dataPoints", points, number_point);
            own.number("aggregationTemporality", CUMULATIVE.into());
        }),
        MetricData::Histogram(points) => out.object("histogram", |own| {
            own.objects("dataPoints", points, histogram_point);
            own.number("aggregationTemporality", CUMULATIVE.into());
        }),
    }
}

fn number_point(out: &mut Object<'_>, point: &NumberPoint) {
    out.attributes(&point.attributes);
    out.quoted("startTimeUnixNano", point.start_ns);
    out.quoted("timeUnixNano", point.time_ns);
    float(out.key("asDouble"), point.value);
}

fn histogram_point(out: &mut Object<'_>, point: &HistogramPoint) {
    out.attributes(&point.attributes);
    out.quoted("startTimeUnixNano", point.start_ns);
    out.quoted("timeUnixNano", point.time_ns);
    out.quoted("count", point.count);
    float(out.key("sum"), point.sum);
    list(out.key("bucketCounts"), &point.buckets, |out, count| {
        quoted(out, count);
    });
    list(out.key("explicitBounds"), &point.bounds, |out, bound| {
        float(out, *bound);
    });
    if let Some(min) = point.min {
        float(out.key("min"), min);
    }
    if let Some(max) = point.max {
        float(out.key("max"), max);
    }
}

fn key_values(out: &mut Vec<u8>, items: &[(Key, Value)], depth: usize) {
    list(out, items, |out, (key, value)| {
        object(out, |own| {
            text(own.key("key"), key);
            any_value(own.key("value"), value, depth);
        });
    });
}

fn any_value(out: &mut Vec<u8>, value: &Value, depth: usize) {
    object(out, |own| match value {
        Value::String(value) => text(own.key("stringValue"), value),
        Value::Bool(value) => display(own.key("boolValue"), value),
        Value::Int(value) => own.quoted("intValue", value),
        Value::Float(value) => float(own.key("doubleValue"), *value),
        Value::Bytes(bytes) => base64(own.key("bytesValue"), bytes),
        Value::Array(_) | Value::Map(_) if depth == MAX_DEPTH => text(own.key("stringValue"), TOO_DEEP),
        Value::Array(items) => own.object("arrayValue", |own| {
            list(own.key("values"), items, |out, item| {
                any_value(out, item, depth + 1);
            });
        }),
        Value::Map(items) => own.object("kvlistValue", |own| {
            key_values(own.key("values"), items, depth + 1);
        }),
    });
}

/// An object being written: knows whether the next member needs a comma before it.
struct Object<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

fn object(out: &mut Vec<u8>, write: impl FnOnce(&mut Object<'_>)) {
    out.push(b'{');
    write(&mut Object { out, first: true });
    out.push(b'}');
}

impl Object<'_> {
    /// Begins a member; its value is to be written to what is returned.
    fn key(&mut self, name: &str) -> &mut Vec<u8> {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        // Names are literals of this file, none of which needs escaping.
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    fn object(&mut self, name: &str, write: impl FnOnce(&mut Object<'_>)) {
        object(self.key(name), write);
    }

    /// A list of objects; left out where it is empty.
    fn objects<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Object<'_>, T),
    ) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_some() {
            list(self.key(name), items, |out, item| {
                object(out, |own| write(own, item));
            });
        }
    }

    fn attributes(&mut self, attributes: &[(Key, Value)]) {
        if !attributes.is_empty() {
            key_values(self.key("attributes"), attributes, 0);
        }
    }

    /// A string; left out where it is empty.
    fn text(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            text(self.key(name), value);
        }
    }

    /// A 32-bit number or an enum; left out where it is zero.
    fn number(&mut self, name: &str, value: u32) {
        if value != 0 {
            display(self.key(name), value);
        }
    }

    /// An id or a 64-bit integer, in quotes.
    fn quoted(&mut self, name: &str, value: impl Display) {
        quoted(self.key(name), value);
    }
}

fn list<T>(out: &mut Vec<u8>, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Vec<u8>, T)) {
    out.push(b'[');
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

// Writing to a `Vec` cannot fail, so the results below hold no news.

fn display(out: &mut Vec<u8>, value: impl Display) {
    let _ = write!(out, "{value}");
}

fn quoted(out: &mut Vec<u8>, value: impl Display) {
    let _ = write!(out, "\"{value}\"");
}

fn text(out: &mut Vec<u8>, value: &str) {
    let _ = serde_json::to_writer(out, value);
}

fn float(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        out.extend_from_slice(b"\"NaN\"");
    } else if value.is_infinite() {
        let sign = if value < 0.0 { "-" } else { "" };
        quoted(out, format_args!("{sign}Infinity"));
    } else {
        let _ = serde_json::to_writer(out, &value);
    }
}

/// The standard alphabet with padding, in quotes.
fn base64(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.push(b'"');
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let six = bits >> (18 - 6 * digit) & 63;
            out.push(if digit <= chunk.len() {
                DIGITS[six as usize]
            } else {
                b'='
            });
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_finite_float_comes_back_exactly(value in any::<f64>()) {
            let text = json(|out| float(out, value));
            prop_assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(value.to_bits()));
        }
    }

    fn json(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_follow_the_mapping() {
        let value = Value::Map(vec![
            (Key::from_static("i"), Value::Int(i64::MIN)),
            (
                Key::from_static("q\"\n"),
                Value::Array(vec![Value::Bool(true), Value::Float(f64::NEG_INFINITY)]),
            ),
            (Key::from_static("b"), Value::Bytes(vec![0xfb, 0xff])),
        ]);
        assert_eq!(
            json(|out| any_value(out, &value, 0)),
            concat!(
                r#"{"kvlistValue":{"values":[{"key":"i","value":{"intValue":"-9223372036854775808"}},"#,
                r#"{"key":"q\"\n","value":{"arrayValue":{"values":[{"boolValue":true},{"doubleValue":"-Infinity"}]}}},"#,
                r#"{"key":"b","value":{"bytesValue":"+/8="}}]}}"#
            )
        );
        assert_eq!(json(|out| float(out, f64::NAN)), r#""NaN""#);
        assert_eq!(json(|out| float(out, 1.5e300)), "1.5e+300");
    }

    #[test]
    fn base64_matches_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(json(|out| base64(out, plain.as_bytes())), format!("\"{coded}\""));
        }
    }

    #[test]
    fn a_value_that_is_too_deep_ends_with_a_mark() {
        let deep = (0..100).fold(Value::Int(1), |inner, _| Value::Array(vec![inner]));
        let text = json(|out| any_value(out, &deep, 0));
        assert_eq!(text.matches("arrayValue").count(), MAX_DEPTH);
        assert!(text.contains(TOO_DEEP) && serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }
}
