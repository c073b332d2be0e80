//! To be written.
use crate::record::SpanRecord;
pub(crate) fn apply(_: &mut SpanRecord) {}
