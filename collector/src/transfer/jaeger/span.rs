//! Jaeger's spans become OpenTelemetry's: what Jaeger keeps as tags goes back to where it came from.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Number, Value as Json};

use super::json::{LogJson, ProcessJson, ReferenceJson, SpanJson, TraceJson};
use super::tag::attributes;
use crate::model::{
    Attribute, Event, Kind, Link, Nanos, Resource, Scope, Span, SpanId, Status, StatusCode, TraceId, Value,
    find,
};

/// The spans of a trace.
pub(super) fn of_trace(json: Json) -> Result<Vec<Span>, String> {
    let trace: TraceJson = serde_json::from_value(json).map_err(|error| error.to_string())?;
    let mut processes = HashMap::new();
    for (id, process) in trace.processes {
        processes.insert(id, Arc::new(resource(process)?));
    }
    trace
        .spans
        .into_iter()
        .map(|span| {
            let name = format!("span {}", span.span_id);
            of_span(span, &processes).map_err(|why| format!("{name}: {why}"))
        })
        .collect()
}

fn of_span(json: SpanJson, processes: &HashMap<String, Arc<Resource>>) -> Result<Span, String> {
    let resource = match json.process {
        Some(process) => Arc::new(resource(process)?),
        None => processes
            .get(&json.process_id)
            .cloned()
            .ok_or_else(|| format!("there is no process {:?}", json.process_id))?,
    };
    let trace_id: TraceId = id(&json.trace_id)?;
    let start = nanos(&json.start_time)?;
    let mut tags = attributes(json.tags)?;
    let mut said = |key: &str| take(&mut tags, key);
    let scope = Scope {
        name: said("otel.scope.name")
            .or_else(|| said("otel.library.name"))
            .unwrap_or_default(),
        version: said("otel.scope.version")
            .or_else(|| said("otel.library.version"))
            .unwrap_or_default(),
        ..Scope::default()
    };
    let kind = said("span.kind")
        .and_then(|name| Kind::from_name(&name))
        .unwrap_or_default();
    let trace_state = said("w3c.tracestate").unwrap_or_default();
    let message = said("otel.status_description").unwrap_or_default();
    let code = said("otel.status_code");
    let code = status(&mut tags, code.as_deref());
    let (parent, links) = relations(trace_id, &json.parent_id, json.references.unwrap_or_default())?;
    let logs = json.logs.unwrap_or_default();
    Ok(Span {
        trace_id,
        span_id: id(&json.span_id)?,
        parent_id: parent,
        trace_state,
        flags: json.flags & 1,
        name: json.operation_name,
        kind,
        start,
        end: start.saturating_add(nanos(&json.duration)?),
        attributes: tags,
        dropped_attributes: 0,
        events: logs.into_iter().map(event).collect::<Result<_, _>>()?,
        dropped_events: 0,
        links,
        dropped_links: 0,
        status: Status { code, message },
        resource,
        scope: Arc::new(scope),
    })
}

fn resource(process: ProcessJson) -> Result<Resource, String> {
    let service = ("service.name".to_owned(), Value::Text(process.service_name));
    let mut all = vec![service];
    all.extend(attributes(process.tags)?);
    Ok(Resource {
        attributes: all,
        ..Resource::default()
    })
}

fn id<T: std::str::FromStr<Err: ToString>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// Microseconds, in nanoseconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some write them as 1.7e15; less than nothing is nothing"
)]
fn nanos(micros: &Number) -> Result<Nanos, String> {
    let micros = micros
        .as_u64()
        .or_else(|| micros.as_f64().map(|micros| micros as u64));
    Ok(micros.ok_or("a time is no number")?.saturating_mul(1000))
}

/// The text of a tag, which is then none any more.
fn take(tags: &mut Vec<Attribute>, key: &str) -> Option<String> {
    let at = tags
        .iter()
        .position(|(name, value)| name == key && value.as_text().is_some())?;
    match tags.remove(at).1 {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// What the tag said; where it said nothing, an error is one that a tag of OpenTracing tells of.
fn status(tags: &mut Vec<Attribute>, code: Option<&str>) -> StatusCode {
    let error = ("error".to_owned(), Value::Bool(true));
    match code {
        Some("OK") => StatusCode::Ok,
        Some("ERROR") => {
            tags.retain(|tag| *tag != error);
            StatusCode::Error
        }
        _ => match find(tags, "error") {
            Some(Value::Bool(true)) => {
                tags.retain(|tag| *tag != error);
                StatusCode::Error
            }
            Some(Value::Text(text)) if text == "true" => StatusCode::Error,
            _ => StatusCode::Unset,
        },
    }
}

/// The parent is what the span is a child of in its trace, else what it follows from there; the others are links.
fn relations(
    trace: TraceId,
    parent: &str,
    references: Vec<ReferenceJson>,
) -> Result<(Option<SpanId>, Vec<Link>), String> {
    let mut links = Vec::new();
    for reference in references {
        let link = Link {
            trace_id: id(&reference.trace_id)?,
            span_id: id(&reference.span_id)?,
            ..Link::default()
        };
        links.push((reference.ref_type == "CHILD_OF", link));
    }
    let in_trace = |(_, link): &(bool, Link)| link.trace_id == trace;
    let place = links
        .iter()
        .position(|link| link.0 && in_trace(link))
        .or_else(|| links.iter().position(in_trace));
    let parent = match place {
        Some(place) => Some(links.remove(place).1.span_id),
        None if parent.trim_matches('0').is_empty() => None,
        None => Some(id(parent)?),
    };
    let child_of = |(child, mut link): (bool, Link)| {
        if child {
            let kind = Value::Text("child_of".to_owned());
            link.attributes.push(("opentracing.ref_type".to_owned(), kind));
        }
        link
    };
    Ok((parent, links.into_iter().map(child_of).collect()))
}

fn event(log: LogJson) -> Result<Event, String> {
    let mut attributes = attributes(log.fields)?;
    let name = take(&mut attributes, "event").unwrap_or_default();
    Ok(Event {
        time: nanos(&log.timestamp)?,
        name,
        attributes,
        dropped_attributes: 0,
    })
}
