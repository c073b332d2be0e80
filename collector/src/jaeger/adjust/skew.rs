//! Warns of spans that do not fit into their parents: clocks may disagree. Jaeger moves none unless it is told to.

use std::collections::HashMap;

use super::Shown;
use crate::jaeger::go::{written_duration, written_value};
use crate::model::{Span, SpanId, Value, find};

const DUPLICATE: &str = "duplicate span IDs; skipping clock skew adjustment";

/// Adds the warnings.
pub(super) fn warn(spans: &mut [Shown]) {
    let mut places: HashMap<SpanId, usize> = HashMap::new();
    for (at, shown) in spans.iter_mut().enumerate() {
        if *places.entry(shown.span.span_id).or_insert(at) != at {
            shown.warnings.push(DUPLICATE.to_owned());
        }
    }
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); spans.len()];
    let mut ahead: Vec<(usize, Option<usize>, i128)> = Vec::new();
    for (at, shown) in spans.iter_mut().enumerate() {
        if places.get(&shown.span.span_id) != Some(&at) {
            continue;
        }
        match shown.span.parent_id.map(|parent| (parent, places.get(&parent))) {
            None => ahead.push((at, None, 0)),
            Some((_, Some(&parent))) => children[parent].push(at),
            Some((parent, None)) => {
                shown.warnings.push(format!(
                    "parent span ID={parent} is not in the trace; skipping clock skew adjustment"
                ));
                ahead.push((at, None, 0));
            }
        }
    }
    // What leads round in a circle is below no root, and is left alone.
    while let Some((at, parent, inherited)) = ahead.pop() {
        let delta = match parent {
            Some(parent) => delta(&spans[at].span, &spans[parent].span, inherited),
            None => 0,
        };
        if delta != 0 {
            let delta = written_duration(i64::try_from(delta).unwrap_or(i64::MAX));
            spans[at].warnings.push(format!(
                "clock skew adjustment disabled; not applying calculated delta of {delta}"
            ));
        }
        ahead.extend(children[at].iter().map(|child| (*child, Some(at), delta)));
    }
}

/// By how many nanoseconds a span's clock seems to be wrong.
fn delta(child: &Span, parent: &Span, inherited: i128) -> i128 {
    let host = host(child);
    if !host.is_empty() && host == self::host(parent) {
        return inherited;
    }
    let times = |span: &Span| (i128::from(span.start), i128::from(span.end.max(span.start)));
    let ((start, end), (parent_start, parent_end)) = (times(child), times(parent));
    let (duration, parent_duration) = (end - start, parent_end - parent_start);
    if duration > parent_duration {
        return (parent_start - start).max(0);
    }
    if start >= parent_start && end <= parent_end {
        return 0;
    }
    // As if the way there took as long as the way back.
    parent_start + (parent_duration - duration) / 2 - start
}

/// What tells the host of a span from others.
fn host(span: &Span) -> String {
    let of = |key| find(&span.resource.attributes, key);
    match (of("host.id"), of("host.ip"), of("host.name")) {
        (Some(id), ..) => written_value(id),
        (None, Some(Value::Array(addresses)), _) if !addresses.is_empty() => written_value(&addresses[0]),
        (None, Some(Value::Text(address)), _) => address.clone(),
        (None, _, Some(name)) => written_value(name),
        (None, _, None) => String::new(),
    }
}
