//! What is left to do for a query once its span has ended, on the pipeline's thread: whether it was slow.

use crate::record::SpanRecord;
use crate::semconv::own;
use crate::value::Value;

/// Whether [`settle`] looks for this key.
pub(crate) fn settles(key: &str) -> bool {
    key == own::DB_SLOW_AFTER
}

/// Marks a query that took at least its threshold, and removes the threshold.
pub(crate) fn settle(span: &mut SpanRecord) {
    let Some(at) = span
        .attributes
        .iter()
        .position(|(key, _)| key == own::DB_SLOW_AFTER)
    else {
        return;
    };
    let (_, threshold) = span.attributes.remove(at);
    let threshold = threshold.as_int().and_then(|nanos| u64::try_from(nanos).ok());
    if threshold.is_some_and(|threshold| span.end_ns.saturating_sub(span.start_ns) >= threshold) {
        span.attributes
            .insert(at, (own::DB_SLOW.into(), Value::Bool(true)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::recorded::testing::record;

    #[test]
    fn only_a_slow_query_is_marked() {
        for (threshold, slow) in [(1_000_000_000, true), (1_000_000_001, false)] {
            let mut span = record("q", vec![(own::DB_SLOW_AFTER.into(), Value::Int(threshold))]);
            settle(&mut span);
            let wanted = slow.then_some((own::DB_SLOW.into(), Value::Bool(true)));
            assert_eq!(span.attributes, Vec::from_iter(wanted));
        }
    }
}
