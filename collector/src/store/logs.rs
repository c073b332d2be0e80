//! Log records of spans: stored beside the blocks, by trace, as small OTLP requests of their own.

use std::collections::{BTreeMap, HashSet};

use super::ReadError;
use super::codec::{Compressor, damaged, expand};
use super::fingerprint;
use super::partition::StoredLog;
use crate::model::{LogRecord, TraceId};
use crate::wire::{Limits, LogView, Message, Place, Request, Signal};

/// The records of a request, by trace.
pub(super) fn store(request: &Request, compressor: &mut Compressor) -> Vec<StoredLog> {
    let mut traces: BTreeMap<TraceId, Vec<Place>> = BTreeMap::new();
    for place in &request.records {
        if let Ok(log) = LogView::parse(request.record(*place)) {
            traces.entry(log.trace_id).or_default().push(*place);
        }
    }
    let stored = traces.into_iter().filter_map(|(id, places)| {
        let frame = compressor.frame(&message(request, &places)).ok()?;
        Some(StoredLog {
            trace: fingerprint::trace(id),
            frame,
        })
    });
    stored.collect()
}

/// An `ExportLogsServiceRequest` of these records, which are in the order of their scopes.
fn message(request: &Request, places: &[Place]) -> Vec<u8> {
    let mut message = Message::default();
    for places in places.chunk_by(|one, other| one.scope == other.scope) {
        let scoped = request.scopes[places[0].scope as usize];
        let mut scope = Message::default();
        scope.bytes(1, request.scope(scoped));
        for place in places {
            scope.bytes(2, request.record(*place));
        }
        scope.bytes(3, request.scope_schema(scoped).as_bytes());
        let mut resource = Message::default();
        resource
            .bytes(1, request.resource(scoped))
            .message(2, &scope)
            .bytes(3, request.resource_schema(scoped).as_bytes());
        message.message(1, &resource);
    }
    message.0
}

/// The records of a trace in a frame that [`store`] made.
pub(super) fn read_frame(frame: &[u8], id: TraceId) -> Result<Vec<LogRecord>, ReadError> {
    read(&request(frame)?, id)
}

/// The request in a frame that [`store`] made.
pub(super) fn request(frame: &[u8]) -> Result<Request, ReadError> {
    let request = Request::read(Signal::Logs, expand(frame)?.into(), &Limits::default());
    request.map_err(|_| damaged("log records"))
}

/// The records of a trace in a request.
pub(super) fn read(request: &Request, id: TraceId) -> Result<Vec<LogRecord>, ReadError> {
    let trace = Place::trace_of(id);
    let mut records = Vec::new();
    for place in request.records.iter().filter(|place| place.trace == trace) {
        let wrong = |_| damaged("log records");
        let log = LogView::parse(request.record(*place)).map_err(wrong)?;
        if log.trace_id == id {
            let (resource, scope) = request.origin(place.scope).map_err(wrong)?;
            records.push(log.read(resource, scope).map_err(wrong)?);
        }
    }
    Ok(records)
}

/// In the order of their time. What came twice is there once: log records have no id, so one is another's copy when all
/// that they hold is the same.
pub(super) fn once(mut records: Vec<LogRecord>) -> Vec<LogRecord> {
    records.sort_by_key(|record| record.time);
    let mut once = Vec::with_capacity(records.len());
    let mut rest = records.into_iter().peekable();
    // Written out only where two have the same time; a NaN, too, is like itself then.
    let mut same_time: HashSet<String> = HashSet::new();
    let mut time = None;
    while let Some(record) = rest.next() {
        if time != Some(record.time) {
            same_time.clear();
        }
        let followed = rest.peek().is_some_and(|next| next.time == record.time);
        let alone = time != Some(record.time) && !followed;
        time = Some(record.time);
        if alone || same_time.insert(format!("{record:?}")) {
            once.push(record);
        }
    }
    once
}
