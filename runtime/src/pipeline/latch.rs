//! Waiting for several threads with a deadline.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Opens when it was counted down to zero.
#[derive(Debug)]
pub(super) struct Latch {
    remaining: Mutex<usize>,
    changed: Condvar,
    deadline: Instant,
}

impl Latch {
    pub(super) fn new(count: usize, wait: Duration) -> Self {
        let now = Instant::now();
        // A wait beyond what the clock can hold is as good as a year.
        let deadline = now
            .checked_add(wait)
            .unwrap_or(now + Duration::from_secs(31_536_000));
        Self {
            remaining: Mutex::new(count),
            changed: Condvar::new(),
            deadline,
        }
    }

    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Adds to what is waited for; call it before the latch can open.
    pub(super) fn add(&self, count: usize) {
        *self.remaining.lock().unwrap_or_else(PoisonError::into_inner) += count;
    }

    pub(super) fn count_down(&self) {
        let mut remaining = self.remaining.lock().unwrap_or_else(PoisonError::into_inner);
        *remaining = remaining.saturating_sub(1);
        if *remaining == 0 {
            self.changed.notify_all();
        }
    }

    /// Waits until it opens; `false` when the deadline came first.
    pub(super) fn wait(&self) -> bool {
        self.wait_until(self.deadline)
    }

    /// Waits until it opens, up to this long, and not past its own deadline.
    pub(super) fn wait_for(&self, wait: Duration) -> bool {
        let until = Instant::now().checked_add(wait);
        self.wait_until(until.map_or(self.deadline, |until| until.min(self.deadline)))
    }

    fn wait_until(&self, deadline: Instant) -> bool {
        let mut remaining = self.remaining.lock().unwrap_or_else(PoisonError::into_inner);
        while *remaining > 0 {
            let now = Instant::now();
            if now >= deadline {
                return false;
            }
            remaining = self
                .changed
                .wait_timeout(remaining, deadline - now)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }
}
