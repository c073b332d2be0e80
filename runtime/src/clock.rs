//! Time: one monotonic source for durations, anchored to the wall clock for display.
//!
//! The recorder stores readings of the processor's counter where the kernel trusts that, else monotonic
//! nanoseconds; the pipeline turns them into Unix time by an [`Anchor`] when it assembles a record, so that a span's
//! end is never before its start, whatever happens to the wall clock meanwhile.

use crate::raw;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Both sources at one moment, from where the counter's rate is measured.
struct Origin {
    ticks: u64,
    instant: Instant,
}

static ORIGIN: OnceLock<Origin> = OnceLock::new();
/// Nanoseconds per tick, as the bits of an `f64`; 0 until it is measured.
static RATE: AtomicU64 = AtomicU64::new(0);

/// The shortest time over which the rate is measured. Reading two clocks one after the other jitters by some 100 ns,
/// so this is good to 1 in 10,000, and what follows measures over longer and longer times.
const FIRST_BASELINE: Duration = Duration::from_millis(1);

/// A change of the wall clock below this is left alone: spans of one trace must not move against each other for the
/// jitter of reading two clocks.
const TOLERATED_NS: u64 = 5_000_000;

/// A monotonic reading in ticks, at least 1; only [`nanos_between`] and [`Anchor`] know their length.
#[inline]
pub(crate) fn now() -> u64 {
    raw::ticks().unwrap_or_else(|| origin().instant.elapsed().as_nanos() as u64 + 1)
}

fn origin() -> &'static Origin {
    ORIGIN.get_or_init(|| Origin {
        ticks: raw::ticks().unwrap_or(1),
        instant: Instant::now(),
    })
}

/// Nanoseconds per tick. Waits for up to a millisecond the first time.
fn rate() -> f64 {
    match RATE.load(Ordering::Relaxed) {
        0 => measure(),
        bits => f64::from_bits(bits),
    }
}

#[cold]
fn measure() -> f64 {
    let origin = origin();
    let rate = if raw::ticks().is_some() {
        if let Some(wait) = FIRST_BASELINE.checked_sub(origin.instant.elapsed()) {
            std::thread::sleep(wait);
        }
        let (ticks, age) = (now(), origin.instant.elapsed());
        age.as_nanos() as f64 / ticks.saturating_sub(origin.ticks).max(1) as f64
    } else {
        1.0
    };
    RATE.store(rate.to_bits(), Ordering::Relaxed);
    rate
}

/// The time between two readings; zero where they are the wrong way round.
pub(crate) fn nanos_between(start: u64, end: u64) -> u64 {
    (end.saturating_sub(start) as f64 * rate()) as u64
}

/// For tests: how far the wall clock is set ahead, in nanoseconds.
#[cfg(test)]
pub(crate) static AHEAD_NS: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(0);

/// Nanoseconds since the Unix epoch by the wall clock.
pub(crate) fn wall_ns() -> u64 {
    let wall = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |age| age.as_nanos() as u64);
    #[cfg(test)]
    let wall = wall.saturating_add_signed(AHEAD_NS.load(Ordering::SeqCst));
    wall
}

/// Where monotonic readings lie in Unix time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor {
    ticks: u64,
    unix_ns: u64,
    rate: f64,
    /// When the rate is measured again: at double the age, since a longer baseline gives a better one.
    next: Duration,
}

impl Anchor {
    /// Reads both clocks.
    pub(crate) fn read() -> Self {
        let rate = rate();
        Self {
            ticks: now(),
            unix_ns: wall_ns(),
            rate,
            next: origin().instant.elapsed() * 2,
        }
    }

    /// Follows the wall clock after it was set or the machine was suspended, and the rate as it is known better.
    pub(crate) fn refresh(&mut self) {
        let (ticks, wall) = (now(), wall_ns());
        let expected = self.unix_ns(ticks);
        let age = origin().instant.elapsed();
        if age >= self.next {
            *self = Self {
                ticks,
                unix_ns: expected,
                rate: measure(),
                next: age * 2,
            };
        }
        if expected.abs_diff(wall) > TOLERATED_NS {
            (self.ticks, self.unix_ns) = (ticks, wall);
        }
    }

    /// Unix time of this monotonic reading.
    pub(crate) fn unix_ns(&self, ticks: u64) -> u64 {
        let offset = ticks.wrapping_sub(self.ticks) as i64 as f64 * self.rate;
        self.unix_ns.saturating_add_signed(offset as i64)
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

    #[test]
    fn ticks_are_as_long_as_nanoseconds_say() {
        // Each reading lies between two of the other clock, however long the thread has to wait in between.
        let (before_start, start, after_start) = (Instant::now(), now(), Instant::now());
        std::thread::sleep(Duration::from_millis(20));
        let (before_end, end, after_end) = (Instant::now(), now(), Instant::now());
        let measured = nanos_between(start, end) as f64;
        let (least, most) = (before_end - after_start, after_end - before_start);
        assert!(measured >= 0.95 * least.as_nanos() as f64, "{measured} {least:?}");
        assert!(measured <= 1.05 * most.as_nanos() as f64, "{measured} {most:?}");
        assert_eq!(nanos_between(end, start), 0);
    }

    #[test]
    fn a_wall_clock_that_jumps_is_followed_and_order_is_kept() {
        let mut anchor = Anchor::read();
        anchor.unix_ns -= 3_600_000_000_000;
        anchor.refresh();
        assert!(anchor.unix_ns(now()).abs_diff(wall_ns()) < 1_000_000_000);
        let (start, end) = (now(), now());
        assert!(anchor.unix_ns(end) >= anchor.unix_ns(start));
    }
}
