//! A log record: an exception, captured content, or an event that is given as a log.

use super::Attributes;
use crate::id::{SpanId, TraceFlags, TraceId};
use crate::value::Value;
use std::borrow::Cow;

/// OpenTelemetry's severity numbers, the first of each range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// 1
    Trace = 1,
    /// 5
    Debug = 5,
    /// 9
    Info = 9,
    /// 13
    Warn = 13,
    /// 17
    Error = 17,
    /// 21
    Fatal = 21,
}

impl Severity {
    /// `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }

    pub(crate) const fn from_byte(byte: u8) -> Self {
        match byte {
            0..=4 => Self::Trace,
            5..=8 => Self::Debug,
            9..=12 => Self::Info,
            13..=16 => Self::Warn,
            17..=20 => Self::Error,
            _ => Self::Fatal,
        }
    }
}

/// A log record, as hooks and destinations see it.
#[derive(Clone, Debug)]
pub struct LogRecord {
    /// Nanoseconds since the Unix epoch.
    pub time_ns: u64,
    /// How serious it is.
    pub severity: Severity,
    /// OpenTelemetry's event name, such as `exception`; empty for a plain log line.
    pub event_name: Cow<'static, str>,
    /// The message or structured content.
    pub body: Option<Value>,
    /// The trace it belongs to; invalid for none.
    pub trace_id: TraceId,
    /// The span it belongs to; invalid for none.
    pub span_id: SpanId,
    /// The trace's flags.
    pub flags: TraceFlags,
    /// The instrumentation scope: the Rust module path.
    pub scope: Cow<'static, str>,
    /// The attributes.
    pub attributes: Attributes,
    /// Attributes left out by the limits.
    pub dropped_attributes: u32,
}

impl LogRecord {
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.event_name.len()
            + self.body.as_ref().map_or(0, Value::heap_bytes)
            + super::attributes_bytes(&self.attributes)
    }
}
