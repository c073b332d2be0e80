//! Log records.

use super::value::{any_value, attribute};
use super::{Budget, Malformed, each, id, small, text};
use crate::destination::otlp::wire::Field;
use crate::id::{SpanId, TraceFlags, TraceId};
use crate::record::{LogRecord, Severity};
use std::borrow::Cow;

pub(super) fn log(message: &[u8], scope: &str, budget: &mut Budget) -> Result<LogRecord, Malformed> {
    budget.charge::<LogRecord>()?;
    let mut log = LogRecord {
        time_ns: 0,
        severity: Severity::Trace,
        event_name: Cow::Borrowed(""),
        body: None,
        trace_id: TraceId::INVALID,
        span_id: SpanId::INVALID,
        flags: TraceFlags::default(),
        scope: scope.to_owned().into(),
        attributes: Vec::new(),
        dropped_attributes: 0,
    };
    each(message, |field| {
        match field {
            (1, Field::Fixed64(time)) => log.time_ns = time,
            (2, Field::Varint(number)) => log.severity = Severity::from_byte(number.min(24) as u8),
            (5, Field::Bytes(body)) => log.body = Some(any_value(body, 0, budget)?),
            (6, Field::Bytes(item)) => attribute(&mut log.attributes, item, budget)?,
            (7, Field::Varint(count)) => log.dropped_attributes = small(count)?,
            (8, Field::Fixed32(flags)) => log.flags = TraceFlags::from_byte(flags as u8),
            (9, Field::Bytes(bytes)) => log.trace_id = TraceId::from_bytes(id(bytes)?),
            (10, Field::Bytes(bytes)) => log.span_id = SpanId::from_bytes(id(bytes)?),
            (12, Field::Bytes(bytes)) => log.event_name = text(bytes)?.into(),
            _ => {}
        }
        Ok(())
    })?;
    Ok(log)
}
