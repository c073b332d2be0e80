//! From the recorder's bytes to records.

use crate::clock::Anchor;
use crate::id::{SpanId, TraceFlags, TraceId};
use crate::record::{
    Attributes, Event, Kind, Link, LogRecord, Outcome, Record, Severity, SpanRecord, Status, no_trace_state,
};
use crate::recorder::{LOG, PLAIN, SPAN};
use crate::site::{self, Site};
use crate::wire::{Keys, Reader};
use std::borrow::Cow;
use std::sync::Arc;

/// Turns the recorder's bytes into records. Damaged bytes give `None`.
#[derive(Debug)]
pub(crate) struct Assembler {
    anchor: Anchor,
    keys: Keys,
    /// By number, from 1, as far as they are known here.
    sites: Vec<&'static Site>,
}

impl Assembler {
    pub(crate) fn new() -> Self {
        Self {
            anchor: Anchor::read(),
            keys: Keys::default(),
            sites: Vec::new(),
        }
    }

    /// Follows the wall clock; call it once in a while.
    pub(crate) fn refresh_clock(&mut self) {
        self.anchor.refresh();
    }

    /// Where monotonic readings lie in Unix time.
    pub(crate) fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// Unix time of a monotonic reading.
    pub(crate) fn unix_ns(&self, monotonic: u64) -> u64 {
        self.anchor.unix_ns(monotonic)
    }

    /// One record without its length.
    pub(crate) fn record(&mut self, bytes: &[u8]) -> Option<Record> {
        let mut reader = Reader::new(bytes);
        match reader.u8()? {
            PLAIN => self.plain_span(reader).map(Record::Span),
            SPAN => self.span(reader).map(Record::Span),
            LOG => self.log(reader).map(Record::Log),
            _ => None,
        }
    }

    /// See `plain_span` in the recorder's `layout`.
    fn plain_span(&mut self, mut reader: Reader<'_>) -> Option<SpanRecord> {
        let kind = Kind::from_byte(reader.u8()?);
        let bits = reader.u8()?;
        let begun = self.begun(&mut reader, kind, bits)?;
        let dropped_attributes = reader.u16()?.into();
        Some(SpanRecord {
            attributes: reader.attributes_with(&mut self.keys),
            dropped_attributes,
            ..begun
        })
    }

    /// What both layouts have alike: from the flags to the end's time. The name is the site's.
    fn begun(&mut self, reader: &mut Reader<'_>, kind: Kind, bits: u8) -> Option<SpanRecord> {
        let flags = TraceFlags::from_wire(reader.u8()?);
        let site = self.site(reader.u32()?)?;
        let trace_id = TraceId::from_bytes(reader.array()?);
        let span_id = SpanId::from_bytes(reader.array()?);
        let parent = SpanId::from_bytes(reader.array()?);
        let (start, end) = (reader.u64()?, reader.u64()?);
        Some(SpanRecord {
            parent_span_id: parent.is_valid().then_some(parent),
            parent_is_remote: bits & 1 != 0,
            flags,
            site: Some(site),
            kind,
            scope: Cow::Borrowed(site.target()),
            start_ns: self.unix_ns(start),
            end_ns: self.unix_ns(end),
            ..SpanRecord::new(trace_id, span_id, site.name())
        })
    }

    fn span(&mut self, mut reader: Reader<'_>) -> Option<SpanRecord> {
        let kind = Kind::from_byte(reader.u8()?);
        let outcome = Outcome::from_byte(reader.u8()?);
        let bits = reader.u8()?;
        let begun = self.begun(&mut reader, kind, bits)?;
        let (dropped_attributes, dropped_events, dropped_links) =
            (reader.u16()?, reader.u16()?, reader.u16()?);
        let name_length = reader.u16()?.into();
        let message_length = reader.u32()? as usize;
        let trace_state_length = reader.u16()?.into();
        let lengths =
            [reader.u32()?, reader.u32()?, reader.u32()?, reader.u32()?].map(|length| length as usize);
        let name = reader.text(name_length)?;
        let message = reader.text(message_length)?;
        let trace_state = reader.text(trace_state_length)?;
        let own = Reader::new(reader.take(lengths[0])?).attributes_with(&mut self.keys);
        let attributes = with_carried(own, reader.take(lengths[1])?);
        let events = self.events(Reader::new(reader.take(lengths[2])?));
        let links = self.links(Reader::new(reader.take(lengths[3])?));
        Some(SpanRecord {
            trace_state: shared(&trace_state),
            name: if name.is_empty() {
                begun.name
            } else {
                Cow::Owned(name.into_owned())
            },
            attributes,
            events,
            links,
            status: status(outcome, bits & 2 != 0, &message),
            outcome,
            dropped_attributes: dropped_attributes.into(),
            dropped_events: dropped_events.into(),
            dropped_links: dropped_links.into(),
            ..begun
        })
    }

    /// The site of this number. The list of all is behind a lock, and only ever grows.
    fn site(&mut self, number: u32) -> Option<&'static Site> {
        let at = number.checked_sub(1)? as usize;
        if at >= self.sites.len() {
            self.sites = site::sites();
        }
        self.sites.get(at).copied()
    }

    fn events(&mut self, mut reader: Reader<'_>) -> Vec<Event> {
        std::iter::from_fn(|| {
            let time = reader.u64()?;
            let name_length = reader.u16()?.into();
            let name = reader.text(name_length)?.into_owned();
            let dropped_attributes = reader.u16()?.into();
            let length = reader.u32()? as usize;
            let attributes = Reader::new(reader.take(length)?).attributes_with(&mut self.keys);
            Some(Event {
                time_ns: self.unix_ns(time),
                name: name.into(),
                attributes,
                dropped_attributes,
            })
        })
        .collect()
    }

    fn links(&mut self, mut reader: Reader<'_>) -> Vec<Link> {
        std::iter::from_fn(|| {
            let trace_id = TraceId::from_bytes(reader.array()?);
            let span_id = SpanId::from_bytes(reader.array()?);
            let flags = TraceFlags::from_byte(reader.u8()?);
            let state_length = reader.u16()?.into();
            let trace_state = shared(&reader.text(state_length)?);
            let length = reader.u32()? as usize;
            let attributes = Reader::new(reader.take(length)?).attributes_with(&mut self.keys);
            Some(Link {
                trace_id,
                span_id,
                flags,
                trace_state,
                attributes,
            })
        })
        .collect()
    }

    fn log(&mut self, mut reader: Reader<'_>) -> Option<LogRecord> {
        let severity = Severity::from_byte(reader.u8()?);
        let flags = TraceFlags::from_byte(reader.u8()?);
        let site = self.site(reader.u32()?)?;
        let trace_id = TraceId::from_bytes(reader.array()?);
        let span_id = SpanId::from_bytes(reader.array()?);
        let time = reader.u64()?;
        let name_length = reader.u16()?.into();
        let event_name = reader.text(name_length)?.into_owned();
        let body = if reader.u8()? == 0 {
            None
        } else {
            Some(reader.value()?)
        };
        Some(LogRecord {
            time_ns: self.unix_ns(time),
            severity,
            event_name: event_name.into(),
            body,
            trace_id,
            span_id,
            flags,
            scope: Cow::Borrowed(site.target()),
            attributes: reader.attributes_with(&mut self.keys),
            dropped_attributes: 0,
        })
    }
}

/// A trace state, as records hold it.
fn shared(text: &str) -> Arc<str> {
    if text.is_empty() {
        no_trace_state()
    } else {
        Arc::from(text)
    }
}

/// Carried attributes come after the span's own, which win.
fn with_carried(mut own: Attributes, carried: &[u8]) -> Attributes {
    if !carried.is_empty() {
        for (key, value) in Reader::new(carried).attributes() {
            if own.iter().all(|(have, _)| *have != key) {
                own.push((key, value));
            }
        }
    }
    own
}

fn status(outcome: Outcome, ok: bool, message: &str) -> Status {
    match outcome {
        outcome if outcome.is_error() => Status::Error(match (message, outcome) {
            ("", Outcome::Panicked) => Cow::Borrowed("panicked"),
            ("", Outcome::Timeout) => Cow::Borrowed("timed out"),
            (message, _) => Cow::Owned(message.to_owned()),
        }),
        _ if ok => Status::Ok,
        _ => Status::Unset,
    }
}
