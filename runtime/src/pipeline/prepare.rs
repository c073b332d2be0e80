//! What happens to every record between the recorder and the destinations, in this order: settle, legacy names, redact,
//! limit. Redaction comes before truncation: a secret must not be cut into something that no rule knows.

use crate::limits::{self, Limits};
use crate::record::{LogRecord, SpanRecord};
use crate::redact::{Redactions, Redactor};

/// The rules of one pipeline, or of one test.
#[derive(Clone, Debug, Default)]
pub(crate) struct Preparation {
    pub(crate) redactor: Redactor,
    pub(crate) limits: Limits,
    /// Also write the attribute names of the systems in `docs/legacy-names.md`.
    pub(crate) legacy_names: bool,
}

impl Preparation {
    /// Whether an attribute of this key changes others of its span.
    #[cfg(feature = "otlp")]
    pub(crate) fn settles(key: &str) -> bool {
        crate::db::settles(key) || crate::llm::settles(key)
    }

    /// Prepares a span; answers the log record that holds its content, where content goes there, prepared too.
    pub(crate) fn span(&self, span: &mut SpanRecord) -> (Option<LogRecord>, Redactions) {
        let mut counts = Redactions::default();
        crate::db::settle(span);
        let details = crate::llm::settle(span).map(|mut details| {
            counts += self.log(&mut details);
            details
        });
        if self.legacy_names {
            crate::legacy::apply(span);
        }
        counts += self.redactor.redact_span(span);
        limits::apply_limits(span, &self.limits);
        (details, counts)
    }

    /// Prepares a log record.
    pub(crate) fn log(&self, log: &mut LogRecord) -> Redactions {
        let counts = self.redactor.redact_log(log);
        limits::apply_log_limits(log, &self.limits);
        counts
    }
}
