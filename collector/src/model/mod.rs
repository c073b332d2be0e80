//! What a trace is made of: OpenTelemetry's words, as a reader gets them from the store.
//!
//! What is written never takes this form: it goes from OTLP's bytes into blocks (see [`crate::wire`]).

mod id;
mod log;
mod span;
mod value;

pub use id::{InvalidId, SpanId, TraceId};
pub use log::LogRecord;
pub use span::{Event, Kind, Link, Resource, Scope, Span, Status, StatusCode};
pub use value::{Attribute, Value, find};

use std::time::{SystemTime, UNIX_EPOCH};

/// Nanoseconds since 1970-01-01 UTC, as OTLP has them.
pub type Nanos = u64;

/// The time by the system's clock.
pub fn now() -> Nanos {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Nanos::try_from(since.as_nanos()).unwrap_or(Nanos::MAX)
}

/// A trace as far as it has arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The id that all of its spans have.
    pub id: TraceId,
    /// The spans in the order of their start; a span that arrived twice is in it once.
    pub spans: Vec<Span>,
    /// Log records that belong to the trace's spans, in the order of their time.
    pub logs: Vec<LogRecord>,
}
