//! What a sampler keeps beside what it samples.

use crate::record::SpanRecord;
use std::time::Duration;

/// Which traces are kept although they were not sampled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keep {
    /// Those whose local root ended with an error.
    pub(crate) errors: bool,
    /// Those whose local root took at least so long.
    pub(crate) slower_than: Option<Duration>,
}

impl Keep {
    /// Whether the trace of this local root, which has ended, is one of them.
    pub(crate) fn wants(&self, root: &SpanRecord) -> bool {
        self.errors && root.outcome.is_error()
            || self.slower_than.is_some_and(|least| root.duration() >= least)
    }
}
