//! `tracing` both ways.
//!
//! Out: a span of ours becomes a `tracing` span too, where something listens there ([`out`]). In: spans and events
//! of other crates become part of our traces ([`layer`]), and events become log lines that carry our ids
//! ([`logs`]). What leaves by either way is redacted here, since no destination of ours sees it.

mod callsite;
mod clean;
mod json;
pub(crate) mod out;
#[allow(unused_imports, reason = "for `init`")]
pub(crate) use clean::set_redactor;
