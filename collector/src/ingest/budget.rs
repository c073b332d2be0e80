//! The bytes that all requests in flight may hold together.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long the one waits, and how often it looks.
const PATIENCE: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(2);

/// A number of bytes that requests share.
#[derive(Debug)]
pub(super) struct Budget {
    limit: usize,
    used: AtomicUsize,
    /// Whether one is waiting for others to end.
    waited_for: AtomicBool,
}

/// The others hold so much that this one has to come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spent;

impl Budget {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            used: AtomicUsize::new(0),
            waited_for: AtomicBool::new(false),
        })
    }

    /// Bytes that are held now.
    pub(super) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }
}

/// What one request holds of the budget, until it is dropped.
#[derive(Debug)]
pub(super) struct Reservation {
    budget: Arc<Budget>,
    bytes: usize,
    /// Whether it is the one that waits.
    waits: bool,
}

impl Reservation {
    /// Holds nothing yet.
    pub(super) fn none(budget: &Arc<Budget>) -> Self {
        Self {
            budget: Arc::clone(budget),
            bytes: 0,
            waits: false,
        }
    }

    /// Holds so many bytes from now on. When there are not so many, it holds what it held.
    pub(super) fn resize(&mut self, bytes: usize) -> Result<(), Spent> {
        let used = &self.budget.used;
        if let Some(less) = self.bytes.checked_sub(bytes) {
            used.fetch_sub(less, Ordering::Relaxed);
        } else {
            let more = bytes - self.bytes;
            let limit = self.budget.limit;
            used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(more).filter(|&used| used <= limit)
            })
            .map_err(|_| Spent)?;
        }
        self.bytes = bytes;
        Ok(())
    }

    /// The same; but one request at a time waits a while for others to end, on its thread. Or several that grow
    /// together would all find the budget spent, and none of them would ever get through.
    pub(super) fn resize_in_time(&mut self, bytes: usize) -> Result<(), Spent> {
        let until = Instant::now() + PATIENCE;
        loop {
            if self.resize(bytes).is_ok() {
                return Ok(());
            }
            self.waits = self.waits || !self.budget.waited_for.swap(true, Ordering::Relaxed);
            if !self.waits || Instant::now() > until {
                return Err(Spent);
            }
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.waits {
            self.budget.waited_for.store(false, Ordering::Relaxed);
        }
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_holds_the_others_cannot_have() {
        let budget = Budget::new(100);
        let (mut one, mut other) = (Reservation::none(&budget), Reservation::none(&budget));
        assert_eq!(one.resize(70), Ok(()));
        assert_eq!(other.resize(31), Err(Spent));
        assert_eq!(budget.used(), 70);
        assert_eq!(other.resize(30), Ok(()));
        assert_eq!(one.resize(71), Err(Spent));
        assert_eq!(one.resize(10), Ok(()));
        assert_eq!(other.resize(90), Ok(()));
        drop((one, other));
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn one_waits_and_others_give_way() {
        let budget = Budget::new(100);
        let (mut one, mut other) = (Reservation::none(&budget), Reservation::none(&budget));
        assert_eq!((one.resize(50), other.resize(50)), (Ok(()), Ok(())));
        let waiting = std::thread::spawn(move || one.resize_in_time(100).map(|()| one));
        while !budget.waited_for.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
        assert_eq!(other.resize_in_time(51), Err(Spent));
        drop(other);
        let one = waiting.join().expect("no panic").expect("room");
        assert_eq!(budget.used(), 100);
        drop(one);
        assert!(!budget.waited_for.load(Ordering::Relaxed));
    }
}
