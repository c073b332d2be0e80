//! Counters: of what is dropped before the destinations, and one account for each destination and signal.

use super::report::DropReason;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

type Dropped<T> = [T; DropReason::ALL.len()];

/// What is dropped before the destinations; the pipeline's thread counts, others read.
#[derive(Debug, Default)]
pub(super) struct Losses(Dropped<AtomicU64>);

impl Losses {
    pub(super) fn add(&self, reason: DropReason, count: u64) {
        self.0[reason as usize].fetch_add(count, Ordering::Release);
    }

    pub(super) fn by_reason(&self) -> BTreeMap<DropReason, u64> {
        by_reason(|reason| self.0[reason as usize].load(Ordering::Acquire))
    }
}

fn by_reason(count: impl Fn(DropReason) -> u64) -> BTreeMap<DropReason, u64> {
    DropReason::ALL
        .into_iter()
        .map(|reason| (reason, count(reason)))
        .filter(|(_, count)| *count > 0)
        .collect()
}

/// Where the records of one signal are that one destination was offered. Kept under the queue's lock, so that a copy
/// adds up at any moment: `offered + recovered = exported + rejected + dropped + pending + spooled`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) offered: u64,
    /// From an earlier process's spool.
    pub(super) recovered: u64,
    pub(super) exported: u64,
    pub(super) rejected: u64,
    pub(super) pending: u64,
    /// On disk, for a later attempt.
    pub(super) spooled: u64,
    /// Attempts beyond a batch's first.
    pub(super) retries: u64,
    dropped: Dropped<u64>,
}

impl Account {
    pub(super) fn dropped(&mut self, reason: DropReason) -> &mut u64 {
        &mut self.dropped[reason as usize]
    }

    pub(super) fn dropped_by_reason(&self) -> BTreeMap<DropReason, u64> {
        by_reason(|reason| self.dropped[reason as usize])
    }

    /// Adds another signal's account.
    pub(super) fn add(mut self, other: Self) -> Self {
        self.offered += other.offered;
        self.recovered += other.recovered;
        self.exported += other.exported;
        self.rejected += other.rejected;
        self.pending += other.pending;
        self.spooled += other.spooled;
        self.retries += other.retries;
        for (own, other) in self.dropped.iter_mut().zip(other.dropped) {
            *own += other;
        }
        self
    }
}
