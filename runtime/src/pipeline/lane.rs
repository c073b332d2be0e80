//! The batches of one signal that wait for one destination: fresh ones before the backlog.
//!
//! A failure that may pass closes the lane for a while and makes all that waits the backlog. When it opens, what has
//! come since is tried first; then the backlog, oldest first, where a batch that failed again goes to the end.

use super::breaker::Breaker;
use super::policy::Signal;
use super::retry::{self, Gate};
use crate::destination::Batch;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A batch in a queue.
pub(super) struct Entry {
    pub(super) batch: Arc<Batch>,
    /// What it takes of the budget.
    pub(super) bytes: usize,
    pub(super) signal: Signal,
    /// Its place in the order of arrival.
    pub(super) number: u64,
    /// How often it was tried.
    pub(super) attempts: u32,
    /// It is given up then; from when the destination failed on.
    expires: Option<Instant>,
    /// It is not tried before.
    gate: Option<Gate>,
}

impl Entry {
    pub(super) fn new(batch: Arc<Batch>, bytes: usize, signal: Signal, number: u64) -> Self {
        Self {
            batch,
            bytes,
            signal,
            number,
            attempts: 0,
            expires: None,
            gate: None,
        }
    }

    /// Its records.
    pub(super) fn records(&self) -> u64 {
        self.batch.len() as u64
    }

    /// Two entries of its halves, which share its bytes.
    pub(super) fn split(&self, halves: (Batch, Batch)) -> [Self; 2] {
        let half = |batch, bytes| Self::new(Arc::new(batch), bytes, self.signal, self.number);
        [
            half(halves.0, self.bytes / 2),
            half(halves.1, self.bytes - self.bytes / 2),
        ]
    }
}

/// Where a lane's next batch is; fresh ones compare as less, and older ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Next {
    Fresh(u64),
    Backlog(u64, usize),
}

#[derive(Default)]
pub(super) struct Lane {
    fresh: VecDeque<Entry>,
    backlog: VecDeque<Entry>,
    gate: Option<Gate>,
    failures: u32,
    pub(super) breaker: Breaker,
}

impl Lane {
    pub(super) fn push(&mut self, entry: Entry) {
        self.fresh.push_back(entry);
    }

    /// Puts halves back, to be sent next.
    pub(super) fn push_front(&mut self, halves: [Entry; 2]) {
        halves
            .into_iter()
            .rev()
            .for_each(|half| self.fresh.push_front(half));
    }

    /// All that waits.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.backlog.iter().chain(&self.fresh)
    }

    /// Records that wait and were never tried.
    pub(super) fn fresh_records(&self) -> u64 {
        self.fresh.iter().map(Entry::records).sum()
    }

    /// The number of the batch that came first.
    pub(super) fn oldest(&self) -> Option<u64> {
        self.entries().map(|entry| entry.number).min()
    }

    /// Takes the batch that came first.
    pub(super) fn pop_oldest(&mut self) -> Option<Entry> {
        let oldest = self.oldest()?;
        match self.backlog.iter().position(|entry| entry.number == oldest) {
            Some(at) => self.backlog.remove(at),
            None => self.fresh.pop_front(),
        }
    }

    /// Takes all that waits.
    pub(super) fn take_all(&mut self) -> Vec<Entry> {
        self.backlog.drain(..).chain(self.fresh.drain(..)).collect()
    }

    /// Takes what was tried for too long.
    pub(super) fn take_expired(&mut self, now: Instant) -> Vec<Entry> {
        let is_over = |entry: &Entry| entry.expires.is_some_and(|expires| now >= expires);
        if !self.backlog.iter().any(is_over) {
            return Vec::new();
        }
        let (expired, kept): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut self.backlog).into_iter().partition(is_over);
        self.backlog = kept;
        expired.into()
    }

    /// The batch to try now, if any.
    pub(super) fn next(&self, now: Instant, hurry: bool) -> Option<Next> {
        if self.opens(hurry).is_some_and(|opens| now < opens) {
            return None;
        }
        let ready =
            |entry: &&Entry| -> bool { entry.gate.as_ref().is_none_or(|gate| now >= gate.opens(hurry)) };
        match self.fresh.front() {
            Some(entry) => Some(Next::Fresh(entry.number)),
            None => {
                let at = self.backlog.iter().position(|entry| ready(&entry))?;
                Some(Next::Backlog(self.backlog[at].number, at))
            }
        }
    }

    pub(super) fn take(&mut self, next: Next) -> Option<Entry> {
        match next {
            Next::Fresh(_) => self.fresh.pop_front(),
            Next::Backlog(_, at) => self.backlog.remove(at),
        }
    }

    /// When the lane opens, where it is closed.
    fn opens(&self, hurry: bool) -> Option<Instant> {
        let gate = self.gate.as_ref().map(|gate| gate.opens(hurry));
        gate.max(self.breaker.probe())
    }

    /// When the lane opens for those who are in no hurry.
    #[cfg(feature = "spool")]
    pub(super) fn closed_until(&self) -> Option<Instant> {
        self.opens(false)
    }

    /// Whether what waits has to wait on.
    #[cfg(feature = "spool")]
    pub(super) fn is_closed(&self, now: Instant) -> bool {
        self.opens(false).is_some_and(|opens| now < opens)
    }

    /// Puts a batch back that was taken as the oldest.
    #[cfg(feature = "spool")]
    pub(super) fn restore(&mut self, entry: Entry) {
        if entry.expires.is_some() {
            self.backlog.push_front(entry);
        } else {
            self.fresh.push_front(entry);
        }
    }

    /// When to look again: something may be sent, or has expired.
    pub(super) fn wakes(&self, hurry: bool) -> Option<Instant> {
        let expires = self.backlog.iter().filter_map(|entry| entry.expires).min();
        // A batch without a gate compares as less, and waits for the lane alone.
        let ready = self
            .backlog
            .iter()
            .map(|entry| entry.gate.as_ref().map(|gate| gate.opens(hurry)))
            .min();
        let sends = if self.fresh.is_empty() {
            ready.and_then(|ready| ready.max(self.opens(hurry)))
        } else {
            self.opens(hurry)
        };
        [expires, sends].into_iter().flatten().min()
    }

    /// The destination answered: it is there, whatever it said.
    pub(super) fn answered(&mut self) {
        self.gate = None;
        self.failures = 0;
    }

    /// Opens all gates, as time would.
    #[cfg(test)]
    pub(super) fn open(&mut self) {
        self.gate = None;
        self.breaker.hurry(Instant::now());
        self.backlog.iter_mut().for_each(|entry| entry.gate = None);
    }

    /// An attempt failed in a way that may pass, the batch's last one or not: the lane closes for a while. Answers how
    /// long the batch itself waits at least, and how long the server asked to wait.
    pub(super) fn close(
        &mut self,
        attempts: u32,
        after: Option<Duration>,
        now: Instant,
    ) -> (Option<Gate>, Duration) {
        self.breaker.reset();
        self.failures = self.failures.saturating_add(1);
        if let Some((gate, wait)) = after.and_then(|after| Gate::asked(after, now)) {
            self.gate = Some(gate);
            return (None, wait);
        }
        // One draw for both, or a batch that is alone would wait for the longer of two.
        let share = retry::draw();
        self.gate = Some(Gate::after_failures(self.failures, share, now));
        (Some(Gate::after_failures(attempts, share, now)), Duration::ZERO)
    }

    /// Makes a batch that failed the backlog, with all that waits; it is given up when its time is over.
    pub(super) fn failed(&mut self, mut entry: Entry, attempt: &Failure) {
        let (gate, asked) = self.close(entry.attempts, attempt.after, attempt.ended);
        entry.gate = gate;
        self.set_back(entry, attempt);
        // Waiting as the server asks is no vain attempt.
        for expires in self.backlog.iter_mut().filter_map(|entry| entry.expires.as_mut()) {
            *expires += asked;
        }
    }

    /// Makes a batch the backlog, with all that waits.
    pub(super) fn set_back(&mut self, entry: Entry, attempt: &Failure) {
        let expires = attempt
            .patience
            .and_then(|patience| attempt.began.checked_add(patience));
        let fresh = std::mem::take(&mut self.fresh);
        for mut entry in fresh.into_iter().chain([entry]) {
            entry.expires = entry.expires.or(expires);
            self.backlog.push_back(entry);
        }
    }
}

/// An attempt that failed in a way that may pass.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    pub(super) began: Instant,
    pub(super) ended: Instant,
    /// What the server asked for.
    pub(super) after: Option<Duration>,
    /// How long batches of this signal are tried.
    pub(super) patience: Option<Duration>,
}
