//! A lock that a forked child finds open, and what it guards empty.

use super::fork_epoch;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Generations of processes that have a value of their own each; those after them share with those before.
const GENERATIONS: usize = 8;

/// One value for each process. In a forked child a lock that another thread of the parent held stays held for ever, and what
/// it guards is the parent's: a child has another one.
pub(crate) struct PerProcess<T>([Mutex<T>; GENERATIONS]);

impl<T> PerProcess<Vec<T>> {
    pub(crate) const fn new() -> Self {
        Self([const { Mutex::new(Vec::new()) }; GENERATIONS])
    }

    /// Locks this process's.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Vec<T>> {
        self.0[fork_epoch() as usize % GENERATIONS]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
