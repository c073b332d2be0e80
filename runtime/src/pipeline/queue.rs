//! A destination's queue, bounded in bytes over all destinations together.

use super::latch::Latch;
use super::report::{Counters, DropReason};
use crate::destination::Batch;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The pause between attempts while somebody waits for the end.
const HURRIED: Duration = Duration::from_millis(200);

/// What the pipeline tells a worker.
pub(super) enum Item {
    Batch(Arc<Batch>, usize),
    /// Say what the destination is.
    Describe(Arc<Mutex<Option<String>>>, Arc<Latch>),
    /// Flush, and say so.
    Flush(Arc<Latch>),
    /// Flush, say so, and end.
    Stop(Arc<Latch>),
}

/// The bytes that all destinations' queues may take together.
#[derive(Debug)]
pub(super) struct Budget {
    limit: usize,
    used: AtomicUsize,
}

impl Budget {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            used: AtomicUsize::new(0),
        }
    }

    fn reserve(&self, bytes: usize) -> bool {
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                Some(used + bytes).filter(|sum| *sum <= self.limit)
            })
            .is_ok()
    }

    fn release(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

#[derive(Default)]
struct State {
    items: VecDeque<Item>,
    /// Give up what is not delivered by then.
    deadline: Option<Instant>,
    /// Flushes that wait: the next attempt is made soon.
    flushes: usize,
}

pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    budget: Arc<Budget>,
}

impl Queue {
    pub(super) fn new(budget: Arc<Budget>) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            budget,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a batch; where the budget is spent, this queue's oldest batches make room, and are counted.
    pub(super) fn offer(&self, batch: &Arc<Batch>, bytes: usize, counters: &Counters) {
        counters.offered.fetch_add(batch.len() as u64, Ordering::Relaxed);
        let mut state = self.lock();
        while !self.budget.reserve(bytes) {
            let oldest = state
                .items
                .iter()
                .position(|item| matches!(item, Item::Batch(..)));
            match oldest.and_then(|at| state.items.remove(at)) {
                Some(Item::Batch(old, old_bytes)) => {
                    self.budget.release(old_bytes);
                    counters.drop_records(DropReason::QueueFull, old.len() as u64);
                }
                _ => return counters.drop_records(DropReason::QueueFull, batch.len() as u64),
            }
        }
        state.items.push_back(Item::Batch(Arc::clone(batch), bytes));
        drop(state);
        self.changed.notify_all();
    }

    /// Adds a command behind the batches.
    pub(super) fn command(&self, item: Item) {
        let mut state = self.lock();
        match &item {
            Item::Stop(latch) => state.deadline = Some(latch.deadline()),
            Item::Flush(_) => state.flushes += 1,
            Item::Batch(..) | Item::Describe(..) => {}
        }
        state.items.push_back(item);
        drop(state);
        self.changed.notify_all();
    }

    /// The next item; waits for it.
    pub(super) fn next(&self) -> Item {
        let mut state = self.lock();
        loop {
            match state.items.pop_front() {
                Some(item) => {
                    if matches!(item, Item::Flush(_)) {
                        state.flushes -= 1;
                    }
                    return item;
                }
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Frees the bytes of a batch that is done with.
    pub(super) fn done(&self, bytes: usize) {
        self.budget.release(bytes);
    }

    /// Waits before another attempt; not long while somebody waits for a flush or a shutdown, and not past the
    /// shutdown's deadline: `false` once that is over.
    pub(super) fn pause(&self, duration: Duration) -> bool {
        let from = Instant::now();
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            if state.deadline.is_some_and(|deadline| now >= deadline) {
                return false;
            }
            let hurry = state.flushes > 0 || state.deadline.is_some();
            let until = from + if hurry { duration.min(HURRIED) } else { duration };
            if now >= until {
                return true;
            }
            let wake = state.deadline.map_or(until, |deadline| deadline.min(until));
            state = self
                .changed
                .wait_timeout(state, wake - now)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}
