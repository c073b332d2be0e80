//! What the targets in `fuzz/` reach of the inside of the library. Compiled with `--cfg fuzzing` alone, and no part of
//! the API: nothing here does more than call.

#![allow(missing_docs)]

use crate::capture::CUT;
use crate::db::{Dialect, Summary, sanitize};
use crate::destination::otlp::json;
use crate::record::{LogRecord, Metric, Resource, SpanRecord};
use crate::value::Value;
use crate::{limits, redact};

#[cfg(feature = "spool")]
pub use crate::spool::fuzzing as spool;

/// What ends a text that was cut when it was captured.
pub const CUT_AT_CAPTURE: &str = CUT;

/// A text under a key, redacted by the default rules.
pub fn redact(key: &str, text: &str) -> String {
    redact::redact_inline(key, text).into_owned()
}

/// A value under a key, redacted by the default rules and bounded.
pub fn redact_and_limit(key: &str, value: &mut Value, length: usize) {
    redact::Redactor::default().redact_value(key, value);
    limits::limit_value(key, value, length);
}

/// A text in at most about so many characters.
pub fn truncate(text: &mut String, length: usize) -> bool {
    limits::truncate(text, length)
}

/// A query without its literals, as a system of this name writes it.
pub fn sanitize_query(text: &str, system: &str) -> String {
    sanitize(text, Dialect::of(Some(system)))
}

/// What a query does, in a few words.
pub fn summary(text: &str) -> String {
    Summary::of(text).as_str().to_owned()
}

/// Requests as OTLP's JSON.
pub fn json_of_spans(resource: &Resource, spans: &[SpanRecord]) -> Vec<u8> {
    let mut out = Vec::new();
    json::traces(&mut out, resource, spans);
    out
}

pub fn json_of_logs(resource: &Resource, logs: &[LogRecord]) -> Vec<u8> {
    let mut out = Vec::new();
    json::logs(&mut out, resource, logs);
    out
}

pub fn json_of_metrics(resource: &Resource, metrics: &[Metric]) -> Vec<u8> {
    let mut out = Vec::new();
    json::metrics(&mut out, resource, metrics);
    out
}
