//! A trace in the legacy JSON.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::tag::{Tag, TagValue};
use crate::jaeger::adjust::Shown;
use crate::model::{Event, Kind, Nanos, Resource, Span, SpanId, StatusCode, TraceId, Value, find};

/// A trace.
#[derive(Debug, Serialize)]
pub(super) struct TraceJson<'a> {
    #[serde(rename = "traceID")]
    trace_id: String,
    spans: Vec<SpanJson<'a>>,
    processes: BTreeMap<ProcessId, ProcessJson<'a>>,
    warnings: Option<&'a [String]>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SpanJson<'a> {
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(rename = "spanID")]
    span_id: String,
    operation_name: &'a str,
    references: Vec<Reference>,
    start_time: u64,
    duration: u64,
    tags: Vec<Tag<'a>>,
    logs: Vec<LogJson<'a>>,
    #[serde(rename = "processID")]
    process: ProcessId,
    warnings: Option<&'a [String]>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    ref_type: &'static str,
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(rename = "spanID")]
    span_id: String,
}

#[derive(Debug, Serialize)]
struct LogJson<'a> {
    timestamp: u64,
    fields: Vec<Tag<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ProcessJson<'a> {
    service_name: &'a str,
    tags: Vec<Tag<'a>>,
}

/// `p1`, `p2` and so on, in that order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ProcessId(usize);

impl Serialize for ProcessId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("p{}", self.0))
    }
}

impl<'a> TraceJson<'a> {
    /// The trace with these spans. Tags of a raw one stay in their order.
    pub(super) fn new(spans: &'a [Shown], raw: bool) -> Self {
        let mut processes = Processes {
            raw,
            ..Processes::default()
        };
        let spans: Vec<SpanJson> = spans
            .iter()
            .map(|shown| {
                let process = processes.of(&shown.span.resource);
                SpanJson::new(shown, process, raw)
            })
            .collect();
        Self {
            trace_id: spans
                .first()
                .map(|span| span.trace_id.clone())
                .unwrap_or_default(),
            spans,
            processes: processes.made,
            warnings: None,
        }
    }
}

impl<'a> SpanJson<'a> {
    fn new(Shown { span, warnings }: &'a Shown, process: ProcessId, raw: bool) -> Self {
        let mut tags = tags(span);
        if !raw {
            tags.sort_by(Tag::order);
        }
        Self {
            trace_id: short(span.trace_id),
            span_id: span.span_id.to_string(),
            operation_name: &span.name,
            references: references(span, raw),
            start_time: micros(span.start),
            duration: micros(span.duration()),
            tags,
            logs: span.events.iter().map(|event| LogJson::new(event, raw)).collect(),
            process,
            warnings: (!warnings.is_empty()).then_some(warnings),
        }
    }
}

impl<'a> LogJson<'a> {
    fn new(event: &'a Event, raw: bool) -> Self {
        const NAME: &str = "event";
        let mut fields: Vec<Tag> = event.attributes.iter().map(Tag::of).collect();
        if !event.name.is_empty() && find(&event.attributes, NAME).is_none() {
            fields.insert(0, Tag::text(NAME, &event.name));
        }
        if !raw {
            let is_name = |tag: &Tag| tag.key == NAME && matches!(tag.value, TagValue::Text(_));
            fields.sort_by(|a, b| is_name(b).cmp(&is_name(a)).then_with(|| a.order(b)));
        }
        Self {
            timestamp: micros(event.time),
            fields,
        }
    }
}

/// Jaeger leaves out the first half of an id that is 0.
pub(super) fn short(id: TraceId) -> String {
    let text = id.to_string();
    text.strip_prefix("0000000000000000").unwrap_or(&text).to_owned()
}

fn micros(nanos: Nanos) -> u64 {
    nanos / 1000
}

/// The parent, then the links.
fn references(span: &Span, raw: bool) -> Vec<Reference> {
    let reference = |ref_type, trace, span: SpanId| Reference {
        ref_type,
        trace_id: short(trace),
        span_id: span.to_string(),
    };
    let mut list = Vec::new();
    list.extend(
        span.parent_id
            .map(|parent| reference("CHILD_OF", span.trace_id, parent)),
    );
    for link in &span.links {
        let child_of =
            find(&link.attributes, "opentracing.ref_type").and_then(Value::as_text) == Some("child_of");
        let ref_type = if child_of { "CHILD_OF" } else { "FOLLOWS_FROM" };
        if link.trace_id == span.trace_id && Some(link.span_id) == span.parent_id {
            list[0].ref_type = ref_type;
        } else {
            list.push(reference(ref_type, link.trace_id, link.span_id));
        }
    }
    // Readers take the first one for the parent.
    if !raw {
        let own = short(span.trace_id);
        let in_trace = |reference: &Reference| reference.trace_id == own;
        let parent = list
            .iter()
            .position(|reference| in_trace(reference) && reference.ref_type == "CHILD_OF")
            .or_else(|| list.iter().position(in_trace));
        if let Some(parent) = parent {
            list.swap(0, parent);
        }
    }
    list
}

/// The attributes, and what Jaeger has no fields for.
fn tags(span: &Span) -> Vec<Tag<'_>> {
    let mut tags = Vec::with_capacity(span.attributes.len() + 4);
    let named = [
        ("otel.scope.name", &span.scope.name),
        ("otel.scope.version", &span.scope.version),
    ];
    tags.extend(named.into_iter().filter_map(said));
    tags.extend(span.attributes.iter().map(Tag::of));
    if span.kind != Kind::Unspecified {
        tags.push(Tag::text("span.kind", span.kind.name()));
    }
    match span.status.code {
        StatusCode::Unset => {}
        StatusCode::Ok => tags.push(Tag::text("otel.status_code", "OK")),
        StatusCode::Error => {
            tags.push(Tag::text("otel.status_code", "ERROR"));
            tags.push(Tag {
                key: "error",
                value: TagValue::Bool(true),
            });
        }
    }
    let named = [
        ("otel.status_description", &span.status.message),
        ("w3c.tracestate", &span.trace_state),
    ];
    tags.extend(named.into_iter().filter_map(said));
    tags
}

/// A tag, unless nothing was said.
fn said<'a>((key, value): (&'a str, &'a String)) -> Option<Tag<'a>> {
    (!value.is_empty()).then(|| Tag::text(key, value))
}

/// Processes, numbered in the order they come in.
#[derive(Debug, Default)]
struct Processes<'a> {
    raw: bool,
    by_address: HashMap<usize, ProcessId>,
    by_text: HashMap<String, ProcessId>,
    made: BTreeMap<ProcessId, ProcessJson<'a>>,
}

impl<'a> Processes<'a> {
    fn of(&mut self, resource: &'a Resource) -> ProcessId {
        let address = std::ptr::from_ref(resource).addr();
        if let Some(known) = self.by_address.get(&address) {
            return *known;
        }
        let attributes = resource
            .attributes
            .iter()
            .filter(|(key, _)| key != "service.name");
        let mut tags: Vec<Tag> = attributes.map(Tag::of).collect();
        if !self.raw {
            tags.sort_by(Tag::order);
        }
        let process = ProcessJson {
            service_name: resource.service(),
            tags,
        };
        // As text, in which NaN equals NaN, and which a hash tells apart.
        let text = format!("{process:?}");
        let next = ProcessId(self.made.len() + 1);
        let id = *self.by_text.entry(text).or_insert(next);
        if id == next {
            self.made.insert(id, process);
        }
        self.by_address.insert(address, id);
        id
    }
}
