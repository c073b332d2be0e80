//! Whether what is dropped on this thread right now is dropped because time ran out.

use crate::record::Outcome;
use std::cell::Cell;
use std::fmt;
use std::time::Duration;

/// A future was not ready in time; see `spanwright::timeout`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut {
    pub(crate) after: Duration,
}

impl TimedOut {
    /// The time that it was given.
    pub fn after(self) -> Duration {
        self.after
    }
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "timed out after {:?}", self.after)
    }
}

impl std::error::Error for TimedOut {}

thread_local! {
    static OUT_OF_TIME: Cell<bool> = const { Cell::new(false) };
}

/// Drops a value because time ran out: spans that it holds end with the outcome `timeout`.
#[cfg(feature = "tokio")]
pub(crate) fn drop_out_of_time(drop: impl FnOnce()) {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            let _ = OUT_OF_TIME.try_with(|marker| marker.set(self.0));
        }
    }
    let _restore = Restore(
        OUT_OF_TIME
            .try_with(|marker| marker.replace(true))
            .unwrap_or(false),
    );
    drop();
}

/// `timeout` where time ran out, else `otherwise`.
pub(crate) fn outcome_of_drop(otherwise: Outcome) -> Outcome {
    if OUT_OF_TIME.try_with(Cell::get).unwrap_or(false) {
        Outcome::Timeout
    } else {
        otherwise
    }
}
