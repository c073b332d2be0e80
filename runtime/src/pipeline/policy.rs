//! How long batches are tried, and how many records may wait.

pub(crate) use crate::record::Signal;
use std::time::Duration;

/// How long a batch is tried unless something else is said.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

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
