//! Log records that belong to a span: exceptions and content, where they are wanted as logs.

use super::live::Live;
use crate::record::Severity;
use crate::value::Value;

/// Hands a log record over to where the span goes.
#[cfg(feature = "pipeline")]
pub(crate) fn record_log(
    live: &Live,
    severity: Severity,
    event_name: &str,
    body: Option<&Value>,
    fields: &[(&str, Value)],
) {
    super::layout::log(live, severity, event_name, body, fields);
}

#[cfg(not(feature = "pipeline"))]
pub(crate) fn record_log(_: &Live, _: Severity, _: &str, _: Option<&Value>, _: &[(&str, Value)]) {}
