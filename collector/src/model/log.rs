//! Log records that belong to spans.

use std::sync::Arc;

use super::{Attribute, Nanos, Resource, Scope, SpanId, TraceId, Value};

/// A log record that names the span it was written in. OTLP's `LogRecord` with its resource and scope.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRecord {
    /// The span's trace.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
    /// When it happened; where the sender does not say, when it was observed.
    pub time: Nanos,
    /// OTLP's number, 1 (trace) to 24 (fatal); 0 where nobody said.
    pub severity: u8,
    /// The sender's own word for the severity.
    pub severity_text: String,
    /// What it says.
    pub body: Value,
    /// The details.
    pub attributes: Vec<Attribute>,
    /// Attributes that the sender left out.
    pub dropped_attributes: u32,
    /// The kind of event that the record is; empty for plain logs.
    pub event_name: String,
    /// What wrote it.
    pub resource: Arc<Resource>,
    /// The library that wrote it.
    pub scope: Arc<Scope>,
}
