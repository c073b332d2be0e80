//! The part of a span that travels: ids, flags and `tracestate`.

use crate::id::{SpanId, TraceFlags, TraceId};
use std::sync::Arc;

/// What identifies a span across processes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpanContext {
    /// The trace.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
    /// The trace's flags.
    pub flags: TraceFlags,
    /// `tracestate` as it is sent: valid members, joined with commas. `None` where there is none.
    pub trace_state: Option<Arc<str>>,
    /// Whether it came from another process.
    pub is_remote: bool,
}

impl SpanContext {
    /// Whether both ids are valid.
    pub fn is_valid(&self) -> bool {
        self.trace_id.is_valid() && self.span_id.is_valid()
    }

    /// Whether the trace is sampled.
    pub fn is_sampled(&self) -> bool {
        self.flags.is_sampled()
    }
}
