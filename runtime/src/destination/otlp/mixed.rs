//! A batch of several signals, each a request of its own: one may fail after another arrived.
//!
//! What arrived must not be sent again, nor be counted as lost, when the rest fails. So the state of such a batch
//! outlives the attempt: a failure that may pass is handed up, and the next attempt with the same batch goes on
//! where this one stopped; one that will not pass is counted as rejected.

use super::signal::Signal;
use crate::destination::{Batch, Delivered, DeliveryError};
use std::ops::Range;

/// What is still to be sent of one batch, and what became of the rest.
pub(super) struct Progress {
    batch: u64,
    pending: Vec<(Signal, Range<usize>)>,
    accepted: bool,
    outcome: Delivered,
}

impl Progress {
    /// Everything still to be sent.
    pub(super) fn new(batch: &Batch, signals: &[Signal]) -> Self {
        Self {
            batch: batch.identity(),
            // Taken from the end, so the first signal stands last.
            pending: signals
                .iter()
                .rev()
                .map(|signal| (*signal, 0..signal.count(batch)))
                .collect(),
            accepted: false,
            outcome: Delivered::default(),
        }
    }

    /// Whether this is the same batch, tried again.
    pub(super) fn is_of(&self, batch: &Batch) -> bool {
        self.batch == batch.identity()
    }

    /// Sends what is pending, by `send`, until all is settled or a failure may pass.
    pub(super) fn go_on(
        &mut self,
        mut send: impl FnMut(Signal, Range<usize>) -> Result<Delivered, DeliveryError>,
    ) -> Result<Delivered, DeliveryError> {
        while let Some((signal, range)) = self.pending.pop() {
            match send(signal, range.clone()) {
                Ok(delivered) => {
                    self.accepted = true;
                    self.outcome.rejected += delivered.rejected;
                    self.outcome.message = self.outcome.message.take().or(delivered.message);
                }
                Err(error @ DeliveryError::Retry { .. }) => {
                    self.pending.push((signal, range));
                    return Err(error);
                }
                Err(DeliveryError::TooLarge { .. }) if range.len() > 1 => {
                    let middle = range.start + range.len() / 2;
                    self.pending.push((signal, middle..range.end));
                    self.pending.push((signal, range.start..middle));
                }
                Err(
                    DeliveryError::Permanent { message }
                    | DeliveryError::Denied { message }
                    | DeliveryError::TooLarge { message },
                ) => {
                    self.outcome.rejected += range.len() as u64;
                    self.outcome.message.get_or_insert(message);
                }
            }
        }
        let outcome = std::mem::take(&mut self.outcome);
        match outcome.message {
            Some(message) if !self.accepted => Err(DeliveryError::Permanent { message }),
            _ => Ok(outcome),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::destination::otlp::sample;

    fn too_large() -> DeliveryError {
        DeliveryError::TooLarge {
            message: "too large".into(),
        }
    }

    #[test]
    fn what_arrived_is_not_sent_again_after_a_retry() {
        let batch = sample(2, 1);
        let mut progress = Progress::new(&batch, &[Signal::Traces, Signal::Logs]);
        let mut sent = Vec::new();
        let first = progress.go_on(|signal, _| {
            sent.push(signal);
            match signal {
                Signal::Traces => Ok(Delivered::default()),
                _ => Err(DeliveryError::retry("busy")),
            }
        });
        assert_eq!(first, Err(DeliveryError::retry("busy")));
        assert!(progress.is_of(&batch) && !progress.is_of(&sample(1, 1)));
        let second = progress.go_on(|signal, _| {
            sent.push(signal);
            Ok(Delivered::default())
        });
        assert_eq!(second, Ok(Delivered::default()));
        assert_eq!(sent, [Signal::Traces, Signal::Logs, Signal::Logs]);
    }

    #[test]
    fn a_signal_that_is_refused_counts_as_rejected_and_not_the_others() {
        let batch = sample(2, 3);
        let mut progress = Progress::new(&batch, &[Signal::Traces, Signal::Logs]);
        let outcome = progress.go_on(|signal, _| match signal {
            Signal::Traces => Ok(Delivered::default()),
            _ => Err(DeliveryError::permanent("not here")),
        });
        let message = Some("not here".into());
        assert_eq!(outcome, Ok(Delivered { rejected: 3, message }));
    }

    #[test]
    fn a_batch_refused_as_a_whole_is_an_error() {
        let batch = sample(1, 1);
        let mut progress = Progress::new(&batch, &[Signal::Traces, Signal::Logs]);
        let outcome = progress.go_on(|_, _| Err(DeliveryError::permanent("no")));
        assert_eq!(outcome, Err(DeliveryError::permanent("no")));
    }

    #[test]
    fn what_is_too_large_is_split_down_to_one_record() {
        let batch = sample(1, 4);
        let mut progress = Progress::new(&batch, &[Signal::Traces, Signal::Logs]);
        let mut arrived = Vec::new();
        let outcome = progress.go_on(|signal, range| {
            if signal == Signal::Logs && range.contains(&2) {
                return Err(too_large());
            }
            arrived.push((signal, range));
            Ok(Delivered::default())
        });
        assert_eq!(outcome.map(|delivered| delivered.rejected), Ok(1));
        assert_eq!(
            arrived,
            [(Signal::Traces, 0..1), (Signal::Logs, 0..2), (Signal::Logs, 3..4)]
        );
    }
}
