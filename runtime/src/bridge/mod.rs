//! `tracing` both ways.
#[allow(dead_code)]
pub(crate) mod out;
