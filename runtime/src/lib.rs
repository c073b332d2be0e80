//! Spanwright makes a program observable by annotation.
//!
//! ```no_run
//! use spanwright::traced;
//!
//! #[traced(capture(order))]
//! fn price(order: u64) -> Result<i64, std::num::TryFromIntError> {
//!     i64::try_from(order * 3)
//! }
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let guard = spanwright::init()?; // shows a tree on a terminal; OTEL_* variables send it elsewhere
//!     price(7)?;
//!     guard.shutdown(std::time::Duration::from_secs(5)).into_result()?;
//!     Ok(())
//! }
//! ```
//!
//! # The flow
//! ```text
//!  annotated fn ──► recorder ──────────► pipeline ──────────────► destinations ──► backends
//!  #[traced]        site, context,       assemble, hooks, redact,  own queue,
//!                   capture, outcome     limit, aggregate          thread, retry
//!       ▲                │
//!  header in ─► propagate ─► context ─► propagate ─► header out
//! ```
//! Nothing is captured unless it is named; everything is redacted and bounded; every span is delivered or counted.
//!
//! # In libraries
//! Depend on `spanwright` with `default-features = false`: the annotations alone, inert until the application
//! calls [`init`].
//!
//! # In applications
//! The default features add the pipeline, the console and file destinations, and OTLP over HTTP with TLS.
//! `grpc`, `opentelemetry`, `tower`, `axum`, `reqwest`, `tokio`, `rayon`, `serde`, `secrecy`, `regex` and `spool` add
//! what they are named after; `spool-encryption` encrypts what is spooled; `jaeger-thrift` is for a [`Jaeger`] of old;
//! `off` leaves every annotated function exactly as written.

#![deny(unsafe_code)]
// Features gate dependencies, not code: with some of them off, part of the code has no caller.
#![cfg_attr(
    not(all(feature = "otlp", feature = "subscriber")),
    allow(dead_code, unused_imports)
)]

// Modules in the order of the flow: each imports only those above it; `tests/tests/layers.rs` checks that.
mod caught;
#[allow(unsafe_code)]
mod raw;
mod id;
mod clock;
mod value;
mod wire;
mod capture;
pub mod semconv;
mod record;
mod site;
mod limits;
mod redact;
pub mod propagate;
mod context;
mod recorder;
mod bridge;
mod manual;
pub mod llm;
pub mod db;
pub mod tool;
mod spawn;
#[cfg(feature = "tokio")]
mod timeout;
#[cfg(any(feature = "tower", feature = "reqwest"))]
pub mod http;
#[cfg(feature = "pipeline")]
mod legacy;
#[cfg(feature = "pipeline")]
mod sampler;
#[cfg(feature = "otlp")]
mod profile;
#[cfg(feature = "pipeline")]
pub mod destination;
#[cfg(feature = "otlp")]
pub mod backend;
#[cfg(feature = "opentelemetry")]
pub mod otel;
#[cfg(feature = "spool")]
pub mod spool;
#[cfg(feature = "pipeline")]
mod pipeline;
#[cfg(feature = "pipeline")]
mod config;
#[cfg(feature = "pipeline")]
mod setup;
#[cfg(feature = "pipeline")]
pub mod testing;
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;

#[cfg(feature = "subscriber")]
pub use bridge::{Logs, layer};
pub use capture::{Capture, Captured, Secret};
pub use context::{Context, ContextGuard, InContext, SpanContext};
#[cfg(feature = "pipeline")]
pub use destination::{Batch, Delivered, DeliveryError, Destination, IntoDestination, Signals};
#[cfg(feature = "otlp")]
pub use destination::{Jaeger, Zipkin};
pub use id::{SpanId, TraceFlags, TraceId};
pub use limits::Limits;
pub use manual::{Session, SpanHandle, add_event, in_span, session};
#[cfg(feature = "pipeline")]
pub use pipeline::{DestinationReport, DropReason, Health, Report};
pub use record::{
    Attributes, Event, HistogramPoint, Kind, Link, LogRecord, Metric, MetricData, NumberPoint, Outcome,
    Record, Resource, Severity, SpanRecord, Status,
};
pub use recorder::open_spans as active_spans;
pub use recorder::{
    ErrorType, EventBuilder, InSpan, IntoLink, IntoParent, OpenSpan, SpanRef, Start, TimedOut, current,
};
#[cfg(feature = "regex")]
pub use redact::PatternError;
pub use redact::{RedactionMode, RedactionRule, Redactor};
#[cfg(feature = "pipeline")]
pub use sampler::{Sample, SampleRequest, Sampler, SamplerError};
#[cfg(feature = "pipeline")]
pub use setup::{Builder, Guard, InitError, builder, diagnosis, doctor, init, set_destination};
pub use site::{Domain, Filter, FilterError, Level, Site, set_filter, sites};
pub use spanwright_macros::{Capture, trace_db_query, trace_llm_call, trace_tool_call, traced};
#[cfg(feature = "rayon")]
pub use spawn::rayon;
pub use spawn::{Carrying, thread};
#[cfg(feature = "tokio")]
pub use spawn::{
    JoinSetExt, spawn, spawn_blocking, spawn_blocking_detached, spawn_detached, spawn_local,
    spawn_local_detached,
};
#[cfg(feature = "tokio")]
pub use timeout::{Timeout, timeout};
pub use value::{Key, Value};
