//! Errors and exceptions (core v1.45).

/// What kind of error ended the operation; few distinct values.
pub const TYPE: &str = "error.type";
/// The value of `error.type` where no better one is known.
pub const OTHER: &str = "_OTHER";
/// The error's type.
pub const EXCEPTION_TYPE: &str = "exception.type";
/// The error's message.
pub const EXCEPTION_MESSAGE: &str = "exception.message";
/// The chain of causes and the backtrace.
pub const EXCEPTION_STACKTRACE: &str = "exception.stacktrace";
/// Event: an exception without an event name of its own.
pub const EVENT_EXCEPTION: &str = "exception";
