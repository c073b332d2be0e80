//! One destination's thread: takes batches from its queue, delivers them, tries again where that may help.

use super::latch::Latch;
use super::queue::{Budget, Item, Queue};
use super::report::{Counters, DestinationReport, DropReason};
use crate::destination::{Batch, DeliveryError, Destination, Signals};
use crate::id::random_u64;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const LAST_BACKOFF: Duration = Duration::from_secs(30);
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);
/// A batch is given up after this long.
const EXPIRY: Duration = Duration::from_secs(300);

/// A destination's worker as the pipeline sees it.
pub(super) struct Worker {
    pub(super) signals: Signals,
    name: String,
    queue: Arc<Queue>,
    counters: Arc<Counters>,
    last_error: Arc<Mutex<Option<String>>>,
}

impl Worker {
    /// Starts the destination's thread.
    pub(super) fn start(destination: Box<dyn Destination>, budget: &Arc<Budget>) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::new(Arc::clone(budget)));
        let counters = Arc::new(Counters::default());
        let last_error = Arc::new(Mutex::new(None));
        let (signals, name) = (destination.signals(), destination.name().into_owned());
        let mut delivery = Delivery {
            destination,
            queue: Arc::clone(&queue),
            counters: Arc::clone(&counters),
            last_error: Arc::clone(&last_error),
        };
        std::thread::Builder::new()
            .name(format!("spanwright-{name}"))
            .spawn(move || super::in_silence(|| delivery.run()))?;
        Ok(Self {
            signals,
            name,
            queue,
            counters,
            last_error,
        })
    }

    pub(super) fn offer(&self, batch: &Arc<Batch>, bytes: usize) {
        self.queue.offer(batch, bytes, &self.counters);
    }

    pub(super) fn flush(&self, latch: &Arc<Latch>) {
        self.queue.command(Item::Flush(Arc::clone(latch)));
    }

    pub(super) fn stop(&self, latch: &Arc<Latch>) {
        self.queue.command(Item::Stop(Arc::clone(latch)));
    }

    /// Asks the destination to describe itself.
    pub(super) fn describe(&self, latch: &Arc<Latch>) -> Arc<Mutex<Option<String>>> {
        let answer = Arc::new(Mutex::new(None));
        self.queue
            .command(Item::Describe(Arc::clone(&answer), Arc::clone(latch)));
        answer
    }

    /// What it answered, if it did.
    pub(super) fn described(&self, answer: &Mutex<Option<String>>) -> String {
        let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        answer.unwrap_or_else(|| format!("{}: busy delivering; no answer in time", self.name))
    }

    pub(super) fn report(&self) -> DestinationReport {
        let last_error = self
            .last_error
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        self.counters.report(self.name.clone(), last_error)
    }
}

struct Delivery {
    destination: Box<dyn Destination>,
    queue: Arc<Queue>,
    counters: Arc<Counters>,
    last_error: Arc<Mutex<Option<String>>>,
}

impl Delivery {
    fn run(&mut self) {
        loop {
            match self.queue.next() {
                Item::Batch(batch, bytes) => {
                    self.deliver(&batch);
                    self.queue.done(bytes);
                }
                Item::Describe(answer, latch) => {
                    let destination = &self.destination;
                    let text = catch_unwind(AssertUnwindSafe(|| destination.describe())).ok();
                    *answer.lock().unwrap_or_else(PoisonError::into_inner) = text;
                    latch.count_down();
                }
                Item::Flush(latch) => {
                    self.flush();
                    latch.count_down();
                }
                Item::Stop(latch) => {
                    self.flush();
                    latch.count_down();
                    return;
                }
            }
        }
    }

    fn flush(&mut self) {
        let destination = &mut self.destination;
        match catch_unwind(AssertUnwindSafe(|| destination.flush())) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.note(error.to_string()),
            Err(_) => self.note("panicked while flushing".to_owned()),
        }
    }

    fn note(&self, error: String) {
        *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    /// Delivers a batch, in the end: exported, rejected, or dropped and counted.
    fn deliver(&mut self, batch: &Batch) {
        let first = Instant::now();
        let mut backoff = FIRST_BACKOFF;
        loop {
            let destination = &mut self.destination;
            let error = match catch_unwind(AssertUnwindSafe(|| destination.deliver(batch))) {
                Ok(Ok(delivered)) => {
                    let rejected = delivered.rejected.min(batch.len() as u64);
                    self.counters.rejected.fetch_add(rejected, Ordering::Relaxed);
                    self.counters
                        .exported
                        .fetch_add(batch.len() as u64 - rejected, Ordering::Relaxed);
                    if let Some(message) = delivered.message {
                        self.note(message);
                    }
                    return;
                }
                Ok(Err(error)) => error,
                Err(_) => {
                    self.note("panicked while delivering".to_owned());
                    return self
                        .counters
                        .drop_records(DropReason::Panicked, batch.len() as u64);
                }
            };
            self.note(error.to_string());
            match error {
                DeliveryError::TooLarge { .. } if batch.len() > 1 => {
                    let (front, back) = batch.halves();
                    self.deliver(&front);
                    return self.deliver(&back);
                }
                DeliveryError::Retry { after, .. } => {
                    let wait = after.map_or_else(|| jitter(backoff), |after| after.min(LONGEST_RETRY_AFTER));
                    backoff = (backoff * 2).min(LAST_BACKOFF);
                    if first.elapsed() + wait > EXPIRY {
                        return self
                            .counters
                            .drop_records(DropReason::Expired, batch.len() as u64);
                    }
                    if !self.queue.pause(wait) {
                        return self
                            .counters
                            .drop_records(DropReason::ShutDown, batch.len() as u64);
                    }
                    self.counters.retries.fetch_add(1, Ordering::Relaxed);
                }
                DeliveryError::Permanent { .. } | DeliveryError::TooLarge { .. } => {
                    return self
                        .counters
                        .drop_records(DropReason::Refused, batch.len() as u64);
                }
            }
        }
    }
}

/// Full jitter: anything from nothing to the backoff.
fn jitter(backoff: Duration) -> Duration {
    backoff.mul_f64((random_u64() >> 11) as f64 / (1_u64 << 53) as f64)
}
