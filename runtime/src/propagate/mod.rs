//! Trace context across process boundaries: header lines in, a [`SpanContext`](crate::SpanContext) and
//! [`Baggage`] out, and back.
//!
//! [`Propagators`] reads and writes the configured [`Format`]s; [`Trust`] decides what an inbound context may
//! do; [`Extract`] and [`Inject`] are what it is read from and written to. Only [`extract`], [`inject`] and
//! [`Inbound::context`] know the process: the formats that are set for it, and the current span. All else works
//! on what it is given.
//!
//! Input is hostile until proven otherwise: each format is checked to the letter, work and memory are bounded
//! over all lines of a header together, and nothing received is logged.

mod b3;
mod baggage;
mod carrier;
mod current;
mod format;
mod found;
mod hex;
mod jaeger;
mod legacy;
pub(crate) mod percent;
mod propagators;
mod traceparent;
mod tracestate;
mod trust;
mod xray;

pub use baggage::{Baggage, BaggageError, BaggageMember, BaggageProperty};
pub use carrier::{Extract, Inject};
#[cfg(feature = "pipeline")]
pub(crate) use current::{describe, set_propagators};
pub use current::{extract, inject, inject_context};
pub use format::{Format, FormatError};
pub use propagators::{Extracted, Propagators};
pub use trust::{Inbound, Trust};

use found::Found;

#[cfg(test)]
mod w3c_tests;
