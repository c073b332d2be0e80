//! How long batches are tried, and how many records may wait.

use crate::destination::Signals;
use std::time::Duration;

/// How long a batch is tried unless something else is said.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// One of the three kinds of record. Each waits, fails and recovers by itself, since each may have an endpoint of its
/// own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Traces,
    Logs,
    Metrics,
}

impl Signal {
    pub(crate) const ALL: [Self; 3] = [Self::Traces, Self::Logs, Self::Metrics];

    /// Whether a destination with these signals takes it.
    pub(crate) const fn is_in(self, signals: Signals) -> bool {
        match self {
            Self::Traces => signals.traces,
            Self::Logs => signals.logs,
            Self::Metrics => signals.metrics,
        }
    }
}

/// The limits of each destination's queue beside the bytes, by signal where they may differ.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// A batch is given up when it was tried for so long; `None` is never.
    pub(crate) patience: [Option<Duration>; 3],
    /// A batch is given up after so many attempts; `None` leaves it to the time.
    pub(crate) attempts: Option<u32>,
    /// Records that may wait; `None` leaves it to the bytes.
    pub(crate) records: [Option<usize>; 3],
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            patience: [Some(PATIENCE); 3],
            attempts: None,
            records: [None; 3],
        }
    }
}
