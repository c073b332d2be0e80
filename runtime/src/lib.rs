//! Spanwright makes a program observable by annotation.

#![deny(unsafe_code)]

// Modules in the order of the flow: each imports only those above it.
mod context;
mod db;
#[cfg(feature = "pipeline")]
#[allow(dead_code, unused_imports, reason = "`init()`, which reads it, is still to come")]
mod config;
#[cfg(feature = "pipeline")]
mod destination;
mod id;
mod limits;
mod llm;
mod propagate;
#[allow(unsafe_code)]
mod raw;
mod record;
mod redact;
#[cfg(feature = "pipeline")]
mod sampler;
mod semconv;
mod site;
mod tool;
mod value;

pub use context::SpanContext;
#[cfg(feature = "pipeline")]
pub use destination::{Batch, Delivered, DeliveryError, Destination, Signals, console};
pub use id::{SpanId, TraceFlags, TraceId};
pub use limits::Limits;
pub use record::{
    Attributes, Event, HistogramPoint, Kind, Link, LogRecord, Metric, MetricData, NumberPoint, Outcome,
    Record, Resource, Severity, SpanRecord, Status,
};
#[cfg(feature = "pipeline")]
pub use sampler::{Sample, SampleRequest, Sampler, SamplerError};
pub use site::Site;
pub use value::{Key, Value};

/// Prints what Spanwright is configured to do.
pub fn doctor() {}
/// Bounds a future in time.
pub fn timeout() {}
