//! Spanwright makes a program observable by annotation.

#![deny(unsafe_code)]

// Modules in the order of the flow: each imports only those above it.
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod bridge;
mod capture;
mod clock;
mod context;
mod db;
#[cfg(feature = "pipeline")]
mod destination;
mod id;
#[cfg(feature = "pipeline")]
mod legacy;
mod limits;
mod llm;
mod manual;
#[cfg(feature = "pipeline")]
mod pipeline;
pub mod propagate;
#[allow(unsafe_code)]
mod raw;
mod record;
mod recorder;
mod redact;
mod semconv;
mod site;
#[cfg(feature = "pipeline")]
pub mod testing;
mod tool;
mod value;
mod wire;

#[cfg(feature = "subscriber")]
pub use bridge::{Logs, layer};
pub use capture::{Capture, Captured};
pub use context::{Context, ContextGuard, InContext, SpanContext};
#[cfg(feature = "pipeline")]
pub use destination::{Batch, Delivered, DeliveryError, Destination, Signals};
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
pub use recorder::{ErrorType, EventBuilder, IntoLink, IntoParent, OpenSpan, SpanRef, Start, current};
pub use site::{Domain, Filter, FilterError, Level, Site, sites};
pub use redact::Redactor;
pub use value::{Key, Value};

/// Prints what Spanwright is configured to do.
pub fn doctor() {}
/// Bounds a future in time.
pub fn timeout() {}
/// Guard.
#[cfg(feature = "pipeline")]
#[derive(Debug)]
pub struct Guard;
#[cfg(feature = "pipeline")]
impl Guard {
    /// Health
    pub fn health(&self) {}
}
