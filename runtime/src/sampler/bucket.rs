//! A rate limit without a lock: one atomic word that holds when the next token is due.
//!
//! Instead of counting tokens, it keeps the time up to which they are spoken for (the generic cell rate
//! algorithm). A token is free while that time is less than one burst ahead of now.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Nanoseconds since some fixed moment; never runs backwards.
pub(super) type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

const SECOND_NS: f64 = 1e9;

/// The process's monotonic clock, counted from this call.
pub(super) fn monotonic() -> Clock {
    let start = Instant::now();
    Arc::new(move || u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX))
}

pub(super) struct TokenBucket {
    per_second: f64,
    /// Time between two tokens; 0 means that the rate is beyond what a clock in nanoseconds can tell.
    interval_ns: u64,
    /// How far ahead of now tokens may be spoken for: one second, or one interval if that is longer.
    burst_ns: u64,
    spoken_for_ns: AtomicU64,
    clock: Clock,
}

impl TokenBucket {
    /// `None` where the rate is negative or not finite.
    pub(super) fn new(per_second: f64, clock: Clock) -> Option<Self> {
        if !per_second.is_finite() || per_second < 0.0 {
            return None;
        }
        // Half the range, so that the first token of the slowest rate does not overflow.
        let interval_ns = ((SECOND_NS / per_second) as u64).min(u64::MAX / 2);
        Some(Self {
            per_second,
            interval_ns,
            burst_ns: interval_ns.max(SECOND_NS as u64),
            spoken_for_ns: AtomicU64::new(0),
            clock,
        })
    }

    pub(super) fn per_second(&self) -> f64 {
        self.per_second
    }

    /// Takes a token if there is one.
    pub(super) fn take(&self) -> bool {
        if self.per_second <= 0.0 {
            return false;
        }
        let now = (self.clock)();
        let latest = now.saturating_add(self.burst_ns);
        self.spoken_for_ns
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |spoken_for| {
                let next = spoken_for.max(now).checked_add(self.interval_ns)?;
                (next <= latest).then_some(next)
            })
            .is_ok()
    }
}
