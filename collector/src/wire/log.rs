//! OTLP's `LogRecord`.

use std::sync::Arc;

use super::resource::{attribute, count};
use super::value::{AttributeView, ValueView};
use super::{Fields, Limits, Rejected, WireError};
use crate::model::{LogRecord, Nanos, Resource, Scope, SpanId, TraceId, Value};

/// A log record in place: what it is found by. The rest is read from the bytes when it is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogView<'a> {
    /// The message.
    pub bytes: &'a [u8],
    /// The trace of its span; 0 where the bytes have none.
    pub trace_id: TraceId,
    /// The span it was written in; 0 where the bytes have none.
    pub span_id: SpanId,
    /// When it happened, else when it was observed.
    pub time: Nanos,
}

impl<'a> LogView<'a> {
    /// Reads what a log record is found by.
    ///
    /// # Errors
    /// When the bytes are no log record.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let mut log = LogView {
            bytes,
            trace_id: TraceId::default(),
            span_id: SpanId::default(),
            time: 0,
        };
        let mut observed = 0;
        for field in Fields::new(bytes) {
            match field? {
                (1, field) => log.time = field.fixed64(1)?,
                (9, field) => log.trace_id = TraceId::from_slice(field.bytes(9)?).unwrap_or_default(),
                (10, field) => log.span_id = SpanId::from_slice(field.bytes(10)?).unwrap_or_default(),
                (11, field) => observed = field.fixed64(11)?,
                _ => {}
            }
        }
        if log.time == 0 {
            log.time = observed;
        }
        Ok(log)
    }

    /// Reads a log record to its depths, and holds it to `limits`.
    pub(super) fn check(bytes: &'a [u8], limits: &Limits) -> Result<Self, Rejected> {
        if bytes.len() > limits.span_bytes {
            return Err(Rejected::Bytes {
                limit: limits.span_bytes,
            });
        }
        let log = LogView::parse(bytes)?;
        if log.trace_id == TraceId::default() || log.span_id == SpanId::default() {
            return Err(Rejected::NoSpan);
        }
        let mut attributes = 0;
        for field in Fields::new(bytes) {
            match field? {
                (number @ (3 | 12), field) => field.text(number).map(|_| ())?,
                (5, field) => ValueView::check_bytes(field.bytes(5)?)?,
                (6, field) => {
                    attributes += 1;
                    AttributeView::check(field.bytes(6)?, 0)?;
                }
                (number @ (2 | 7), field) => field.varint(number).map(|_| ())?,
                _ => {}
            }
        }
        if attributes > limits.attributes {
            return Err(Rejected::Many {
                limit: limits.attributes,
            });
        }
        Ok(log)
    }

    /// The whole record.
    ///
    /// # Errors
    /// When the bytes are no log record.
    pub fn read(&self, resource: Arc<Resource>, scope: Arc<Scope>) -> Result<LogRecord, WireError> {
        let mut log = LogRecord {
            trace_id: self.trace_id,
            span_id: self.span_id,
            time: self.time,
            severity: 0,
            severity_text: String::new(),
            body: Value::Empty,
            attributes: Vec::new(),
            dropped_attributes: 0,
            event_name: String::new(),
            resource,
            scope,
        };
        for field in Fields::new(self.bytes) {
            match field? {
                (2, field) => log.severity = u8::try_from(field.varint(2)?).unwrap_or(0),
                (3, field) => field.text(3)?.clone_into(&mut log.severity_text),
                (5, field) => log.body = ValueView::parse(field.bytes(5)?)?.read()?,
                (6, field) => log.attributes.push(attribute(field.bytes(6)?)?),
                (7, field) => log.dropped_attributes = count(field.varint(7)?),
                (12, field) => field.text(12)?.clone_into(&mut log.event_name),
                _ => {}
            }
        }
        Ok(log)
    }
}
