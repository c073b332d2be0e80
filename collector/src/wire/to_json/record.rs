//! Spans and log records.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::value::{ValueJson, attributes, count, text};
use crate::model::{Event, Link, LogRecord, Span, SpanId, Status, StatusCode};

/// A value as text: ids, and integers of 64 bits.
struct Shown<T>(T);

impl<T: std::fmt::Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A list whose elements are written by `J`.
fn list<'a, M: SerializeMap, T, J: Serialize>(
    map: &mut M,
    name: &str,
    values: &'a [T],
    json: impl Fn(&'a T) -> J,
) -> Result<(), M::Error> {
    if values.is_empty() {
        return Ok(());
    }
    let values: Vec<J> = values.iter().map(json).collect();
    map.serialize_entry(name, &values)
}

pub(super) struct SpanJson<'a>(pub(super) &'a Span);

impl Serialize for SpanJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let span = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("traceId", &Shown(span.trace_id))?;
        map.serialize_entry("spanId", &Shown(span.span_id))?;
        text(&mut map, "traceState", &span.trace_state)?;
        if let Some(parent) = span.parent_id {
            map.serialize_entry("parentSpanId", &Shown(parent))?;
        }
        count(&mut map, "flags", span.flags)?;
        map.serialize_entry("name", &span.name)?;
        map.serialize_entry("kind", &span.kind.to_otlp())?;
        map.serialize_entry("startTimeUnixNano", &Shown(span.start))?;
        map.serialize_entry("endTimeUnixNano", &Shown(span.end))?;
        attributes(&mut map, &span.attributes)?;
        count(&mut map, "droppedAttributesCount", span.dropped_attributes)?;
        list(&mut map, "events", &span.events, EventJson)?;
        count(&mut map, "droppedEventsCount", span.dropped_events)?;
        list(&mut map, "links", &span.links, LinkJson)?;
        count(&mut map, "droppedLinksCount", span.dropped_links)?;
        map.serialize_entry("status", &StatusJson(&span.status))?;
        map.end()
    }
}

struct EventJson<'a>(&'a Event);

impl Serialize for EventJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("timeUnixNano", &Shown(self.0.time))?;
        map.serialize_entry("name", &self.0.name)?;
        attributes(&mut map, &self.0.attributes)?;
        count(&mut map, "droppedAttributesCount", self.0.dropped_attributes)?;
        map.end()
    }
}

struct LinkJson<'a>(&'a Link);

impl Serialize for LinkJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let link = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("traceId", &Shown(link.trace_id))?;
        map.serialize_entry("spanId", &Shown(link.span_id))?;
        text(&mut map, "traceState", &link.trace_state)?;
        attributes(&mut map, &link.attributes)?;
        count(&mut map, "droppedAttributesCount", link.dropped_attributes)?;
        count(&mut map, "flags", link.flags)?;
        map.end()
    }
}

struct StatusJson<'a>(&'a Status);

impl Serialize for StatusJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        text(&mut map, "message", &self.0.message)?;
        if self.0.code != StatusCode::Unset {
            map.serialize_entry("code", &(self.0.code as u8))?;
        }
        map.end()
    }
}

pub(super) struct LogJson<'a>(pub(super) &'a LogRecord);

impl Serialize for LogJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let log = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("timeUnixNano", &Shown(log.time))?;
        count(&mut map, "severityNumber", u32::from(log.severity))?;
        text(&mut map, "severityText", &log.severity_text)?;
        map.serialize_entry("body", &ValueJson(&log.body))?;
        attributes(&mut map, &log.attributes)?;
        count(&mut map, "droppedAttributesCount", log.dropped_attributes)?;
        map.serialize_entry("traceId", &Shown(log.trace_id))?;
        if log.span_id != SpanId::default() {
            map.serialize_entry("spanId", &Shown(log.span_id))?;
        }
        text(&mut map, "eventName", &log.event_name)?;
        map.end()
    }
}
