//! `jaeger.thrift`'s structures: a span record in, a `Span` out, by OpenTelemetry's "Transformation to Jaeger".

use super::encoding::{Encoding, Struct};
use crate::destination::json::plain_text;
use crate::id::{SpanId, TraceId};
use crate::record::{Event, Kind, Link, Resource, SpanRecord, Status};
use crate::value::{Key, Value};
use std::borrow::Cow;

/// `Batch.process`.
pub(super) const PROCESS: i16 = 1;
/// `Batch.spans`.
pub(super) const SPANS: i16 = 2;

/// `SpanRefType`.
const FOLLOWS_FROM: i32 = 1;

/// `TagType`.
const STRING: i32 = 0;
const DOUBLE: i32 = 1;
const BOOL: i32 = 2;
const LONG: i32 = 3;
const BINARY: i32 = 4;

/// A tag's value.
enum Tag<'a> {
    Text(Cow<'a, str>),
    Of(&'a Value),
    Long(i64),
    Bool(bool),
}

/// Tags in order; of one key, those that the format itself defines replace an attribute.
type Tags<'a> = Vec<(&'a str, Tag<'a>)>;

/// The field `process` of a batch.
pub(super) fn process<E: Encoding>(batch: &mut Struct<'_, E>, resource: &Resource) {
    let attributes = resource.attributes();
    let tags: Tags<'_> = attributes
        .iter()
        .filter(|(key, _)| key.as_str() != "service.name")
        .map(|(key, value)| (key.as_str(), Tag::Of(value)))
        .collect();
    batch.structure(PROCESS, |own| {
        own.bytes(1, resource.service_name().as_bytes());
        own.list(2, &tags, tag::<E>);
    });
}

/// One element of the list `spans`.
pub(super) fn span<E: Encoding>(out: &mut Vec<u8>, span: &SpanRecord) {
    let logs = logs(span);
    Struct::<E>::write(out, |own| {
        let (high, low) = halves(span.trace_id);
        own.i64(1, low);
        own.i64(2, high);
        own.i64(3, number(span.span_id));
        own.i64(4, span.parent_span_id.map_or(0, number));
        own.bytes(5, span.name.as_bytes());
        if !span.links.is_empty() {
            own.list(6, &span.links, reference::<E>);
        }
        // "Sampled" alone: W3C's second bit is "random", Jaeger's is "debug".
        own.i32(7, i32::from(span.flags.is_sampled()));
        own.i64(8, micros(span.start_ns));
        // At least one: Jaeger takes a duration of 0 for a clock that went backwards, and warns.
        own.i64(9, micros(span.end_ns.saturating_sub(span.start_ns)).max(1));
        own.list(10, &tags(span), tag::<E>);
        if !logs.is_empty() {
            own.list(11, &logs, |out, (time_ns, fields)| {
                Struct::<E>::write(out, |own| {
                    own.i64(1, micros(*time_ns));
                    own.list(2, fields, tag::<E>);
                });
            });
        }
    });
}

/// The upper and the lower half of a trace id.
fn halves(id: TraceId) -> (i64, i64) {
    let number = u128::from_be_bytes(id.to_bytes()).cast_signed();
    ((number >> 64) as i64, number as i64)
}

fn number(id: SpanId) -> i64 {
    i64::from_be_bytes(id.to_bytes())
}

fn micros(ns: u64) -> i64 {
    (ns / 1_000).cast_signed()
}

fn reference<E: Encoding>(out: &mut Vec<u8>, link: &Link) {
    Struct::<E>::write(out, |own| {
        let (high, low) = halves(link.trace_id);
        own.i32(1, FOLLOWS_FROM);
        own.i64(2, low);
        own.i64(3, high);
        own.i64(4, number(link.span_id));
    });
}

/// The attributes, then kind, status, scope and what else has no field.
fn tags(span: &SpanRecord) -> Tags<'_> {
    let mut extra: Tags<'_> = Vec::new();
    if span.kind != Kind::Internal {
        extra.push(("span.kind", Tag::Text(span.kind.as_str().into())));
    }
    match &span.status {
        Status::Unset => {}
        Status::Ok => extra.push(("otel.status_code", Tag::Text("OK".into()))),
        Status::Error(message) => {
            extra.push(("otel.status_code", Tag::Text("ERROR".into())));
            extra.push(("error", Tag::Bool(true)));
            if !message.is_empty() {
                extra.push(("otel.status_description", Tag::Text(message.as_ref().into())));
            }
        }
    }
    if !span.scope.is_empty() {
        // Not the name before 2022, too: Jaeger would show both.
        extra.push(("otel.scope.name", Tag::Text(span.scope.as_ref().into())));
    }
    if !span.trace_state.is_empty() {
        extra.push(("w3c.tracestate", Tag::Text(span.trace_state.as_ref().into())));
    }
    for (name, count) in [
        ("otel.dropped_attributes_count", span.dropped_attributes),
        ("otel.dropped_events_count", span.dropped_events),
        ("otel.dropped_links_count", span.dropped_links),
    ] {
        if count > 0 {
            extra.push((name, Tag::Long(count.into())));
        }
    }
    let mut tags = of(&span.attributes);
    tags.retain(|(key, _)| !extra.iter().any(|(name, _)| name == key));
    tags.append(&mut extra);
    tags
}

fn of(attributes: &[(Key, Value)]) -> Tags<'_> {
    attributes
        .iter()
        .map(|(key, value)| (key.as_str(), Tag::Of(value)))
        .collect()
}

/// The events, and the links that have attributes, for which a reference has no place.
fn logs(span: &SpanRecord) -> Vec<(u64, Tags<'_>)> {
    let link = |link: &'_ Link| !link.attributes.is_empty() || !link.trace_state.is_empty();
    let links = span.links.iter().filter(|one| link(one)).map(|link| {
        let mut fields = vec![
            ("event", Tag::Text("link".into())),
            ("trace_id", Tag::Text(link.trace_id.to_string().into())),
            ("span_id", Tag::Text(link.span_id.to_string().into())),
        ];
        if !link.trace_state.is_empty() {
            fields.push(("trace_state", Tag::Text(link.trace_state.as_ref().into())));
        }
        fields.extend(of(&link.attributes));
        (span.start_ns, fields)
    });
    links
        .chain(span.events.iter().map(|event| (event.time_ns, fields(event))))
        .collect()
}

/// An event's attributes and its name, unless an attribute is called `event`.
fn fields(event: &Event) -> Tags<'_> {
    let mut fields = of(&event.attributes);
    if !fields.iter().any(|(key, _)| *key == "event") {
        fields.push(("event", Tag::Text(event.name.as_ref().into())));
    }
    if event.dropped_attributes > 0 {
        let count = event.dropped_attributes.into();
        fields.push(("otel.event.dropped_attributes_count", Tag::Long(count)));
    }
    fields
}

fn tag<E: Encoding>(out: &mut Vec<u8>, (key, value): &(&str, Tag<'_>)) {
    Struct::<E>::write(out, |own| {
        own.bytes(1, key.as_bytes());
        match value {
            Tag::Text(text) => string(own, text),
            Tag::Of(text @ (Value::String(_) | Value::Array(_) | Value::Map(_))) => {
                string(own, &plain_text(text));
            }
            Tag::Of(Value::Float(value)) => {
                own.i32(2, DOUBLE);
                own.double(4, *value);
            }
            Tag::Bool(value) | Tag::Of(Value::Bool(value)) => {
                own.i32(2, BOOL);
                own.bool(5, *value);
            }
            Tag::Long(value) | Tag::Of(Value::Int(value)) => {
                own.i32(2, LONG);
                own.i64(6, *value);
            }
            Tag::Of(Value::Bytes(bytes)) => {
                own.i32(2, BINARY);
                own.bytes(7, bytes);
            }
        }
    });
}

fn string<E: Encoding>(own: &mut Struct<'_, E>, text: &str) {
    own.i32(2, STRING);
    own.bytes(3, text.as_bytes());
}
