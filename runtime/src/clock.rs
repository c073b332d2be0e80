//! Time: one monotonic source for durations, anchored to the wall clock for display.
//!
//! The recorder stores monotonic nanoseconds; the pipeline adds the [`Anchor`] when it assembles a record, so
//! that a span's end is never before its start, whatever happens to the wall clock meanwhile.

use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

static ORIGIN: OnceLock<Instant> = OnceLock::new();

/// Monotonic nanoseconds since the first call in this process; at least 1.
#[inline]
pub(crate) fn now() -> u64 {
    let origin = ORIGIN.get_or_init(Instant::now);
    origin.elapsed().as_nanos() as u64 + 1
}

/// Nanoseconds since the Unix epoch by the wall clock.
pub(crate) fn wall_ns() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |age| age.as_nanos() as u64)
}

/// The offset from monotonic to Unix time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor {
    offset: u64,
}

/// A change of the wall clock below this is left alone: reading two clocks one after the other jitters, and
/// spans of one trace must not move against each other for that.
const TOLERATED_NS: u64 = 5_000_000;

impl Anchor {
    /// Reads both clocks.
    pub(crate) fn read() -> Self {
        Self {
            offset: wall_ns().wrapping_sub(now()),
        }
    }

    /// Follows the wall clock after it was set or the machine was suspended.
    pub(crate) fn refresh(&mut self) {
        let fresh = Self::read();
        if fresh.offset.abs_diff(self.offset) > TOLERATED_NS {
            *self = fresh;
        }
    }

    /// Unix time of this monotonic reading.
    pub(crate) fn unix_ns(self, monotonic: u64) -> u64 {
        self.offset.wrapping_add(monotonic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monotonic_and_anchored() {
        let (first, second) = (now(), now());
        assert!(first >= 1 && second >= first);
        let anchor = Anchor::read();
        assert!(anchor.unix_ns(now()).abs_diff(wall_ns()) < 1_000_000_000);
    }
}
