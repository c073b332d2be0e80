//! Our spans as `tracing` spans.
use crate::recorder::Live;

pub(crate) fn open(_: &mut Live) {}
pub(crate) fn enter(_: &tracing::Span) {}
pub(crate) fn exit(_: &tracing::Span) {}
pub(crate) fn record(_: &tracing::Span, _: &[u8]) {}
pub(crate) fn close(_: &mut Live) {}
