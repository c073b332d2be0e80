//! Attribute names of OpenTelemetry's semantic conventions, in one versioned place.

/// `error.type`
pub(crate) const ERROR_TYPE: &str = "error.type";
/// `exception.type`
pub(crate) const EXCEPTION_TYPE: &str = "exception.type";
/// `exception.message`
pub(crate) const EXCEPTION_MESSAGE: &str = "exception.message";
/// `exception.stacktrace`
pub(crate) const EXCEPTION_STACKTRACE: &str = "exception.stacktrace";
/// The texts of the errors below, outermost first; ours.
pub(crate) const EXCEPTION_SOURCES: &str = "spanwright.exception.sources";
/// How a span ended, where that is not `ok` or `error`; ours.
pub(crate) const OUTCOME: &str = "spanwright.outcome";
/// Items that a stream gave; ours.
pub(crate) const STREAM_ITEMS: &str = "spanwright.stream.items";
