//! OpenTelemetry's own types: the exact stack that this build uses, exporters as destinations, and contexts both ways.
//!
//! This module follows the `opentelemetry` crates from release to release and is exempt from semantic versioning.
//!
//! ```no_run
//! # use opentelemetry_sdk::trace::SpanExporter;
//! # fn run(exporter: impl SpanExporter + 'static) -> Result<(), Box<dyn std::error::Error>> {
//! let guard = spanwright::builder("shop").destination(spanwright::otel::exporter(exporter)).init()?;
//! // Code that reads OpenTelemetry's current context sees our span:
//! let _attached = spanwright::otel::current_context().attach();
//! # Ok(())
//! # }
//! ```

pub use crate::destination::opentelemetry::exporter;
#[cfg(any(feature = "tokio", feature = "grpc"))]
pub use crate::destination::opentelemetry::exporter_on;
pub use opentelemetry;
pub use opentelemetry_sdk;

use crate::context::{Context, SpanContext};
use crate::id::{SpanId, TraceFlags, TraceId};
use crate::recorder::{IntoLink, IntoParent};
use opentelemetry::trace::{self as api, TraceContextExt, TraceState};
use std::str::FromStr;
use std::sync::Arc;

/// The current span as OpenTelemetry's context; attach it for code that reads that one. Without a span it is
/// OpenTelemetry's own current context.
pub fn current_context() -> opentelemetry::Context {
    let current = Context::current();
    let span = current.span();
    if !span.is_valid() {
        return opentelemetry::Context::current();
    }
    let trace_state = span
        .trace_state
        .as_deref()
        .and_then(|text| TraceState::from_str(text).ok())
        .unwrap_or_default();
    opentelemetry::Context::current().with_remote_span_context(api::SpanContext::new(
        api::TraceId::from_bytes(span.trace_id.to_bytes()),
        api::SpanId::from_bytes(span.span_id.to_bytes()),
        api::TraceFlags::new(span.flags.to_byte()),
        true,
        trace_state,
    ))
}

fn span_context(context: &opentelemetry::Context) -> Option<SpanContext> {
    let span = context.span().span_context().clone();
    let trace_state = span.trace_state().header();
    let own = SpanContext {
        trace_id: TraceId::from_bytes(span.trace_id().to_bytes()),
        span_id: SpanId::from_bytes(span.span_id().to_bytes()),
        flags: TraceFlags::from_byte(span.trace_flags().to_u8()),
        trace_state: (!trace_state.is_empty()).then(|| Arc::from(trace_state)),
        // Recorded by another SDK, if in this very process: our sampler is asked, with it as the parent.
        is_remote: true,
    };
    own.is_valid().then_some(own)
}

impl IntoParent for opentelemetry::Context {
    fn to_parent(&self) -> Option<Context> {
        span_context(self).map(|span| Context::new().with_span(span))
    }
}

impl IntoLink for opentelemetry::Context {
    fn to_link(&self) -> Option<SpanContext> {
        span_context(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestTraces;

    #[test]
    fn a_context_goes_there_and_back() {
        let traces = TestTraces::start();
        crate::in_span("outer", || {
            let there = current_context();
            let span = there.span().span_context().clone();
            assert_eq!(
                span.trace_id().to_string(),
                crate::current().trace_id().to_string()
            );
            let back = there.to_parent().unwrap();
            assert_eq!(back.span().span_id, crate::current().span_id());
            assert_eq!(there.to_link(), Some(back.span().clone()));
        });
        assert_eq!(traces.spans().len(), 1);
        assert!(opentelemetry::Context::new().to_parent().is_none());
    }
}
