//! The current span and what travels with it.
mod span_context;
pub use span_context::SpanContext;
