//! A destination that says "not you" or "not here" to everything is left alone for a while.

use std::time::{Duration, Instant};

/// So many denials in a row open it.
const IN_A_ROW: u32 = 3;
/// Between two probes.
const PROBE: Duration = Duration::from_secs(30);

/// Counts denials (HTTP 401, 403, 404 and their like) and says when to ask again.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    in_a_row: u32,
    probe: Option<Instant>,
}

impl Breaker {
    /// Another denial; answers whether this one was a probe, whose batch goes on waiting.
    pub(super) fn denied(&mut self, now: Instant) -> bool {
        let probing = self.probe.is_some();
        self.in_a_row = self.in_a_row.saturating_add(1);
        if self.in_a_row >= IN_A_ROW {
            self.probe = Some(now + PROBE);
        }
        probing
    }

    /// Anything but a denial.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// When the next probe is due; `None` where nothing is held back.
    pub(super) fn probe(&self) -> Option<Instant> {
        self.probe
    }

    /// Somebody waits for a flush or a shutdown: the next probe is due now.
    pub(super) fn hurry(&mut self, now: Instant) {
        if let Some(probe) = &mut self.probe {
            *probe = now.min(*probe);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_denials_in_a_row_pause_and_any_other_answer_ends_it() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
        assert!(!breaker.denied(now));
        assert!(!breaker.denied(now));
        assert_eq!(breaker.probe(), None);
        breaker.reset();
        for _ in 0..3 {
            assert!(!breaker.denied(now));
        }
        assert_eq!(breaker.probe(), Some(now + PROBE));
        let later = now + PROBE;
        assert!(breaker.denied(later), "a probe");
        assert_eq!(breaker.probe(), Some(later + PROBE));
        breaker.hurry(later);
        assert_eq!(breaker.probe(), Some(later));
        breaker.reset();
        assert_eq!(breaker.probe(), None);
        assert!(!breaker.denied(later));
    }
}
