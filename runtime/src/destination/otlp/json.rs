//! OTLP's JSON encoding: records in, one export request as text without line breaks out.
//!
//! It is protobuf's JSON mapping with OTLP's exceptions: ids in hexadecimal, enums as integers, names in
//! lowerCamelCase; 64-bit integers are strings, and so are numbers that are not finite.

use super::shape::{CUMULATIVE, STATUS_ERROR, STATUS_OK, ordered_by_scope, span_flags};
use crate::destination::json::{
    MAX_DEPTH, Object, TOO_DEEP, base64, display, float, list, object, quoted, text,
};
use crate::record::{
    Event, HistogramPoint, Link, LogRecord, Metric, MetricData, NumberPoint, Resource, SpanRecord, Status,
};
use crate::value::{Key, Value};

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

impl Object<'_> {
    fn attributes(&mut self, attributes: &[(Key, Value)]) {
        if !attributes.is_empty() {
            key_values(self.key("attributes"), attributes, 0);
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

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
    }

    #[test]
    fn a_value_that_is_too_deep_ends_with_a_mark() {
        let deep = (0..100).fold(Value::Int(1), |inner, _| Value::Array(vec![inner]));
        let text = json(|out| any_value(out, &deep, 0));
        assert_eq!(text.matches("arrayValue").count(), MAX_DEPTH);
        assert!(text.contains(TOO_DEEP) && serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }
}
