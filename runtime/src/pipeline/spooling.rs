//! A worker's part in spooling: between its queue and the files.

use super::lane::Entry;
use super::policy::Signal;
use super::queue::Queue;
use super::work::Attempt;
use super::worker::Delivery;
use crate::destination::Batch;
use crate::spool::{Front, Outbox, Spool, SpoolError};
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

/// A batch of the spool that is delivered in parts, since all of it is too large.
pub(super) struct Divided {
    signal: Signal,
    front: Front,
    /// Those that are left, the next one last.
    parts: Vec<Batch>,
}

/// What became of records from the spool.
enum Settled {
    /// They are off the books.
    Done,
    /// They wait for another attempt.
    Stays,
    /// They were dropped from the spool meanwhile.
    Gone,
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

    /// Spools all that is not delivered. Answers what went wrong.
    pub(super) fn rescue(&self, queue: &Queue) -> Option<SpoolError> {
        let mut wrong = None;
        queue.rescue(|batch, signal| {
            let pushed = self.with(|outbox| outbox.push(signal as usize, batch));
            // At once: what follows may be the report.
            let noticed = self.count(queue);
            let is_spooled = matches!(pushed, Some(Ok(())));
            wrong = pushed.and_then(Result::err).or(noticed).or(wrong.take());
            is_spooled
        });
        wrong
    }

    /// Brings what the spool dropped to the accounts. Answers what went wrong there.
    fn count(&self, queue: &Queue) -> Option<SpoolError> {
        let (losses, error) = self.with(|outbox| (outbox.take_losses(), outbox.take_error()))?;
        queue.spool_lost(losses);
        error
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
        for divided in std::mem::take(&mut self.divided).into_iter().flatten() {
            self.put_back(divided);
        }
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
        if let Some(divided) = self.divided[signal as usize].take() {
            self.deliver_parts(divided);
            return self.count();
        }
        match self.spool.with(|outbox| outbox.front(signal as usize)) {
            Some(Ok(Some(front))) => self.deliver_front(signal, front),
            Some(Ok(None)) | None => self.queue.spool_rests(),
            Some(Err(error)) => {
                self.note(error.to_string());
                self.queue.spool_rests();
            }
        }
        self.count();
    }

    fn deliver_front(&mut self, signal: Signal, mut front: Front) {
        let began = Instant::now();
        match self.attempt(&front.batch) {
            Attempt::TooLarge(Some(halves)) => {
                let (one, other) = *halves;
                let parts = vec![other, one];
                self.deliver_parts(Divided { signal, front, parts });
            }
            attempt => {
                let records = front.left();
                self.settle(signal, &mut front, records, &attempt, began);
            }
        }
    }

    /// Delivers a batch in parts. What cannot be delivered now is spooled in parts or, where that fails, kept here as they
    /// are: what was delivered is not sent again.
    fn deliver_parts(&mut self, mut divided: Divided) {
        while let Some(part) = divided.parts.pop() {
            let began = Instant::now();
            let attempt = match self.attempt(&part) {
                Attempt::TooLarge(Some(halves)) => {
                    let (one, other) = *halves;
                    divided.parts.extend([other, one]);
                    continue;
                }
                attempt => attempt,
            };
            let records = part.len() as u64;
            match self.settle(divided.signal, &mut divided.front, records, &attempt, began) {
                Settled::Done => {}
                Settled::Gone => return,
                Settled::Stays => {
                    divided.parts.push(part);
                    return self.put_back(divided);
                }
            }
        }
    }

    fn put_back(&mut self, mut divided: Divided) {
        let signal = divided.signal as usize;
        let (front, parts) = (&mut divided.front, &mut divided.parts);
        // The first to be delivered comes last.
        parts.reverse();
        let is_spooled = self.spool.with(|outbox| outbox.replace(signal, front, parts));
        if is_spooled != Some(true) {
            parts.reverse();
            self.divided[signal] = Some(divided);
        }
    }

    /// Settles records of a batch of the spool. It is locked meanwhile: nobody drops the batch between the accounts and the
    /// files.
    fn settle(
        &self,
        signal: Signal,
        front: &mut Front,
        records: u64,
        attempt: &Attempt,
        began: Instant,
    ) -> Settled {
        let settled = self.spool.with(|outbox| {
            // What was dropped is counted as that already.
            let is_there = outbox.holds(signal as usize, front);
            let counted = if is_there { records } else { 0 };
            let is_settled = self.queue.settle_spooled(signal, counted, attempt, began);
            match (is_there, is_settled) {
                (false, _) => Settled::Gone,
                (true, false) => Settled::Stays,
                (true, true) => {
                    outbox.done(signal as usize, front, records);
                    Settled::Done
                }
            }
        });
        settled.unwrap_or(Settled::Gone)
    }

    /// Lets the spool look after itself.
    pub(super) fn tick(&mut self) {
        self.spool.with(Outbox::tick);
        self.count();
    }

    /// Brings what the spool dropped, and what went wrong there, to the accounts.
    fn count(&self) {
        if let Some(error) = self.spool.count(&self.queue) {
            self.note(error.to_string());
        }
    }
}

#[cfg(test)]
#[path = "spooling_tests.rs"]
mod tests;
