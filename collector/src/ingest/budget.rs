//! The bytes that all requests in flight may hold together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A number of bytes that requests share.
#[derive(Debug)]
pub(super) struct Budget {
    limit: usize,
    used: AtomicUsize,
}

/// The others hold so much that this one has to come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spent;

impl Budget {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            used: AtomicUsize::new(0),
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
}

impl Reservation {
    /// Holds nothing yet.
    pub(super) fn none(budget: &Arc<Budget>) -> Self {
        Self {
            budget: Arc::clone(budget),
            bytes: 0,
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
}

impl Drop for Reservation {
    fn drop(&mut self) {
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
}
