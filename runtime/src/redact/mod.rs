//! To be written.
use crate::record::{LogRecord, Metric, Resource, SpanRecord};

/// To be written.
#[derive(Clone, Debug, Default)]
pub struct Redactor;

/// How many values a redactor replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Redactions {
    /// Replaced by a rule.
    pub redacted: u64,
    /// Withheld because a rule failed.
    pub failed: u64,
}

#[cfg(feature = "pipeline")]
impl Redactor {
    pub(crate) fn redact_span(&self, _: &mut SpanRecord) -> Redactions {
        Redactions::default()
    }
    pub(crate) fn redact_log(&self, _: &mut LogRecord) -> Redactions {
        Redactions::default()
    }
    pub(crate) fn redact_metric(&self, _: &mut Metric) -> Redactions {
        Redactions::default()
    }
    pub(crate) fn redact_resource(&self, _: &mut Resource) -> Redactions {
        Redactions::default()
    }
}
