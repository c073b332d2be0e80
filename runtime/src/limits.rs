//! How much of a value, a span and an event is kept.

/// Counts and sizes that bound what is exported. The defaults are OpenTelemetry's, but for the value's length,
/// which is 4,096 characters here and unlimited there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Characters of a string value that are kept; applied after redaction.
    pub value_length: usize,
    /// Attributes of a span.
    pub attributes: usize,
    /// Events of a span.
    pub events: usize,
    /// Links of a span.
    pub links: usize,
    /// Attributes of an event.
    pub event_attributes: usize,
    /// Attributes of a link.
    pub link_attributes: usize,
    /// Attributes of a log record.
    pub log_attributes: usize,
    /// Characters of a string value in a log record.
    pub log_value_length: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            value_length: 4096,
            attributes: 128,
            events: 128,
            links: 128,
            event_attributes: 128,
            link_attributes: 128,
            log_attributes: 128,
            log_value_length: 4096,
        }
    }
}
#[cfg(feature = "pipeline")]
pub(crate) fn apply_to_span(_: &mut crate::record::SpanRecord, _: &Limits) {}
#[cfg(feature = "pipeline")]
pub(crate) fn apply_to_log(_: &mut crate::record::LogRecord, _: &Limits) {}
