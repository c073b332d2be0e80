//! How records gather and how long they are tried: the builder's part, and switching destinations while the program
//! runs.

use super::builder::Builder;
use crate::config::{Batching, Settings};
use crate::pipeline::{self, Policy};
use std::time::Duration;

/// What the builder says of delivery; what it does not say, the environment does.
#[derive(Default)]
pub(super) struct Delivery {
    pub(super) queue_bytes: Option<usize>,
    delay: Option<Duration>,
    pub(super) batch_records: Option<usize>,
    patience: Option<Duration>,
    attempts: Option<u32>,
    unmeasured: bool,
    pub(super) self_metrics: Option<bool>,
    #[cfg(feature = "spool")]
    pub(super) spool: Option<crate::spool::Spool>,
}

impl Builder {
    /// Bytes that all records in the process may take; default 32 MiB.
    pub fn queue_bytes(mut self, bytes: usize) -> Self {
        self.delivery.queue_bytes = Some(bytes);
        self
    }

    /// Longest time that an ended span waits for its batch; default 1 s.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delivery.delay = Some(delay);
        self
    }

    /// Most spans of a batch; default 8,192.
    pub fn batch_spans(mut self, count: usize) -> Self {
        self.delivery.batch_records = Some(count.max(1));
        self
    }

    /// A batch is given up, and counted as expired, after it was tried for so long; default five minutes. Time that a
    /// server asked for by `Retry-After` does not count.
    pub fn retry_for(mut self, time: Duration) -> Self {
        self.delivery.patience = Some(time);
        self
    }

    /// A batch is given up, and counted as expired, after so many attempts; default as many as the time allows.
    pub fn most_attempts(mut self, count: u32) -> Self {
        self.delivery.attempts = Some(count.max(1));
        self
    }

    /// Whether the sites that ask for it (`#[traced(metrics)]`) are measured; default on. Off, they send no metrics
    /// anywhere: for a program whose backend takes none.
    pub fn metrics(mut self, on: bool) -> Self {
        self.delivery.unmeasured = !on;
        self
    }

    /// Also makes OpenTelemetry's metrics of an SDK, `otel.sdk.*`: what the pipeline does, by destination; default off.
    pub fn self_metrics(mut self, on: bool) -> Self {
        self.delivery.self_metrics = Some(on);
        self
    }
}

impl Delivery {
    pub(super) fn measures(&self) -> bool {
        !self.unmeasured
    }

    pub(super) fn delay(&self, batching: &Batching) -> Duration {
        // Zero would spin.
        self.delay.unwrap_or(batching.delay).max(Duration::from_millis(1))
    }

    pub(super) fn policy(&self, settings: &Settings) -> Policy {
        let (spans, logs) = (&settings.span_batches, &settings.log_batches);
        let patience = [
            spans.export_timeout,
            logs.export_timeout,
            settings.metric_timing.timeout,
        ];
        Policy {
            patience: patience.map(|own| self.patience.or(own)),
            attempts: self.attempts.or(settings.attempts),
            records: [spans.queue_records, logs.queue_records, None],
        }
    }
}

/// Switches every destination of this name off or on; `false` where there is none.
///
/// Off, it is sent nothing: what waits for it and what would go there is dropped, and counted as
/// [`SwitchedOff`](crate::DropReason::SwitchedOff), which is no loss. An attempt that is under way ends.
/// `SPANWRIGHT_DISABLED_DESTINATIONS` switches off from the start.
pub fn set_destination(name: &str, on: bool) -> bool {
    pipeline::switch(name, on)
}
