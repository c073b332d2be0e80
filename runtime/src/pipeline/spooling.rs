//! A worker's part in spooling: between its queue and the files.

use super::lane::Entry;
use super::policy::Signal;
use super::queue::Queue;
use super::work::Attempt;
use super::worker::Delivery;
use crate::destination::Batch;
use crate::spool::{Front, Outbox, Spool};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// A spool, and the name that the destination has in it.
#[derive(Clone, Debug)]
pub(super) struct SpoolOf {
    pub(super) spool: Spool,
    pub(super) destination: String,
}

/// A destination's spool, for its worker, and at the end for the pipeline's thread too. Locked only while files are at
/// work, never during an attempt.
#[derive(Clone, Default)]
pub(super) struct SharedSpool(Arc<Mutex<State>>);

#[derive(Default)]
enum State {
    #[default]
    None,
    Wanted(SpoolOf),
    Open(Box<Outbox>),
}

impl SharedSpool {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Names the spool; the worker opens it. Answers another handle.
    pub(super) fn set(&self, spool: Option<SpoolOf>) -> Self {
        *self.lock() = spool.map_or(State::None, State::Wanted);
        self.clone()
    }

    fn with<T>(&self, act: impl FnOnce(&mut Outbox) -> T) -> Option<T> {
        match &mut *self.lock() {
            State::Open(outbox) => Some(act(outbox)),
            State::None | State::Wanted(_) => None,
        }
    }

    /// Spools all that is not delivered.
    pub(super) fn rescue(&self, queue: &Queue) {
        queue.rescue(|batch, signal| {
            self.with(|outbox| outbox.push(signal as usize, batch).is_ok()) == Some(true)
        });
    }
}

impl Delivery {
    /// Takes over what processes that are gone have left.
    pub(super) fn open_spool(&mut self) {
        let mut state = self.spool.lock();
        let State::Wanted(wanted) = std::mem::take(&mut *state) else {
            return;
        };
        let outbox = Outbox::open(&wanted.spool, &wanted.destination);
        self.queue.spool_is_open(outbox.records());
        *state = State::Open(Box::new(outbox));
        drop(state);
        self.count();
    }

    /// What is still there is for the next start.
    pub(super) fn close_spool(&mut self) {
        self.count();
        let state = std::mem::take(&mut *self.spool.lock());
        if let State::Open(outbox) = state
            && let Some(error) = outbox.close()
        {
            self.note(error.to_string());
        }
    }

    /// Puts a batch into the spool, or back into the queue.
    pub(super) fn keep(&mut self, entry: Entry) {
        let pushed = self
            .spool
            .with(|outbox| outbox.push(entry.signal as usize, &entry.batch));
        if let Some(Err(error)) = &pushed {
            self.note(error.to_string());
        }
        self.queue.kept(entry, matches!(pushed, Some(Ok(()))));
        self.count();
    }

    /// Delivers the oldest batch of the spool.
    pub(super) fn resume(&mut self, signal: Signal) {
        match self.spool.with(|outbox| outbox.front(signal as usize)) {
            Some(Ok(Some(front))) => self.deliver_front(signal, &front),
            Some(Ok(None)) | None => self.queue.spool_rests(),
            Some(Err(error)) => {
                self.note(error.to_string());
                self.queue.spool_rests();
            }
        }
        self.count();
    }

    fn deliver_front(&mut self, signal: Signal, front: &Front) {
        let began = Instant::now();
        let attempt = self.attempt(&front.batch);
        let is_settled = match attempt {
            Attempt::TooLarge(Some(halves)) => {
                let (one, other) = *halves;
                self.deliver_parts(signal, vec![other, one])
            }
            attempt => self
                .queue
                .settle_spooled(signal, front.batch.len() as u64, &attempt, began),
        };
        if is_settled {
            self.spool.with(|outbox| outbox.done(signal as usize, front));
        }
    }

    /// Delivers a batch in parts, the last first; what cannot be delivered now is spooled in parts. `false` where that
    /// fails: then all of it stays, and what was delivered is sent again.
    fn deliver_parts(&mut self, signal: Signal, mut parts: Vec<Batch>) -> bool {
        while let Some(part) = parts.pop() {
            let began = Instant::now();
            match self.attempt(&part) {
                Attempt::TooLarge(Some(halves)) => {
                    let (one, other) = *halves;
                    parts.extend([other, one]);
                }
                attempt => {
                    if !self
                        .queue
                        .settle_spooled(signal, part.len() as u64, &attempt, began)
                    {
                        parts.push(part);
                        return self.spool_parts(signal, &parts);
                    }
                }
            }
        }
        true
    }

    fn spool_parts(&mut self, signal: Signal, parts: &[Batch]) -> bool {
        let pushed = self.spool.with(|outbox| {
            parts
                .iter()
                .rev()
                .try_for_each(|part| outbox.push(signal as usize, part))
        });
        matches!(pushed, Some(Ok(())))
    }

    /// Lets the spool look after itself.
    pub(super) fn tick(&mut self) {
        self.spool.with(Outbox::tick);
        self.count();
    }

    /// Brings what the spool dropped, and what went wrong there, to the accounts.
    fn count(&self) {
        let told = self
            .spool
            .with(|outbox| (outbox.take_losses(), outbox.take_error()));
        let Some((losses, error)) = told else { return };
        self.queue.spool_lost(losses);
        if let Some(error) = error {
            self.note(error.to_string());
        }
    }
}

#[cfg(test)]
#[path = "spooling_tests.rs"]
mod tests;
