//! `tracing` both ways.
//!
//! Out: a span of ours becomes a `tracing` span too, where something listens there ([`out`]). In: spans and events
//! of other crates become part of our traces ([`layer`]), and events become log lines that carry our ids
//! ([`logs`]). What leaves by either way is redacted here, since no destination of ours sees it.

#[cfg(feature = "subscriber")]
mod adopted;
mod callsite;
mod clean;
#[cfg(feature = "subscriber")]
mod event;
#[cfg(feature = "subscriber")]
mod fields;
#[cfg(feature = "subscriber")]
mod filter;
#[cfg(feature = "subscriber")]
mod foreign;
#[cfg(feature = "subscriber")]
mod forwarded;
#[cfg(feature = "subscriber")]
mod install;
mod json;
#[cfg(feature = "subscriber")]
mod layer;
#[cfg(feature = "subscriber")]
mod logs;
pub(crate) mod out;
mod parent;

/// What is locked here, while the thread that has it forks.
#[cfg(all(unix, feature = "pipeline"))]
pub(crate) type Kept = (out::Kept, callsite::Kept);

/// Lets no other thread have it; see [`Kept`].
#[cfg(all(unix, feature = "pipeline"))]
pub(crate) fn keep() -> Kept {
    (out::keep(), callsite::keep())
}

pub(crate) use clean::passes_id;
#[cfg(feature = "pipeline")]
pub(crate) use clean::set_redactor;
#[cfg(feature = "subscriber")]
pub(crate) use install::{Subscriber, describe, install};
#[cfg(feature = "subscriber")]
pub use layer::layer;
#[cfg(feature = "subscriber")]
pub use logs::Logs;

#[cfg(test)]
#[cfg(feature = "subscriber")]
mod tests;
