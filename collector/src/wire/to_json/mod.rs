//! Traces become OTLP's JSON, as its specification has it: ids are hex, names lowerCamelCase, enums numbers, 64-bit
//! integers texts, bytes base64. What is empty is left out. [`super::from_json`] reads it back to the same spans.

mod group;
mod record;
mod value;

use std::io::{self, Write};

use crate::model::{LogRecord, Span};

/// Writes spans as `TracesData`: `{"resourceSpans":[…]}`, in one line.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_spans(out: &mut impl Write, spans: &[Span]) -> io::Result<()> {
    out.write_all(b"{\"resourceSpans\":[")?;
    let mut list = ResourceSpans::default();
    list.add(out, spans)?;
    out.write_all(b"]}")
}

/// Writes log records as `LogsData`: `{"resourceLogs":[…]}`, in one line.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_logs(out: &mut impl Write, logs: &[LogRecord]) -> io::Result<()> {
    out.write_all(b"{\"resourceLogs\":[")?;
    group::write(out, logs, &mut false)?;
    out.write_all(b"]}")
}

/// The elements of a list of `ResourceSpans`, trace by trace.
#[derive(Debug, Default)]
pub struct ResourceSpans {
    begun: bool,
}

impl ResourceSpans {
    /// Writes the elements that these spans make, with commas between them and those before.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn add(&mut self, out: &mut impl Write, spans: &[Span]) -> io::Result<()> {
        group::write(out, spans, &mut self.begun)
    }
}
