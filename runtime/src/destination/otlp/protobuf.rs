//! OTLP's protobuf encoding (opentelemetry-proto 1.11): records in, one export request's bytes out.
//!
//! Field numbers stand beside the field names they belong to; `trace/v1`, `logs/v1`, `metrics/v1` and
//! `common/v1` of the protocol define them.

use super::shape::{CUMULATIVE, STATUS_ERROR, STATUS_OK, ordered_by_scope, span_flags};
use super::wire::{Width, Writer};
use crate::destination::json::{MAX_DEPTH, TOO_DEEP};
use crate::record::{
    Event, HistogramPoint, Link, LogRecord, Metric, MetricData, NumberPoint, Resource, SpanRecord, Status,
};
use crate::value::{Key, Value};

/// `ExportTraceServiceRequest`.
pub(crate) fn traces(out: &mut Writer, resource: &Resource, spans: &[SpanRecord]) {
    request(out, resource, spans, |span| &span.scope, span);
}

/// `ExportLogsServiceRequest`.
pub(crate) fn logs(out: &mut Writer, resource: &Resource, logs: &[LogRecord]) {
    request(out, resource, logs, |log| &log.scope, log);
}

/// `ExportMetricsServiceRequest`.
pub(crate) fn metrics(out: &mut Writer, resource: &Resource, metrics: &[Metric]) {
    request(out, resource, metrics, |metric| &metric.scope, metric);
}

/// The three requests have the same outer levels: resource, scopes, records.
fn request<T>(
    out: &mut Writer,
    resource: &Resource,
    records: &[T],
    scope: fn(&T) -> &str,
    record: fn(&mut Writer, &T),
) {
    let ordered = ordered_by_scope(records, scope);
    of_resource(out, resource, |out| {
        for group in ordered.chunk_by(|a, b| scope(a) == scope(b)) {
            of_scope(out, scope(group[0]), |out| {
                // spans | log_records | metrics
                for item in group {
                    out.message(2, Width::Two, |out| record(out, item));
                }
            });
        }
    });
}

/// A request's outermost level, around the scopes that `scopes` writes.
pub(super) fn of_resource(out: &mut Writer, resource: &Resource, scopes: impl FnOnce(&mut Writer)) {
    // resource_spans | resource_logs | resource_metrics
    out.message(1, Width::Three, |out| {
        // resource
        out.message(1, Width::Two, |out| attributes(out, 1, resource.attributes()));
        scopes(out);
    });
}

/// One scope, around the records that `records` writes.
pub(super) fn of_scope(out: &mut Writer, name: &str, records: impl FnOnce(&mut Writer)) {
    // scope_spans | scope_logs | scope_metrics
    out.message(2, Width::Three, |out| {
        // scope
        out.message(1, Width::One, |out| out.bytes(1, name.as_bytes()));
        records(out);
    });
}

/// `Span`.
pub(super) fn span(out: &mut Writer, span: &SpanRecord) {
    out.bytes(1, &span.trace_id.to_bytes());
    out.bytes(2, &span.span_id.to_bytes());
    out.bytes(3, span.trace_state.as_bytes());
    if let Some(parent) = span.parent_span_id {
        out.bytes(4, &parent.to_bytes());
    }
    out.bytes(5, span.name.as_bytes());
    out.uint(6, span.kind.to_otlp().into());
    out.fixed64(7, span.start_ns);
    out.fixed64(8, span.end_ns);
    attributes(out, 9, &span.attributes);
    out.uint(10, span.dropped_attributes.into());
    for item in &span.events {
        out.message(11, Width::One, |out| event(out, item));
    }
    out.uint(12, span.dropped_events.into());
    for item in &span.links {
        out.message(13, Width::One, |out| link(out, item));
    }
    out.uint(14, span.dropped_links.into());
    match &span.status {
        Status::Unset => {}
        Status::Ok => out.message(15, Width::One, |out| out.uint(3, STATUS_OK.into())),
        Status::Error(text) => out.message(15, Width::One, |out| {
            out.bytes(2, text.as_bytes());
            out.uint(3, STATUS_ERROR.into());
        }),
    }
    out.fixed32(16, span_flags(span));
}

fn event(out: &mut Writer, event: &Event) {
    out.fixed64(1, event.time_ns);
    out.bytes(2, event.name.as_bytes());
    attributes(out, 3, &event.attributes);
    out.uint(4, event.dropped_attributes.into());
}

/// Whether the linked span is remote is not known, so the flags' bits 8 and 9 stay clear.
fn link(out: &mut Writer, link: &Link) {
    out.bytes(1, &link.trace_id.to_bytes());
    out.bytes(2, &link.span_id.to_bytes());
    out.bytes(3, link.trace_state.as_bytes());
    attributes(out, 4, &link.attributes);
    out.fixed32(6, link.flags.to_byte().into());
}

fn log(out: &mut Writer, log: &LogRecord) {
    out.fixed64(1, log.time_ns);
    out.uint(2, log.severity as u64);
    out.bytes(3, log.severity.as_str().as_bytes());
    if let Some(body) = &log.body {
        out.message(5, Width::One, |out| any_value(out, body, 0));
    }
    attributes(out, 6, &log.attributes);
    out.uint(7, log.dropped_attributes.into());
    out.fixed32(8, log.flags.to_byte().into());
    if log.trace_id.is_valid() {
        out.bytes(9, &log.trace_id.to_bytes());
    }
    if log.span_id.is_valid() {
        out.bytes(10, &log.span_id.to_bytes());
    }
    // observed_time_unix_nano: the record was made by whoever observed it.
    out.fixed64(11, log.time_ns);
    out.bytes(12, log.event_name.as_bytes());
}

fn metric(out: &mut Writer, metric: &Metric) {
    out.bytes(1, metric.name.as_bytes());
    out.bytes(2, metric.description.as_bytes());
    out.bytes(3, metric.unit.as_bytes());
    match &metric.data {
        MetricData::Gauge(points) => out.message(5, Width::Two, |out| {
            number_points(out, points);
        }),
        MetricData::Sum(points) => out.message(7, Width::Two, |out| {
            number_points(out, points);
            out.uint(2, CUMULATIVE.into());
            // is_monotonic
            out.uint(3, 1);
        }),
        MetricData::UpDown(points) => out.message(7, Width::Two, |out| {
            number_points(out, points);
            out.uint(2, CUMULATIVE.into());
        }),
        MetricData::Histogram(points) => out.message(9, Width::Two, |out| {
            for point in points {
                out.message(1, Width::Two, |out| histogram_point(out, point));
            }
            out.uint(2, CUMULATIVE.into());
        }),
    }
}

fn number_points(out: &mut Writer, points: &[NumberPoint]) {
    for point in points {
        out.message(1, Width::One, |out| {
            out.fixed64(2, point.start_ns);
            out.fixed64(3, point.time_ns);
            out.set_double(4, point.value);
            attributes(out, 7, &point.attributes);
        });
    }
}

fn histogram_point(out: &mut Writer, point: &HistogramPoint) {
    out.fixed64(2, point.start_ns);
    out.fixed64(3, point.time_ns);
    out.fixed64(4, point.count);
    out.set_double(5, point.sum);
    out.packed64(6, point.buckets.iter().map(|count| count.to_le_bytes()));
    out.packed64(7, point.bounds.iter().map(|bound| bound.to_le_bytes()));
    attributes(out, 9, &point.attributes);
    if let Some(min) = point.min {
        out.set_double(11, min);
    }
    if let Some(max) = point.max {
        out.set_double(12, max);
    }
}

fn attributes(out: &mut Writer, field: u8, attributes: &[(Key, Value)]) {
    for (key, value) in attributes {
        key_value(out, field, key, value, 0);
    }
}

/// `KeyValue`.
pub(crate) fn key_value(out: &mut Writer, field: u8, key: &str, value: &Value, depth: usize) {
    out.message(field, Width::One, |out| {
        out.bytes(1, key.as_bytes());
        out.message(2, Width::One, |out| any_value(out, value, depth));
    });
}

fn any_value(out: &mut Writer, value: &Value, depth: usize) {
    match value {
        Value::String(text) => out.set_bytes(1, text.as_bytes()),
        Value::Bool(value) => out.set_uint(2, u64::from(*value)),
        // A negative int64 is its two's complement in ten bytes.
        Value::Int(value) => out.set_uint(3, value.cast_unsigned()),
        Value::Float(value) => out.set_double(4, *value),
        Value::Bytes(bytes) => out.set_bytes(7, bytes),
        Value::Array(_) | Value::Map(_) if depth == MAX_DEPTH => out.set_bytes(1, TOO_DEEP.as_bytes()),
        Value::Array(items) => out.message(5, Width::One, |out| {
            for item in items {
                out.message(1, Width::One, |out| any_value(out, item, depth + 1));
            }
        }),
        Value::Map(items) => out.message(6, Width::One, |out| {
            for (key, item) in items {
                key_value(out, 1, key, item, depth + 1);
            }
        }),
    }
}
