//! What the model should hold, made of OpenTelemetry's own messages.

use std::sync::Arc;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::{resource, trace};
use spanwright_collector::model::{
    Attribute, Event, Kind, Link, Resource, Scope, Span, SpanId, Status, StatusCode, TraceId, Value,
};

/// The spans of a request.
pub(crate) fn spans(request: &ExportTraceServiceRequest) -> Vec<Span> {
    let mut spans = vec![];
    for of_resource in &request.resource_spans {
        let resource = Arc::new(resource(of_resource.resource.as_ref(), &of_resource.schema_url));
        for of_scope in &of_resource.scope_spans {
            let scope = Arc::new(scope(of_scope.scope.as_ref(), &of_scope.schema_url));
            spans.extend(of_scope.spans.iter().map(|of| span(of, &resource, &scope)));
        }
    }
    spans
}

fn resource(of: Option<&resource::v1::Resource>, schema_url: &str) -> Resource {
    let of = of.cloned().unwrap_or_default();
    Resource {
        attributes: attributes(&of.attributes),
        dropped_attributes: of.dropped_attributes_count,
        schema_url: schema_url.to_owned(),
    }
}

fn scope(of: Option<&InstrumentationScope>, schema_url: &str) -> Scope {
    let of = of.cloned().unwrap_or_default();
    Scope {
        attributes: attributes(&of.attributes),
        name: of.name,
        version: of.version,
        dropped_attributes: of.dropped_attributes_count,
        schema_url: schema_url.to_owned(),
    }
}

fn span(of: &trace::v1::Span, resource: &Arc<Resource>, scope: &Arc<Scope>) -> Span {
    let status = of.status.clone().unwrap_or_default();
    Span {
        trace_id: TraceId(of.trace_id.as_slice().try_into().unwrap()),
        span_id: SpanId(of.span_id.as_slice().try_into().unwrap()),
        parent_id: of.parent_span_id.as_slice().try_into().ok().map(SpanId),
        trace_state: of.trace_state.clone(),
        flags: of.flags,
        name: of.name.clone(),
        kind: match of.kind {
            1 => Kind::Internal,
            2 => Kind::Server,
            3 => Kind::Client,
            4 => Kind::Producer,
            5 => Kind::Consumer,
            _ => Kind::Unspecified,
        },
        start: of.start_time_unix_nano,
        end: of.end_time_unix_nano,
        attributes: attributes(&of.attributes),
        dropped_attributes: of.dropped_attributes_count,
        events: of.events.iter().map(event).collect(),
        dropped_events: of.dropped_events_count,
        links: of.links.iter().map(link).collect(),
        dropped_links: of.dropped_links_count,
        status: Status {
            code: match status.code {
                1 => StatusCode::Ok,
                2 => StatusCode::Error,
                _ => StatusCode::Unset,
            },
            message: status.message,
        },
        resource: Arc::clone(resource),
        scope: Arc::clone(scope),
    }
}

fn event(of: &trace::v1::span::Event) -> Event {
    Event {
        time: of.time_unix_nano,
        name: of.name.clone(),
        attributes: attributes(&of.attributes),
        dropped_attributes: of.dropped_attributes_count,
    }
}

fn link(of: &trace::v1::span::Link) -> Link {
    Link {
        trace_id: TraceId(of.trace_id.as_slice().try_into().unwrap()),
        span_id: SpanId(of.span_id.as_slice().try_into().unwrap()),
        trace_state: of.trace_state.clone(),
        flags: of.flags,
        attributes: attributes(&of.attributes),
        dropped_attributes: of.dropped_attributes_count,
    }
}

fn attributes(of: &[KeyValue]) -> Vec<Attribute> {
    of.iter()
        .map(|pair| (pair.key.clone(), value(pair.value.as_ref())))
        .collect()
}

fn value(of: Option<&AnyValue>) -> Value {
    use any_value::Value as Of;
    match of.and_then(|of| of.value.as_ref()) {
        None | Some(Of::StringValueStrindex(_)) => Value::Empty,
        Some(Of::StringValue(text)) => Value::Text(text.clone()),
        Some(Of::BoolValue(yes)) => Value::Bool(*yes),
        Some(Of::IntValue(number)) => Value::Int(*number),
        Some(Of::DoubleValue(number)) => Value::Double(*number),
        Some(Of::BytesValue(bytes)) => Value::Bytes(bytes.clone()),
        Some(Of::ArrayValue(array)) => Value::Array(array.values.iter().map(|of| value(Some(of))).collect()),
        Some(Of::KvlistValue(map)) => Value::Map(attributes(&map.values)),
    }
}
