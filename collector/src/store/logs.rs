//! Log records of spans: stored beside the blocks, by trace, as small OTLP requests of their own.

use std::collections::BTreeMap;

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
