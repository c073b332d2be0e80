//! What travels down the pipeline: spans, log records and metrics.

mod log;
mod metric;
mod resource;
#[cfg(feature = "pipeline")]
mod signal;
mod span;

pub use log::{LogRecord, Severity};
pub use metric::{HistogramPoint, Metric, MetricData, NumberPoint};
pub use resource::Resource;
#[cfg(feature = "pipeline")]
pub(crate) use signal::Signal;
#[cfg(feature = "pipeline")]
pub(crate) use span::no_trace_state;
pub use span::{Event, Kind, Link, Outcome, SpanRecord, Status};

use crate::value::{Key, Value};

/// Attributes in the order they were set; each key once.
pub type Attributes = Vec<(Key, Value)>;

/// One of the three things a destination may take.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Record {
    /// An ended span.
    Span(SpanRecord),
    /// A log record: an exception, content, or an event given as a log.
    Log(LogRecord),
    /// An aggregated metric.
    Metric(Metric),
}

/// Bytes of memory a list of attributes takes, for the byte budgets.
pub(crate) fn attributes_bytes(attributes: &Attributes) -> usize {
    attributes
        .iter()
        .map(|(key, value)| size_of::<(Key, Value)>() + key.len() + value.heap_bytes())
        .sum()
}
