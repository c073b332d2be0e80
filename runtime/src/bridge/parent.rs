//! `tracing` spans as parents and links of ours: `parent = &self.span`, `follows_from = causes`.

use crate::context::{Context, SpanContext};
use crate::recorder::{IntoLink, IntoParent};
use tracing_core::dispatcher;
use tracing_core::span::Id;

#[cfg(feature = "subscriber")]
use super::layer::context_of;

/// Without the layer nobody knows of `tracing`'s spans here.
#[cfg(not(feature = "subscriber"))]
fn context_of(_: &tracing_core::Dispatch, _: &Id) -> Option<Context> {
    None
}

fn of_span(span: &tracing::Span) -> Option<Context> {
    span.with_subscriber(|(id, dispatch)| context_of(dispatch, id))
        .flatten()
}

fn of_id(id: &Id) -> Option<Context> {
    dispatcher::get_default(|dispatch| context_of(dispatch, id))
}

/// Below our span of this one. Where there is none (it is disabled, or its subscriber has not
/// [`layer`](crate::layer())), below the current span: a filter tears no trace.
impl IntoParent for tracing::Span {
    fn to_parent(&self) -> Option<Context> {
        Some(of_span(self).unwrap_or_else(Context::current))
    }
}

/// As of a `tracing::Span`; looked up in this thread's subscriber.
impl IntoParent for Id {
    fn to_parent(&self) -> Option<Context> {
        Some(of_id(self).unwrap_or_else(Context::current))
    }
}

/// To our span of this one, where there is one.
impl IntoLink for tracing::Span {
    fn to_link(&self) -> Option<SpanContext> {
        of_span(self)?.to_link()
    }
}

/// As of a `tracing::Span`; looked up in this thread's subscriber.
impl IntoLink for Id {
    fn to_link(&self) -> Option<SpanContext> {
        of_id(self)?.to_link()
    }
}
