//! What one format found in a carrier.

use crate::context::SpanContext;
use crate::id::{SpanId, TraceFlags, TraceId};

/// A sender's span, and whether the sender left the sampling decision to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) span: SpanContext,
    pub(super) sampling_deferred: bool,
}

impl Found {
    /// A remote span of these ids; no decision in `sampled` defers it.
    pub(super) fn new(trace_id: TraceId, span_id: SpanId, sampled: Option<bool>) -> Self {
        Self {
            span: SpanContext {
                trace_id,
                span_id,
                flags: TraceFlags::default().with_sampled(sampled.unwrap_or(false)),
                trace_state: None,
                is_remote: true,
            },
            sampling_deferred: sampled.is_none(),
        }
    }
}
