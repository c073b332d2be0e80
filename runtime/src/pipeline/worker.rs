//! One destination's thread: takes batches from its queue, delivers them, and says how that went.

use super::budget::Budget;
use super::lane::Entry;
use super::latch::Latch;
use super::policy::{Policy, Signal};
use super::queue::{Queue, Standing};
use super::report::{DestinationReport, lost};
#[cfg(feature = "spool")]
use super::spooling::{Divided, SharedSpool, SpoolOf};
use super::work::{Attempt, Command, Work};
use crate::caught::caught;
use crate::destination::{Batch, DeliveryError, Destination, Signals};
use crate::raw;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// A destination's worker as the pipeline sees it.
pub(super) struct Worker {
    signals: Signals,
    takes_encoded: bool,
    name: String,
    queue: Arc<Queue>,
    last_error: Arc<Mutex<Option<String>>>,
    #[cfg(feature = "spool")]
    spool: SharedSpool,
}

impl Worker {
    /// Starts the destination's thread.
    pub(super) fn start(
        destination: Box<dyn Destination>,
        budget: &Arc<Budget>,
        policy: &Policy,
        #[cfg(feature = "spool")] spool: Option<SpoolOf>,
    ) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::new(Arc::clone(budget), policy.clone()));
        let last_error = Arc::new(Mutex::new(None));
        let (signals, name) = (destination.signals(), destination.name().into_owned());
        let takes_encoded = destination.takes_encoded_spans();
        let mut delivery = Delivery {
            destination,
            queue: Arc::clone(&queue),
            last_error: Arc::clone(&last_error),
            #[cfg(feature = "spool")]
            spool: SharedSpool::default(),
            #[cfg(feature = "spool")]
            divided: Default::default(),
        };
        #[cfg(feature = "spool")]
        let spool = delivery.spool.set(spool);
        raw::spawn(format!("spanwright-{name}"), move || {
            super::in_silence(|| delivery.run());
        })?;
        Ok(Self {
            signals,
            takes_encoded,
            name,
            queue,
            last_error,
            #[cfg(feature = "spool")]
            spool,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether its spans, if it takes any, may be encoded.
    pub(super) fn takes_encoded_spans(&self) -> bool {
        self.takes_encoded || !self.signals.traces
    }

    pub(super) fn takes(&self, signal: Signal) -> bool {
        signal.is_in(self.signals)
    }

    pub(super) fn offer(&self, batch: &Arc<Batch>, bytes: usize, signal: Signal) {
        self.queue.offer(batch, bytes, signal);
    }

    pub(super) fn flush(&self, latch: &Arc<Latch>) {
        self.queue.command(Command::Flush(Arc::clone(latch)));
    }

    pub(super) fn stop(&self, latch: &Arc<Latch>) {
        self.queue.command(Command::Stop(Arc::clone(latch)));
    }

    /// Spools all that is not delivered, whatever the worker is at.
    #[cfg(feature = "spool")]
    pub(super) fn rescue(&self) {
        if let Some(error) = self.spool.rescue(&self.queue) {
            *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
        }
    }

    pub(super) fn switch(&self, on: bool) {
        self.queue.switch(on);
    }

    /// Asks the destination to describe itself.
    pub(super) fn describe(&self, latch: &Arc<Latch>) -> Arc<Mutex<Option<String>>> {
        let answer = Arc::new(Mutex::new(None));
        self.queue
            .command(Command::Describe(Arc::clone(&answer), Arc::clone(latch)));
        answer
    }

    /// What it answered, if it did.
    pub(super) fn described(&self, answer: &Mutex<Option<String>>) -> String {
        let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        answer.unwrap_or_else(|| format!("{}: busy delivering; no answer in time", self.name))
    }

    pub(super) fn standing(&self) -> Standing {
        self.queue.standing()
    }

    pub(super) fn report(&self) -> DestinationReport {
        let standing = self.queue.standing();
        let [traces, logs, metrics] = standing.accounts;
        let metric_points = metrics.rejected + lost(&metrics.dropped_by_reason());
        let account = traces.add(logs).add(metrics);
        DestinationReport {
            name: self.name.clone(),
            offered: account.offered,
            recovered: account.recovered,
            exported: account.exported,
            rejected: account.rejected,
            dropped: account.dropped_by_reason(),
            metric_points,
            pending: account.pending,
            spooled: account.spooled,
            retries: account.retries,
            on: !standing.off,
            paused: standing.paused,
            last_error: self
                .last_error
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        }
    }
}

/// A worker that nobody has any more ends its thread.
impl Drop for Worker {
    fn drop(&mut self) {
        self.queue.close();
    }
}

pub(super) struct Delivery {
    destination: Box<dyn Destination>,
    pub(super) queue: Arc<Queue>,
    last_error: Arc<Mutex<Option<String>>>,
    #[cfg(feature = "spool")]
    pub(super) spool: SharedSpool,
    /// By signal.
    #[cfg(feature = "spool")]
    pub(super) divided: [Option<Divided>; 3],
}

impl Delivery {
    fn run(&mut self) {
        #[cfg(feature = "spool")]
        self.open_spool();
        self.work();
        #[cfg(feature = "spool")]
        self.close_spool();
    }

    fn work(&mut self) {
        loop {
            match self.queue.next() {
                Work::Deliver(entry) => self.deliver(entry),
                Work::Obey(Command::Describe(answer, latch)) => {
                    let destination = &self.destination;
                    let text = caught(|| destination.describe());
                    *answer.lock().unwrap_or_else(PoisonError::into_inner) = text;
                    latch.count_down();
                }
                Work::Obey(Command::Flush(latch)) => {
                    self.flush();
                    latch.count_down();
                }
                Work::Obey(Command::Stop(latch)) => {
                    self.flush();
                    #[cfg(feature = "spool")]
                    self.close_spool();
                    return latch.count_down();
                }
                #[cfg(feature = "spool")]
                Work::Keep(entry) => self.keep(entry),
                #[cfg(feature = "spool")]
                Work::Resume(signal) => self.resume(signal),
                #[cfg(feature = "spool")]
                Work::Tick => self.tick(),
                Work::End => return,
            }
        }
    }

    fn flush(&mut self) {
        let destination = &mut self.destination;
        match caught(|| destination.flush()) {
            Some(Ok(())) => {}
            Some(Err(error)) => self.note(error.to_string()),
            None => self.note("panicked while flushing".to_owned()),
        }
    }

    pub(super) fn note(&self, error: String) {
        *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    /// Makes one attempt with a batch from the queue.
    fn deliver(&mut self, entry: Entry) {
        let began = Instant::now();
        let attempt = self.attempt(&entry.batch);
        self.queue.settle(entry, attempt, began);
    }

    /// Makes one attempt with a batch.
    pub(super) fn attempt(&mut self, batch: &Batch) -> Attempt {
        let destination = &mut self.destination;
        match caught(|| destination.deliver(batch)) {
            Some(Ok(delivered)) => {
                delivered
                    .message
                    .into_iter()
                    .for_each(|message| self.note(message));
                Attempt::Delivered {
                    rejected: delivered.rejected,
                }
            }
            Some(Err(error)) => {
                self.note(error.to_string());
                match error {
                    DeliveryError::Retry { after, .. } => Attempt::Retry { after },
                    DeliveryError::Denied { .. } => Attempt::Denied,
                    DeliveryError::Permanent { .. } => Attempt::Refused,
                    DeliveryError::TooLarge { .. } => {
                        Attempt::TooLarge((batch.len() > 1).then(|| Box::new(batch.halves())))
                    }
                }
            }
            None => {
                self.note("panicked while delivering".to_owned());
                Attempt::Panicked
            }
        }
    }
}
