//! When to try again: exponential backoff with full jitter, and what a server asks for.

use crate::id::random_u64;
use std::time::{Duration, Instant};

const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const LAST_BACKOFF: Duration = Duration::from_secs(30);
/// The longest wait that a server can ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);
/// The longest pause between attempts while somebody waits for the end.
const HURRIED: Duration = Duration::from_millis(200);

/// The longest wait after so many failures in a row, from one on.
pub(super) fn backoff(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    (FIRST_BACKOFF * (1 << doublings)).min(LAST_BACKOFF)
}

/// A number from 0 up to 1, evenly: full jitter takes this share of the backoff.
pub(super) fn draw() -> f64 {
    (random_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Until when nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gate {
    until: Instant,
    /// The same while somebody waits for a flush or a shutdown.
    hurried: Instant,
}

impl Gate {
    /// After so many failures in a row; `share` is the jitter.
    pub(super) fn after_failures(failures: u32, share: f64, now: Instant) -> Self {
        let wait = backoff(failures).mul_f64(share);
        Self {
            until: now + wait,
            hurried: now + wait.min(HURRIED),
        }
    }

    /// As the server asked, up to five minutes, whoever waits. `None` where it asked for no wait: then the backoff
    /// holds, or a server that is down and says "0" would be asked without a pause.
    pub(super) fn asked(after: Duration, now: Instant) -> Option<(Self, Duration)> {
        let wait = after.min(LONGEST_RETRY_AFTER);
        let until = now + wait;
        let gate = Self {
            until,
            hurried: until,
        };
        (!wait.is_zero()).then_some((gate, wait))
    }

    /// When it opens.
    pub(super) fn opens(&self, hurry: bool) -> Instant {
        if hurry { self.hurried } else { self.until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backoff_doubles_from_half_a_second_to_thirty() {
        let waits: Vec<f64> = (1..=9).map(|failures| backoff(failures).as_secs_f64()).collect();
        assert_eq!(waits, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]);
        assert_eq!(backoff(u32::MAX), LAST_BACKOFF);
    }

    #[test]
    fn the_jitter_is_even_over_the_whole_backoff() {
        let mut tenths = [0; 10];
        for _ in 0..10_000 {
            let share = draw();
            assert!((0.0..1.0).contains(&share));
            tenths[(share * 10.0) as usize] += 1;
        }
        // Of 1,000 each; five standard deviations are 150.
        assert!(
            tenths.iter().all(|count| (850..1150).contains(count)),
            "{tenths:?}"
        );
    }

    #[test]
    fn a_gate_opens_sooner_where_somebody_waits_but_not_before_the_server_allows() {
        let now = Instant::now();
        let at = |millis| now + Duration::from_millis(millis);
        let gate = Gate::after_failures(4, 0.5, now);
        assert_eq!((gate.opens(false), gate.opens(true)), (at(2000), at(200)));
        let (gate, wait) = Gate::asked(Duration::from_secs(7), now).unwrap();
        assert_eq!((gate.opens(false), gate.opens(true)), (at(7000), at(7000)));
        assert_eq!(wait, Duration::from_secs(7));
        let (_, wait) = Gate::asked(Duration::from_secs(86_400), now).unwrap();
        assert_eq!(wait, LONGEST_RETRY_AFTER);
        assert_eq!(Gate::asked(Duration::ZERO, now), None);
    }
}
