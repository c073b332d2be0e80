//! What OTLP's two encodings share: records in the order of their scopes, and span flags.

use crate::record::SpanRecord;

/// `AGGREGATION_TEMPORALITY_CUMULATIVE`.
pub(super) const CUMULATIVE: u8 = 2;

/// `STATUS_CODE_OK` and `STATUS_CODE_ERROR`.
pub(super) const STATUS_OK: u8 = 1;
/// See [`STATUS_OK`].
pub(super) const STATUS_ERROR: u8 = 2;

/// `SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK`: the next bit says something.
const HAS_IS_REMOTE: u32 = 1 << 8;
/// `SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK`: the parent is in another process.
const IS_REMOTE: u32 = 1 << 9;

/// `Span.flags`: the trace's flags, and whether the parent is remote.
pub(super) fn span_flags(span: &SpanRecord) -> u32 {
    flags(span.flags.to_byte(), span.parent_is_remote)
}

/// The same from its two parts.
pub(crate) fn flags(trace_flags: u8, parent_is_remote: bool) -> u32 {
    let remote = if parent_is_remote { IS_REMOTE } else { 0 };
    u32::from(trace_flags) | HAS_IS_REMOTE | remote
}

/// The records ordered by scope, those of one scope as they came.
pub(super) fn ordered_by_scope<T>(records: &[T], scope: impl Fn(&T) -> &str) -> Vec<&T> {
    let mut ordered: Vec<&T> = records.iter().collect();
    ordered.sort_by(|a, b| scope(a).cmp(scope(b)));
    ordered
}
