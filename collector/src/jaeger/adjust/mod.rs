//! What Jaeger does to a trace before it shows it, unless it is asked for the raw one: ids that two spans share are
//! told apart, tags of the library stand with the process, and what cannot be right is warned of.

mod shared_ids;
mod skew;
mod tags;

use crate::model::{Span, Trace};

/// A span, and what must be known of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shown {
    pub(super) span: Span,
    pub(super) warnings: Vec<String>,
}

/// The spans of a trace as they came.
pub(super) fn raw(trace: Trace) -> Vec<Shown> {
    trace
        .spans
        .into_iter()
        .map(|span| Shown {
            span,
            warnings: Vec::new(),
        })
        .collect()
}

/// The spans of a trace as Jaeger shows them.
pub(super) fn adjusted(trace: Trace) -> Vec<Shown> {
    let mut spans = raw(trace);
    shared_ids::tell_apart(&mut spans);
    skew::warn(&mut spans);
    tags::correct(&mut spans);
    spans
}
