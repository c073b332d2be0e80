//! Collected spans as a tree.

use crate::record::SpanRecord;
use std::fmt::Write;

/// The spans that have no parent among `spans`, or this one, in the order of their starts.
pub(super) fn below<'a>(spans: &'a [SpanRecord], parent: Option<&SpanRecord>) -> Vec<&'a SpanRecord> {
    let known = |span: &SpanRecord| {
        spans
            .iter()
            .any(|other| Some(other.span_id) == span.parent_span_id)
    };
    let mut found: Vec<_> = spans
        .iter()
        .filter(|span| match parent {
            Some(parent) => span.parent_span_id == Some(parent.span_id),
            None => !known(span),
        })
        .collect();
    found.sort_by_key(|span| span.start_ns);
    found
}

pub(super) fn print(spans: &[SpanRecord]) -> String {
    let mut text = String::new();
    for root in below(spans, None) {
        write(&mut text, spans, root, 0);
    }
    text
}

fn write(text: &mut String, spans: &[SpanRecord], span: &SpanRecord, depth: usize) {
    let attributes: Vec<_> = span
        .attributes
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let outcome = span.outcome.as_str();
    let _ = writeln!(
        text,
        "{:indent$}{} [{}] {outcome}",
        "",
        span.name,
        attributes.join(", "),
        indent = depth * 2
    );
    for child in below(spans, Some(span)) {
        write(text, spans, child, depth + 1);
    }
}
