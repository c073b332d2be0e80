//! From a body to the store.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::budget::{Budget, Reservation};
use super::config::IngestConfig;
use super::cors::Allowed;
use super::counts::{Counters, add};
use super::encoding::{Encoding, convert, unpack};
use super::held::Held;
use super::refusal::Refusal;
use super::status::{Outcome, Signal};
use crate::model::now;
use crate::store::Append;
use crate::wire::{self, JsonRequest, Request, count_points, from_json, from_zipkin};

/// Bytes of a body that are read where they arrived. Larger ones would keep a thread from its connections, and go to
/// one of their own.
const PLAIN_IN_PLACE: usize = 1 << 20;
const PACKED_IN_PLACE: usize = 32 << 10;

/// What all connections have in common.
pub(super) struct Shared {
    pub(super) config: IngestConfig,
    pub(super) budget: Arc<Budget>,
    pub(super) counters: Counters,
    pub(super) cors: Allowed,
    pub(super) store: Arc<dyn Append>,
    /// One for each core: of those that unpack at the same time, each has a window of its own.
    pub(super) unpackers: Arc<Semaphore>,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Protobuf,
    Json,
    /// Zipkin's v2 JSON.
    Zipkin,
}

/// What a request's head says of its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Announced {
    pub(super) signal: Signal,
    pub(super) format: Format,
    pub(super) encoding: Encoding,
    /// See [`KEEP`].
    pub(super) kept: bool,
}

/// The header of HTTP by which a sender says, with `true`, that its request does not expire: what is imported does so.
pub const KEEP: &str = "spanwright-keep";

/// A body that has been read.
#[derive(Debug)]
enum Taken {
    Request(Request, Reservation),
    Points(u64),
}

/// Reads a body, and stores what is in it. Ready when that is durable.
pub(super) async fn take(
    shared: &Arc<Shared>,
    announced: Announced,
    mut held: Held,
) -> Result<Outcome, Refusal> {
    let plain = announced.encoding == Encoding::Identity && announced.format == Format::Protobuf;
    let in_place = if plain { PLAIN_IN_PLACE } else { PACKED_IN_PLACE };
    let taken = if held.length() <= in_place {
        read(&shared.config, announced, held)?
    } else {
        let permit = Arc::clone(&shared.unpackers).acquire_owned().await;
        let shared = Arc::clone(shared);
        held.wait_for_room();
        let reading = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            read(&shared.config, announced, held)
        });
        reading.await.map_err(|_| Refusal::Internal)??
    };
    match taken {
        Taken::Points(points) => Ok(points_not_stored(shared, points)),
        Taken::Request(request, reservation) => store(shared, request, reservation).await,
    }
}

fn read(config: &IngestConfig, announced: Announced, held: Held) -> Result<Taken, Refusal> {
    let Announced {
        signal,
        format,
        encoding,
        kept,
    } = announced;
    let (bytes, reservation) = match format {
        Format::Protobuf => unpack(held, encoding, config.largest())?,
        Format::Json => {
            let request = match signal {
                Signal::Traces => JsonRequest::Traces,
                Signal::Logs => JsonRequest::Logs,
                Signal::Metrics => JsonRequest::Metrics,
            };
            convert(held, encoding, config.largest(), |json, room| {
                from_json(request, json, room)
            })?
        }
        Format::Zipkin => convert(held, encoding, config.largest(), |json, room| {
            from_zipkin(json, now(), room)
        })?,
    };
    let signal = match signal {
        Signal::Traces => wire::Signal::Traces,
        Signal::Logs => wire::Signal::Logs,
        Signal::Metrics => {
            let points = count_points(&bytes).map_err(|error| not_otlp(&error))?;
            return Ok(Taken::Points(points));
        }
    };
    let mut request = Request::read(signal, Bytes::from(bytes), &config.limits)?;
    request.kept = kept;
    match &request.reason {
        // Zipkin's answer has no place for a part.
        Some(reason) if format == Format::Zipkin => {
            let all = request.records.len() + request.rejected;
            let rejected = request.rejected;
            let why = format_args!(
                "none of {all} spans is stored: {rejected} are wrong, the first because {reason}"
            );
            Err(Refusal::bad_data(&why))
        }
        _ => Ok(Taken::Request(request, reservation)),
    }
}

fn not_otlp(error: &wire::WireError) -> Refusal {
    Refusal::bad_data(&format_args!("the request is not OTLP protobuf: {error}"))
}

fn points_not_stored(shared: &Shared, points: u64) -> Outcome {
    add(&shared.counters.points, points);
    let reason = if points == 0 {
        String::new()
    } else {
        "metrics are not stored: this collector keeps traces, and the log records of their spans".to_owned()
    };
    Outcome {
        rejected: points,
        reason,
    }
}

/// Stores a request. Its bytes count as held until the store has answered, also when the sender has gone.
async fn store(shared: &Shared, request: Request, reservation: Reservation) -> Result<Outcome, Refusal> {
    let rejected = request.rejected as u64;
    let accepted = request.records.len() as u64;
    let reason = request.reason.clone();
    let counter = match request.signal {
        wire::Signal::Traces => &shared.counters.spans,
        wire::Signal::Logs => &shared.counters.logs,
    };
    if accepted > 0 {
        let store = Arc::clone(&shared.store);
        let stored = tokio::spawn(async move {
            let result = store.append(request).await;
            drop(reservation);
            result
        });
        let stored = stored.await.map_err(|_| Refusal::Internal)?;
        stored.inspect_err(|error| shared.counters.store_failed(error))?;
        add(counter, accepted);
    }
    let Some(reason) = reason else {
        return Ok(Outcome::default());
    };
    shared.counters.rejected(&reason, rejected);
    let all = accepted + rejected;
    Ok(Outcome {
        rejected,
        reason: format!("{rejected} of {all} are rejected, the first because {reason}"),
    })
}
