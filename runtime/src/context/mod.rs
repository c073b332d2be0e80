//! The current span, and what travels with it: within a thread by a stack, elsewhere by [`Context`].

mod carried;
mod handle;
mod span_context;
mod stack;

pub(crate) use carried::Carried;
#[cfg(feature = "pipeline")]
pub(crate) use carried::Route;
pub use handle::{Context, ContextGuard, InContext};
pub use span_context::SpanContext;
pub(crate) use stack::{Body, Entry, Mode, Stack, mode, with_stack};
