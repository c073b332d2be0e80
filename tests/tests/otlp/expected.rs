//! What a batch is in OTLP's own types: the independent half of the comparison.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1 as common;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::logs::v1 as logs;
use opentelemetry_proto::tonic::metrics::v1 as metrics;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1 as trace;
use spanwright::{
    Attributes, Batch, HistogramPoint, LogRecord, Metric, MetricData, NumberPoint, SpanRecord, Status, Value,
};
use std::collections::BTreeMap;

pub(crate) fn traces(batch: &Batch) -> ExportTraceServiceRequest {
    let scope_spans = by_scope(&batch.spans, |span| &span.scope)
        .into_iter()
        .map(|(name, spans)| trace::ScopeSpans {
            scope: Some(scope(name)),
            spans: spans.into_iter().map(span).collect(),
            schema_url: String::new(),
        })
        .collect();
    ExportTraceServiceRequest {
        resource_spans: vec![trace::ResourceSpans {
            resource: Some(resource(batch)),
            scope_spans,
            schema_url: String::new(),
        }],
    }
}

pub(crate) fn logs(batch: &Batch) -> ExportLogsServiceRequest {
    let scope_logs = by_scope(&batch.logs, |log| &log.scope)
        .into_iter()
        .map(|(name, records)| logs::ScopeLogs {
            scope: Some(scope(name)),
            log_records: records.into_iter().map(log).collect(),
            schema_url: String::new(),
        })
        .collect();
    ExportLogsServiceRequest {
        resource_logs: vec![logs::ResourceLogs {
            resource: Some(resource(batch)),
            scope_logs,
            schema_url: String::new(),
        }],
    }
}

pub(crate) fn metrics(batch: &Batch) -> ExportMetricsServiceRequest {
    let scope_metrics = by_scope(&batch.metrics, |metric| &metric.scope)
        .into_iter()
        .map(|(name, records)| metrics::ScopeMetrics {
            scope: Some(scope(name)),
            metrics: records.into_iter().map(metric).collect(),
            schema_url: String::new(),
        })
        .collect();
    ExportMetricsServiceRequest {
        resource_metrics: vec![metrics::ResourceMetrics {
            resource: Some(resource(batch)),
            scope_metrics,
            schema_url: String::new(),
        }],
    }
}

fn by_scope<T>(records: &[T], scope: impl Fn(&T) -> &str) -> BTreeMap<String, Vec<&T>> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for record in records {
        groups.entry(scope(record).to_owned()).or_default().push(record);
    }
    groups
}

fn scope(name: String) -> common::InstrumentationScope {
    common::InstrumentationScope {
        name,
        ..Default::default()
    }
}

fn resource(batch: &Batch) -> Resource {
    Resource {
        attributes: attributes(batch.resource.attributes()),
        ..Default::default()
    }
}

fn attributes(attributes: &Attributes) -> Vec<common::KeyValue> {
    attributes
        .iter()
        .map(|(key, value)| common::KeyValue {
            key: key.as_str().to_owned(),
            value: Some(any_value(value)),
            ..Default::default()
        })
        .collect()
}

fn any_value(value: &Value) -> common::AnyValue {
    let value = match value {
        Value::Bool(value) => Any::BoolValue(*value),
        Value::Int(value) => Any::IntValue(*value),
        Value::Float(value) => Any::DoubleValue(*value),
        Value::String(text) => Any::StringValue(text.clone()),
        Value::Bytes(bytes) => Any::BytesValue(bytes.clone()),
        Value::Array(items) => Any::ArrayValue(common::ArrayValue {
            values: items.iter().map(any_value).collect(),
        }),
        Value::Map(items) => Any::KvlistValue(common::KeyValueList {
            values: attributes(items),
        }),
        other => panic!("a value of a new type: {other:?}"),
    };
    common::AnyValue { value: Some(value) }
}

fn span(span: &SpanRecord) -> trace::Span {
    let (code, message) = match &span.status {
        Status::Unset => (0, ""),
        Status::Ok => (1, ""),
        Status::Error(text) => (2, &**text),
    };
    let events = span.events.iter().map(|event| trace::span::Event {
        time_unix_nano: event.time_ns,
        name: event.name.clone().into(),
        attributes: attributes(&event.attributes),
        dropped_attributes_count: event.dropped_attributes,
    });
    let links = span.links.iter().map(|link| trace::span::Link {
        trace_id: link.trace_id.to_bytes().to_vec(),
        span_id: link.span_id.to_bytes().to_vec(),
        trace_state: link.trace_state.to_string(),
        attributes: attributes(&link.attributes),
        dropped_attributes_count: 0,
        flags: link.flags.to_byte().into(),
    });
    trace::Span {
        trace_id: span.trace_id.to_bytes().to_vec(),
        span_id: span.span_id.to_bytes().to_vec(),
        trace_state: span.trace_state.to_string(),
        parent_span_id: span
            .parent_span_id
            .map(|id| id.to_bytes().to_vec())
            .unwrap_or_default(),
        flags: u32::from(span.flags.to_byte()) + if span.parent_is_remote { 0x300 } else { 0x100 },
        name: span.name.to_string(),
        kind: span.kind.to_otlp().into(),
        start_time_unix_nano: span.start_ns,
        end_time_unix_nano: span.end_ns,
        attributes: attributes(&span.attributes),
        dropped_attributes_count: span.dropped_attributes,
        events: events.collect(),
        dropped_events_count: span.dropped_events,
        links: links.collect(),
        dropped_links_count: span.dropped_links,
        status: (code != 0).then(|| trace::Status {
            message: message.to_owned(),
            code,
        }),
    }
}

fn log(log: &LogRecord) -> logs::LogRecord {
    let valid = |is_valid: bool, id: &[u8]| if is_valid { id.to_vec() } else { Vec::new() };
    logs::LogRecord {
        time_unix_nano: log.time_ns,
        observed_time_unix_nano: log.time_ns,
        severity_number: log.severity as i32,
        severity_text: log.severity.as_str().to_owned(),
        body: log.body.as_ref().map(any_value),
        attributes: attributes(&log.attributes),
        dropped_attributes_count: log.dropped_attributes,
        flags: log.flags.to_byte().into(),
        trace_id: valid(log.trace_id.is_valid(), &log.trace_id.to_bytes()),
        span_id: valid(log.span_id.is_valid(), &log.span_id.to_bytes()),
        event_name: log.event_name.to_string(),
    }
}

fn metric(metric: &Metric) -> metrics::Metric {
    let cumulative = metrics::AggregationTemporality::Cumulative.into();
    let data = match &metric.data {
        MetricData::Gauge(points) => metrics::metric::Data::Gauge(metrics::Gauge {
            data_points: points.iter().map(number_point).collect(),
        }),
        MetricData::Sum(points) => metrics::metric::Data::Sum(metrics::Sum {
            data_points: points.iter().map(number_point).collect(),
            aggregation_temporality: cumulative,
            is_monotonic: true,
        }),
        MetricData::UpDown(points) => metrics::metric::Data::Sum(metrics::Sum {
            data_points: points.iter().map(number_point).collect(),
            aggregation_temporality: cumulative,
            is_monotonic: false,
        }),
        MetricData::Histogram(points) => metrics::metric::Data::Histogram(metrics::Histogram {
            data_points: points.iter().map(histogram_point).collect(),
            aggregation_temporality: cumulative,
        }),
        other => panic!("a metric of a new type: {other:?}"),
    };
    metrics::Metric {
        name: metric.name.to_string(),
        description: metric.description.to_string(),
        unit: metric.unit.to_string(),
        metadata: Vec::new(),
        data: Some(data),
    }
}

fn number_point(point: &NumberPoint) -> metrics::NumberDataPoint {
    metrics::NumberDataPoint {
        attributes: attributes(&point.attributes),
        start_time_unix_nano: point.start_ns,
        time_unix_nano: point.time_ns,
        value: Some(metrics::number_data_point::Value::AsDouble(point.value)),
        ..Default::default()
    }
}

fn histogram_point(point: &HistogramPoint) -> metrics::HistogramDataPoint {
    metrics::HistogramDataPoint {
        attributes: attributes(&point.attributes),
        start_time_unix_nano: point.start_ns,
        time_unix_nano: point.time_ns,
        count: point.count,
        sum: Some(point.sum),
        bucket_counts: point.buckets.clone(),
        explicit_bounds: point.bounds.clone(),
        min: point.min,
        max: point.max,
        ..Default::default()
    }
}
