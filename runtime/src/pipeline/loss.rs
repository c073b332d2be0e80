//! One line on stderr when spans start to be lost, and one when that is over.

use super::report::{DropReason, Health};
use std::io::Write;
use std::time::{Duration, Instant};

/// Without a loss for this long it is over.
const OVER: Duration = Duration::from_secs(30);
/// Between two looks at the accounts.
const BETWEEN: Duration = Duration::from_secs(1);
/// Between two lines that say that it started.
const APART: Duration = Duration::from_secs(60);

/// Watches the accounts.
#[derive(Debug)]
pub(super) struct LossWatch {
    /// Nothing is printed.
    silent: bool,
    lost: u64,
    /// The last time that more was lost, while it lasts.
    losing: Option<Instant>,
    said: Option<Instant>,
    looked: Option<Instant>,
}

/// Records that were lost, and what that was last due to. What ends after the shutdown is said in the report alone.
fn lost(health: &Health) -> (u64, String) {
    let mut total = 0;
    let mut why = String::new();
    for (reason, count) in &health.dropped {
        if !reason.is_wanted() && *reason != DropReason::AfterShutdown {
            total += count;
            why = reason.as_str().to_owned();
        }
    }
    for destination in health.destinations.iter().filter(|one| one.lost() > 0) {
        total += destination.lost();
        let last = destination.dropped.keys().rfind(|reason| !reason.is_wanted());
        let reason = last.map_or("rejected", |reason| reason.as_str());
        let error = destination.last_error.as_deref().unwrap_or(reason);
        why = format!("{}: {error}", destination.name);
    }
    (total, why)
}

impl LossWatch {
    pub(super) fn new(silent: bool) -> Self {
        Self {
            silent,
            lost: 0,
            losing: None,
            said: None,
            looked: None,
        }
    }

    /// Looks at the accounts; answers the line that is due.
    fn line(&mut self, health: &Health, now: Instant) -> Option<String> {
        let (lost, why) = lost(health);
        if lost > self.lost {
            self.lost = lost;
            let started = self.losing.replace(now).is_none();
            let due = self
                .said
                .is_none_or(|said| now.saturating_duration_since(said) >= APART);
            if started && due {
                self.said = Some(now);
                return Some(format!("records are being lost, {lost} so far ({why})"));
            }
        } else if self
            .losing
            .is_some_and(|last| now.saturating_duration_since(last) >= OVER)
        {
            self.losing = None;
            return Some(format!("no more records are lost; {lost} were"));
        }
        None
    }

    /// Says what is due. The accounts are asked for once in a while only: the loop comes by at every wake-up.
    pub(super) fn look(&mut self, now: Instant, health: impl FnOnce() -> Health) {
        if self.silent
            || self
                .looked
                .is_some_and(|looked| now.saturating_duration_since(looked) < BETWEEN)
        {
            return;
        }
        self.looked = Some(now);
        if let Some(line) = self.line(&health(), now) {
            // Where stderr is closed there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "spanwright: {line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(full: u64) -> Health {
        Health {
            dropped: [(DropReason::QueueFull, full), (DropReason::Hook, 7)].into(),
            ..Health::default()
        }
    }

    #[test]
    fn one_line_at_the_start_and_one_at_the_end() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut watch = LossWatch::new(false);
        assert_eq!(watch.line(&health(0), at(0)), None);
        assert_eq!(
            watch.line(&health(3), at(1)).as_deref(),
            Some("records are being lost, 3 so far (queue full)")
        );
        assert_eq!(watch.line(&health(5), at(2)), None);
        assert_eq!(watch.line(&health(5), at(20)), None);
        assert_eq!(
            watch.line(&health(5), at(32)).as_deref(),
            Some("no more records are lost; 5 were")
        );
        assert_eq!(watch.line(&health(5), at(40)), None);
        // Again, but too soon to say so.
        assert_eq!(watch.line(&health(6), at(50)), None);
        assert!(watch.line(&health(6), at(90)).is_some());
        assert!(watch.line(&health(9), at(100)).is_some());
    }
}
