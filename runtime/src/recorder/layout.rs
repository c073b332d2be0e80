//! The bytes of records, as they are handed over. Numbers are little-endian.

use super::handover::{self, Records};
use super::live::Live;
use super::switchboard::{self, Mode};
use crate::context::Carried;
use crate::record::{Outcome, Severity};
use crate::value::Value;
use crate::wire;
use std::sync::Arc;

pub(crate) const SPAN: u8 = 1;
pub(crate) const LOG: u8 = 2;
/// A span that has attributes at most; see [`plain_span`].
pub(crate) const PLAIN: u8 = 3;

/// Bytes of the fixed part of a span's record.
const SPAN_HEADER: usize = 91;
/// Bytes of the fixed part of a plain span's record.
const PLAIN_HEADER: usize = 62;

/// The record of a span that has attributes at most, and went well:
/// `length u32 | PLAIN | kind u8 | bits u8 (1 remote parent) | trace flags u8 | site u32 | trace 16 | span 8 | parent 8 |
/// start u64 | end u64 | dropped attributes u16 | attributes`.
#[inline]
pub(super) fn plain_span(records: &Records, live: &Live) {
    let end = crate::clock::now();
    match switchboard::mode() {
        Mode::Active | Mode::ActiveWithTracing => {}
        mode => return handover::unwanted(mode),
    }
    let attributes = live.attributes.as_slice();
    let length = PLAIN_HEADER + attributes.len();
    records.push(length, |writer| {
        writer.record(attributes, |header: &mut [u8; PLAIN_HEADER]| {
            let start = [
                live.kind as u8,
                live.parent_is_remote.into(),
                live.flags.to_wire(),
            ];
            header[0..4].copy_from_slice(&(length as u32).to_le_bytes());
            header[4] = PLAIN;
            header[5..8].copy_from_slice(&start);
            header[8..12].copy_from_slice(&live.site.number().to_le_bytes());
            header[12..28].copy_from_slice(&live.trace_id.to_bytes());
            header[28..36].copy_from_slice(&live.span_id.to_bytes());
            header[36..44].copy_from_slice(&live.parent.to_bytes());
            header[44..52].copy_from_slice(&live.start.to_le_bytes());
            header[52..60].copy_from_slice(&end.max(live.start).to_le_bytes());
            header[60..62].copy_from_slice(&live.dropped_attributes().to_le_bytes());
        })
    });
}

/// A span's record:
/// `length u32 | SPAN | kind u8 | outcome u8 | bits u8 (1 remote parent, 2 status OK) | trace flags u8 | site u32 |
/// trace 16 | span 8 | parent 8 | start u64 | end u64 | dropped attributes, events, links u16 | then the lengths and
/// the bytes of name (u16), message (u32), trace state (u16), attributes, carried, events, links (u32 each)`.
pub(super) fn span(live: &Live) {
    let end = crate::clock::now();
    let extra = live.extra();
    let carried = extra.carried.as_ref();
    let carried_attributes: &[u8] = carried.map_or(&[], |carried| &carried.attributes);
    let trace_state: &str = extra.trace_state.as_deref().unwrap_or_default();
    let parts = [
        &header(live, end, trace_state.len(), carried_attributes.len()),
        extra.name.as_slice(),
        extra.message.as_bytes(),
        trace_state.as_bytes(),
        &live.attributes,
        carried_attributes,
        &extra.events,
        &extra.links,
    ];
    submit(&extra.carried, parts);
}

/// The fixed part, at fixed places.
fn header(live: &Live, end: u64, trace_state: usize, carried: usize) -> [u8; SPAN_HEADER] {
    let mut header = [0; SPAN_HEADER];
    let extra = live.extra();
    let lengths = [
        live.attributes.len(),
        carried,
        extra.events.len(),
        extra.links.len(),
    ];
    let length =
        SPAN_HEADER + extra.name.len() + extra.message.len() + trace_state + lengths.iter().sum::<usize>();
    let [events_dropped, links_dropped] = live.dropped();
    header[0..4].copy_from_slice(&(length as u32).to_le_bytes());
    header[4] = SPAN;
    header[5] = live.kind as u8;
    header[6] = extra.outcome.unwrap_or(Outcome::Ok) as u8;
    header[7] = u8::from(live.parent_is_remote) | u8::from(extra.ok) << 1;
    header[8] = live.flags.to_wire();
    header[9..13].copy_from_slice(&live.site.number().to_le_bytes());
    header[13..29].copy_from_slice(&live.trace_id.to_bytes());
    header[29..37].copy_from_slice(&live.span_id.to_bytes());
    header[37..45].copy_from_slice(&live.parent.to_bytes());
    header[45..53].copy_from_slice(&live.start.to_le_bytes());
    header[53..61].copy_from_slice(&end.max(live.start).to_le_bytes());
    header[61..63].copy_from_slice(&live.dropped_attributes().to_le_bytes());
    header[63..65].copy_from_slice(&events_dropped.to_le_bytes());
    header[65..67].copy_from_slice(&links_dropped.to_le_bytes());
    header[67..69].copy_from_slice(&(extra.name.len() as u16).to_le_bytes());
    header[69..73].copy_from_slice(&(extra.message.len() as u32).to_le_bytes());
    header[73..75].copy_from_slice(&(trace_state as u16).to_le_bytes());
    for (at, length) in [75, 79, 83, 87].into_iter().zip(lengths) {
        header[at..at + 4].copy_from_slice(&(length as u32).to_le_bytes());
    }
    header
}

/// A log record:
/// `length u32 | LOG | severity u8 | trace flags u8 | site u32 | trace 16 | span 8 | time u64 | event name u16+bytes |
/// body u8 (1: a value follows) | attributes`, carried ones after the record's own.
pub(super) fn log(
    live: &Live,
    severity: Severity,
    event_name: &str,
    body: Option<&Value>,
    fields: &[(&str, Value)],
) {
    let mut record = vec![0, 0, 0, 0, LOG, severity as u8, live.flags.to_byte()];
    record.extend_from_slice(&live.site.number().to_le_bytes());
    record.extend_from_slice(&live.trace_id.to_bytes());
    record.extend_from_slice(&live.span_id.to_bytes());
    record.extend_from_slice(&crate::clock::now().to_le_bytes());
    wire::put_key(&mut record, event_name);
    record.push(u8::from(body.is_some()));
    if let Some(body) = body {
        wire::put_value(&mut record, body);
    }
    for (key, value) in fields {
        wire::put_key(&mut record, key);
        wire::put_value(&mut record, value);
    }
    if let Some(carried) = live.carried() {
        record.extend_from_slice(&carried.attributes);
    }
    let length = record.len() as u32;
    record[..4].copy_from_slice(&length.to_le_bytes());
    submit(live.carried(), [&record]);
}

fn submit<const PARTS: usize>(carried: &Option<Arc<Carried>>, parts: [&[u8]; PARTS]) {
    if let Some(route) = Carried::route_of(carried) {
        route.take(&parts.concat()[4..]);
        return;
    }
    match switchboard::mode() {
        Mode::Active | Mode::ActiveWithTracing => {
            let length = parts.iter().map(|part| part.len()).sum();
            handover::push(length, |writer| writer.push(parts));
        }
        mode => handover::unwanted(mode),
    }
}
