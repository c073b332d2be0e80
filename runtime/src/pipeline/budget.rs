//! The bytes that all destinations' queues may take together.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Half of the bytes is a pool for whoever needs them, half is each destination's own in equal shares, so that one that
/// fails cannot take the room of one that works.
#[derive(Debug)]
pub(super) struct Budget {
    own: usize,
    pool: usize,
    used: AtomicUsize,
}

impl Budget {
    pub(super) fn new(limit: usize, destinations: usize) -> Self {
        let own = limit / 2 / destinations.max(1);
        Self {
            own,
            pool: limit - own * destinations.max(1),
            used: AtomicUsize::new(0),
        }
    }

    /// The largest batch worth making: a destination has room for several in its own share.
    pub(super) fn largest_batch(&self) -> usize {
        self.own / 4
    }

    /// What `bytes` take of the pool for a queue that holds so many already.
    fn of_pool(&self, held: usize, bytes: usize) -> usize {
        (held + bytes).saturating_sub(self.own) - held.saturating_sub(self.own)
    }

    /// Takes bytes for a queue that holds so many already; `false` where they are not there.
    pub(super) fn reserve(&self, held: usize, bytes: usize) -> bool {
        let of_pool = self.of_pool(held, bytes);
        of_pool == 0
            || self
                .used
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                    Some(used + of_pool).filter(|sum| *sum <= self.pool)
                })
                .is_ok()
    }

    /// Gives bytes back of a queue that holds so many, these included.
    pub(super) fn release(&self, held: usize, bytes: usize) {
        self.used
            .fetch_sub(self.of_pool(held - bytes, bytes), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_destination_cannot_take_what_is_anothers_own() {
        let budget = Budget::new(1000, 2);
        let mut greedy = 0;
        while budget.reserve(greedy, 50) {
            greedy += 50;
        }
        assert_eq!(greedy, 750);
        let mut other = 0;
        while budget.reserve(other, 50) {
            other += 50;
        }
        assert_eq!(other, 250);
        budget.release(greedy, 100);
        assert!(budget.reserve(other, 100));
        budget.release(other + 100, 350);
        budget.release(greedy - 100, 650);
        assert_eq!(budget.used.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn one_alone_has_all() {
        let budget = Budget::new(1001, 1);
        assert!(budget.reserve(0, 1001) && !budget.reserve(1001, 1));
        budget.release(1001, 1001);
        assert!(Budget::new(7, 0).reserve(0, 7));
    }
}
