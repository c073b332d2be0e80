//! Spans, with their events and links.

use super::value::attribute;
use super::{Budget, Malformed, each, id, small, text};
use crate::destination::otlp::wire::Field;
use crate::id::{SpanId, TraceFlags, TraceId};
use crate::record::{Event, Kind, Link, Outcome, SpanRecord, Status};
use crate::semconv;
use std::borrow::Cow;
use std::sync::Arc;

/// `Span.flags`: the parent is in another process.
const IS_REMOTE: u32 = 1 << 9;

const STATUS_OK: u64 = 1;

pub(super) fn span(message: &[u8], scope: &str, budget: &mut Budget) -> Result<SpanRecord, Malformed> {
    budget.charge::<SpanRecord>()?;
    let mut span = SpanRecord::new(TraceId::INVALID, SpanId::INVALID, "");
    span.scope = scope.to_owned().into();
    each(message, |field| {
        match field {
            (1, Field::Bytes(bytes)) => span.trace_id = TraceId::from_bytes(id(bytes)?),
            (2, Field::Bytes(bytes)) => span.span_id = SpanId::from_bytes(id(bytes)?),
            (3, Field::Bytes(bytes)) => span.trace_state = Arc::from(text(bytes)?),
            (4, Field::Bytes(bytes)) => span.parent_span_id = Some(SpanId::from_bytes(id(bytes)?)),
            (5, Field::Bytes(bytes)) => span.name = text(bytes)?.into(),
            (6, Field::Varint(kind)) => span.kind = kind_of(kind),
            (7, Field::Fixed64(time)) => span.start_ns = time,
            (8, Field::Fixed64(time)) => span.end_ns = time,
            (9, Field::Bytes(item)) => attribute(&mut span.attributes, item, budget)?,
            (10, Field::Varint(count)) => span.dropped_attributes = small(count)?,
            (11, Field::Bytes(item)) => span.events.push(event(item, budget)?),
            (12, Field::Varint(count)) => span.dropped_events = small(count)?,
            (13, Field::Bytes(item)) => span.links.push(link(item, budget)?),
            (14, Field::Varint(count)) => span.dropped_links = small(count)?,
            (15, Field::Bytes(item)) => span.status = status(item)?,
            (16, Field::Fixed32(flags)) => {
                span.flags = TraceFlags::from_byte(flags as u8);
                span.parent_is_remote = flags & IS_REMOTE != 0;
            }
            _ => {}
        }
        Ok(())
    })?;
    span.outcome = outcome(&span);
    Ok(span)
}

/// OTLP's numbers begin at 1, for `internal`.
fn kind_of(number: u64) -> Kind {
    u8::try_from(number)
        .ok()
        .and_then(|number| number.checked_sub(1))
        .map_or(Kind::Internal, Kind::from_byte)
}

/// How it ended is an attribute where it is neither success nor failure.
fn outcome(span: &SpanRecord) -> Outcome {
    let named = span.attribute(semconv::OUTCOME).and_then(|value| value.as_str());
    match (named, &span.status) {
        (Some("cancelled"), _) => Outcome::Cancelled,
        (Some("timeout"), _) => Outcome::Timeout,
        (Some("panicked"), _) => Outcome::Panicked,
        (Some("abandoned"), _) => Outcome::Abandoned,
        (_, Status::Error(_)) => Outcome::Error,
        _ => Outcome::Ok,
    }
}

fn status(message: &[u8]) -> Result<Status, Malformed> {
    let (mut description, mut code) = (String::new(), 0);
    each(message, |field| {
        match field {
            (2, Field::Bytes(bytes)) => description = text(bytes)?,
            (3, Field::Varint(number)) => code = number,
            _ => {}
        }
        Ok(())
    })?;
    Ok(match code {
        0 => Status::Unset,
        STATUS_OK => Status::Ok,
        _ => Status::Error(description.into()),
    })
}

fn event(message: &[u8], budget: &mut Budget) -> Result<Event, Malformed> {
    budget.charge::<Event>()?;
    let mut event = Event {
        time_ns: 0,
        name: Cow::Borrowed(""),
        attributes: Vec::new(),
        dropped_attributes: 0,
    };
    each(message, |field| {
        match field {
            (1, Field::Fixed64(time)) => event.time_ns = time,
            (2, Field::Bytes(bytes)) => event.name = text(bytes)?.into(),
            (3, Field::Bytes(item)) => attribute(&mut event.attributes, item, budget)?,
            (4, Field::Varint(count)) => event.dropped_attributes = small(count)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(event)
}

fn link(message: &[u8], budget: &mut Budget) -> Result<Link, Malformed> {
    budget.charge::<Link>()?;
    let mut link = Link {
        trace_id: TraceId::INVALID,
        span_id: SpanId::INVALID,
        flags: TraceFlags::default(),
        trace_state: Arc::from(""),
        attributes: Vec::new(),
    };
    each(message, |field| {
        match field {
            (1, Field::Bytes(bytes)) => link.trace_id = TraceId::from_bytes(id(bytes)?),
            (2, Field::Bytes(bytes)) => link.span_id = SpanId::from_bytes(id(bytes)?),
            (3, Field::Bytes(bytes)) => link.trace_state = Arc::from(text(bytes)?),
            (4, Field::Bytes(item)) => attribute(&mut link.attributes, item, budget)?,
            (6, Field::Fixed32(flags)) => link.flags = TraceFlags::from_byte(flags as u8),
            _ => {}
        }
        Ok(())
    })?;
    Ok(link)
}
