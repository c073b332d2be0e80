//! OTLP's `Span`.

use std::sync::Arc;

use super::resource::{attribute, count};
use super::value::AttributeView;
use super::{Fields, Limits, Rejected, WireError};
use crate::model::{Event, Kind, Link, Nanos, Resource, Scope, Span, SpanId, Status, StatusCode, TraceId};

/// A span in place: what every span has. The rest is read from the bytes when it is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpanView<'a> {
    /// The message.
    pub bytes: &'a [u8],
    /// Its trace; 0 where the bytes have none.
    pub trace_id: TraceId,
    /// Its id; 0 where the bytes have none.
    pub span_id: SpanId,
    /// The span it is a part of.
    pub parent_id: Option<SpanId>,
    /// The operation.
    pub name: &'a str,
    /// OTLP's number of the kind.
    pub kind: u64,
    /// When it began.
    pub start: Nanos,
    /// When it ended.
    pub end: Nanos,
    /// The message `Status`, empty where there is none.
    pub status: &'a [u8],
}

impl<'a> SpanView<'a> {
    /// Reads what every span has.
    ///
    /// # Errors
    /// When the bytes are no span.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let mut span = SpanView {
            bytes,
            trace_id: TraceId::default(),
            span_id: SpanId::default(),
            parent_id: None,
            name: "",
            kind: 0,
            start: 0,
            end: 0,
            status: &[],
        };
        for field in Fields::new(bytes) {
            match field? {
                (1, field) => span.trace_id = TraceId::from_slice(field.bytes(1)?).unwrap_or_default(),
                (2, field) => span.span_id = SpanId::from_slice(field.bytes(2)?).unwrap_or_default(),
                (4, field) => span.parent_id = SpanId::from_slice(field.bytes(4)?),
                (5, field) => span.name = field.text(5)?,
                (6, field) => span.kind = field.varint(6)?,
                (7, field) => span.start = field.fixed64(7)?,
                (8, field) => span.end = field.fixed64(8)?,
                (15, field) => span.status = field.bytes(15)?,
                _ => {}
            }
        }
        Ok(span)
    }

    /// Nanoseconds from start to end; 0 where the end is before the start.
    #[must_use]
    pub fn duration(&self) -> Nanos {
        self.end.saturating_sub(self.start)
    }

    /// OTLP's number of the status.
    #[must_use]
    pub fn status_code(&self) -> u64 {
        Fields::new(self.status)
            .filter_map(|field| match field {
                Ok((3, field)) => field.varint(3).ok(),
                _ => None,
            })
            .last()
            .unwrap_or(0)
    }

    /// Its attributes; those that are none are left out.
    pub fn attributes(&self) -> impl Iterator<Item = AttributeView<'a>> + use<'a> {
        Fields::new(self.bytes).filter_map(|field| match field {
            Ok((9, field)) => AttributeView::parse(field.bytes(9).ok()?).ok(),
            _ => None,
        })
    }

    /// Reads a span to its depths, and holds it to `limits`.
    pub(super) fn check(bytes: &'a [u8], limits: &Limits) -> Result<Self, Rejected> {
        if bytes.len() > limits.span_bytes {
            return Err(Rejected::Bytes {
                limit: limits.span_bytes,
            });
        }
        let span = SpanView::parse(bytes)?;
        if span.trace_id == TraceId::default() {
            return Err(Rejected::TraceId);
        }
        if span.span_id == SpanId::default() {
            return Err(Rejected::SpanId);
        }
        if span.start.max(span.end) > limits.latest {
            return Err(Rejected::Time { limit: limits.latest });
        }
        let (mut attributes, mut events, mut links) = (0, 0, 0);
        for field in Fields::new(bytes) {
            match field? {
                (3, field) => field.text(3).map(|_| ())?,
                (4, field) => check_parent(field.bytes(4)?)?,
                (9, field) => {
                    attributes += 1;
                    check_attribute(field.bytes(9)?, limits)?;
                }
                (11, field) => {
                    events += 1;
                    check_event(field.bytes(11)?, limits)?;
                }
                (13, field) => {
                    links += 1;
                    check_link(field.bytes(13)?, limits)?;
                }
                (15, field) => check_status(field.bytes(15)?)?,
                (10 | 12 | 14, field) => field.varint(10).map(|_| ())?,
                (16, field) => field.fixed32(16).map(|_| ())?,
                _ => {}
            }
        }
        let most = attributes.max(events).max(links);
        if most > limits.attributes {
            return Err(Rejected::Many {
                limit: limits.attributes,
            });
        }
        Ok(span)
    }

    /// The whole span.
    ///
    /// # Errors
    /// When the bytes are no span.
    pub fn read(&self, resource: Arc<Resource>, scope: Arc<Scope>) -> Result<Span, WireError> {
        let mut span = Span {
            trace_id: self.trace_id,
            span_id: self.span_id,
            parent_id: self.parent_id,
            trace_state: String::new(),
            flags: 0,
            name: self.name.to_owned(),
            kind: Kind::from_otlp(self.kind),
            start: self.start,
            end: self.end,
            attributes: Vec::new(),
            dropped_attributes: 0,
            events: Vec::new(),
            dropped_events: 0,
            links: Vec::new(),
            dropped_links: 0,
            status: status(self.status)?,
            resource,
            scope,
        };
        for field in Fields::new(self.bytes) {
            match field? {
                (3, field) => field.text(3)?.clone_into(&mut span.trace_state),
                (9, field) => span.attributes.push(attribute(field.bytes(9)?)?),
                (10, field) => span.dropped_attributes = count(field.varint(10)?),
                (11, field) => span.events.push(event(field.bytes(11)?)?),
                (12, field) => span.dropped_events = count(field.varint(12)?),
                (13, field) => span.links.push(link(field.bytes(13)?)?),
                (14, field) => span.dropped_links = count(field.varint(14)?),
                (16, field) => span.flags = field.fixed32(16)?,
                _ => {}
            }
        }
        Ok(span)
    }
}

/// A parent is absent, or an id; some senders write eight zeros for none.
fn check_parent(bytes: &[u8]) -> Result<(), Rejected> {
    if bytes.is_empty() || bytes.len() == 8 {
        Ok(())
    } else {
        Err(Rejected::SpanId)
    }
}

fn check_attribute(bytes: &[u8], limits: &Limits) -> Result<(), Rejected> {
    let attribute = AttributeView::check(bytes, 0)?;
    if attribute.key.len() > limits.key_bytes {
        return Err(Rejected::Key {
            limit: limits.key_bytes,
        });
    }
    Ok(())
}

fn check_event(bytes: &[u8], limits: &Limits) -> Result<(), Rejected> {
    for field in Fields::new(bytes) {
        match field? {
            (1, field) => field.fixed64(1).map(|_| ())?,
            (2, field) => field.text(2).map(|_| ())?,
            (3, field) => check_attribute(field.bytes(3)?, limits)?,
            (4, field) => field.varint(4).map(|_| ())?,
            _ => {}
        }
    }
    Ok(())
}

fn check_link(bytes: &[u8], limits: &Limits) -> Result<(), Rejected> {
    for field in Fields::new(bytes) {
        match field? {
            (1, field) => TraceId::from_slice(field.bytes(1)?)
                .map(|_| ())
                .ok_or(Rejected::Link)?,
            (2, field) => SpanId::from_slice(field.bytes(2)?)
                .map(|_| ())
                .ok_or(Rejected::Link)?,
            (3, field) => field.text(3).map(|_| ())?,
            (4, field) => check_attribute(field.bytes(4)?, limits)?,
            (5, field) => field.varint(5).map(|_| ())?,
            (6, field) => field.fixed32(6).map(|_| ())?,
            _ => {}
        }
    }
    Ok(())
}

fn check_status(bytes: &[u8]) -> Result<(), WireError> {
    status(bytes).map(|_| ())
}

fn status(bytes: &[u8]) -> Result<Status, WireError> {
    let mut status = Status::default();
    for field in Fields::new(bytes) {
        match field? {
            (2, field) => field.text(2)?.clone_into(&mut status.message),
            (3, field) => status.code = StatusCode::from_otlp(field.varint(3)?),
            _ => {}
        }
    }
    Ok(status)
}

fn event(bytes: &[u8]) -> Result<Event, WireError> {
    let mut event = Event::default();
    for field in Fields::new(bytes) {
        match field? {
            (1, field) => event.time = field.fixed64(1)?,
            (2, field) => field.text(2)?.clone_into(&mut event.name),
            (3, field) => event.attributes.push(attribute(field.bytes(3)?)?),
            (4, field) => event.dropped_attributes = count(field.varint(4)?),
            _ => {}
        }
    }
    Ok(event)
}

fn link(bytes: &[u8]) -> Result<Link, WireError> {
    let mut link = Link::default();
    for field in Fields::new(bytes) {
        match field? {
            (1, field) => link.trace_id = TraceId::from_slice(field.bytes(1)?).unwrap_or_default(),
            (2, field) => link.span_id = SpanId::from_slice(field.bytes(2)?).unwrap_or_default(),
            (3, field) => field.text(3)?.clone_into(&mut link.trace_state),
            (4, field) => link.attributes.push(attribute(field.bytes(4)?)?),
            (5, field) => link.dropped_attributes = count(field.varint(5)?),
            (6, field) => link.flags = field.fixed32(6)?,
            _ => {}
        }
    }
    Ok(link)
}
