//! Where records go. A destination is one place; each has its own queue, thread, retries and counters.
//!
//! Write your own by implementing [`Destination`]; `examples/own_destination` does.

pub mod console;
pub mod file;
#[cfg(feature = "otlp")]
mod http;
mod into;
#[cfg(feature = "otlp")]
mod jaeger;
pub(crate) mod jaeger_route;
mod json;
#[cfg(feature = "opentelemetry")]
pub(crate) mod opentelemetry;
pub mod otlp;
#[cfg(feature = "prometheus")]
mod prometheus;
#[cfg(feature = "jaeger-thrift")]
mod thrift;
#[cfg(feature = "otlp")]
mod zipkin;

pub use file::{File, FileError};
#[cfg(feature = "otlp")]
pub use http::SettingsError;
pub use into::IntoDestination;
#[cfg(feature = "otlp")]
pub use jaeger::Jaeger;
#[cfg(feature = "otlp")]
pub use otlp::{Compression, Otlp, OtlpDestination};
#[cfg(feature = "otlp")]
pub use zipkin::Zipkin;

#[cfg(feature = "prometheus")]
pub use prometheus::{Prometheus, PrometheusDestination, PrometheusError};

#[cfg(feature = "otlp")]
pub use crate::profile::Profile;

use crate::record::{LogRecord, Metric, Resource, Signal, SpanRecord};
use std::borrow::Cow;
#[cfg(feature = "otlp")]
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

/// What is wrong with an [`Otlp`].
#[cfg(feature = "otlp")]
pub type OtlpError = SettingsError;

/// Which records a destination takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signals {
    /// Ended spans.
    pub traces: bool,
    /// Log records.
    pub logs: bool,
    /// Metrics.
    pub metrics: bool,
}

impl Signals {
    /// Spans, logs and metrics.
    pub const ALL: Self = Self {
        traces: true,
        logs: true,
        metrics: true,
    };
    /// Spans only.
    pub const TRACES: Self = Self {
        traces: true,
        logs: false,
        metrics: false,
    };
}

impl Signal {
    /// Whether a destination with these signals takes it.
    pub(crate) const fn is_in(self, signals: Signals) -> bool {
        match self {
            Self::Traces => signals.traces,
            Self::Logs => signals.logs,
            Self::Metrics => signals.metrics,
        }
    }
}

/// Records that are delivered together. All of it is already redacted and within the limits.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Batch {
    /// What all the records share.
    pub resource: Arc<Resource>,
    /// Ended spans.
    pub spans: Vec<SpanRecord>,
    /// Log records.
    pub logs: Vec<LogRecord>,
    /// Metrics.
    pub metrics: Vec<Metric>,
    /// Spans that are encoded already, instead of `spans`: only where all destinations of spans asked for it.
    #[cfg(feature = "otlp")]
    pub(crate) encoded: otlp::EncodedSpans,
}

impl Batch {
    /// An empty batch.
    pub fn new(resource: Arc<Resource>) -> Self {
        Self {
            resource,
            spans: Vec::new(),
            logs: Vec::new(),
            metrics: Vec::new(),
            #[cfg(feature = "otlp")]
            encoded: otlp::EncodedSpans::default(),
        }
    }

    /// Number of records of all three kinds.
    pub fn len(&self) -> usize {
        self.span_count() + self.logs.len() + self.metrics.len()
    }

    /// Number of spans, in either form.
    pub(crate) fn span_count(&self) -> usize {
        #[cfg(feature = "otlp")]
        let encoded = self.encoded.len();
        #[cfg(not(feature = "otlp"))]
        let encoded = 0;
        encoded + self.spans.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tells one batch from another by its records' ids and times: whether a batch is one that was tried before.
    #[cfg(feature = "otlp")]
    pub(crate) fn identity(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.spans.len(), self.logs.len(), self.metrics.len()).hash(&mut hasher);
        for span in &self.spans {
            span.span_id.hash(&mut hasher);
        }
        for log in &self.logs {
            (log.time_ns, log.span_id).hash(&mut hasher);
        }
        for metric in &self.metrics {
            metric.name.hash(&mut hasher);
        }
        hasher.finish()
    }

    /// The first and the second half of each kind of records: two batches to send where one is too large.
    pub(crate) fn halves(&self) -> (Self, Self) {
        fn cut<T: Clone>(all: &[T]) -> (Vec<T>, Vec<T>) {
            let (front, back) = all.split_at(all.len() / 2);
            (front.to_vec(), back.to_vec())
        }
        let (mut front, mut back) = (
            Self::new(Arc::clone(&self.resource)),
            Self::new(Arc::clone(&self.resource)),
        );
        (front.spans, back.spans) = cut(&self.spans);
        (front.logs, back.logs) = cut(&self.logs);
        (front.metrics, back.metrics) = cut(&self.metrics);
        #[cfg(feature = "otlp")]
        {
            let (middle, len) = (self.encoded.len() / 2, self.encoded.len());
            (front.encoded, back.encoded) = (self.encoded.part(0..middle), self.encoded.part(middle..len));
        }
        (front, back)
    }
}

/// What became of a batch that reached its destination.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Records that the other side refused one by one (OTLP's partial success); they are not sent again.
    pub rejected: u64,
    /// What the other side said of them.
    pub message: Option<String>,
}

/// Why a batch did not reach its destination. The message never holds a header, a key or a payload.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// It may work later: the same batch is tried again, after `after` if the other side said so.
    #[error("{message}")]
    Retry {
        /// How long the other side asked to wait.
        after: Option<Duration>,
        /// What happened, for people.
        message: String,
    },
    /// It will never work: the batch is dropped and counted.
    #[error("{message}")]
    Permanent {
        /// What happened, for people.
        message: String,
    },
    /// Not from us, or not at this address: a wrong key, a wrong path. The batch is dropped and counted; after three in
    /// a row the destination is left alone, and asked every 30 seconds, while what comes waits.
    #[error("{message}")]
    Denied {
        /// What happened, for people.
        message: String,
    },
    /// The batch is too large: it is split in two down to one record.
    #[error("{message}")]
    TooLarge {
        /// What happened, for people.
        message: String,
    },
}

impl DeliveryError {
    /// A failure that may pass.
    pub fn retry(message: impl Into<String>) -> Self {
        Self::Retry {
            after: None,
            message: message.into(),
        }
    }

    /// A failure that will not pass.
    pub fn permanent(message: impl Into<String>) -> Self {
        Self::Permanent {
            message: message.into(),
        }
    }
}

/// One place that records go to.
///
/// All methods are called on the destination's own thread, where blocking is fine. A panic in one of them
/// loses that batch, is counted, and the thread goes on.
pub trait Destination: Send + 'static {
    /// The name in reports, health and messages, such as `otlp`. Must not hold a secret.
    fn name(&self) -> Cow<'static, str>;

    /// Which records it takes; the others are not offered.
    fn signals(&self) -> Signals {
        Signals::ALL
    }

    /// Whether it takes spans as OTLP's bytes; then it need not be given them as records.
    #[doc(hidden)]
    fn takes_encoded_spans(&self) -> bool {
        false
    }

    /// Delivers a batch, or says why not. Called again with the same batch after [`DeliveryError::Retry`].
    ///
    /// # Errors
    /// See [`DeliveryError`] for what each kind does.
    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError>;

    /// Everything delivered so far must be out when this returns; called at each flush and at shutdown.
    ///
    /// # Errors
    /// Reported, never retried.
    fn flush(&mut self) -> Result<(), DeliveryError> {
        Ok(())
    }

    /// A fresh, unconnected copy for a forked child process. Without one, what a child records for this
    /// destination is dropped and counted.
    fn for_child(&self) -> Option<Box<dyn Destination>> {
        None
    }

    /// What whoever starts the program should know, such as that a key travels unencrypted. Each is said once, on stderr,
    /// when the pipeline starts. Must not hold a secret.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// One line for [`doctor`](crate::doctor): where it sends and whether that can be reached just now.
    fn describe(&self) -> String {
        self.name().into_owned()
    }
}
