//! What a queue gives its worker to do, and how that says an attempt ended.

use super::lane::Entry;
use super::latch::Latch;
#[cfg(feature = "spool")]
use super::policy::Signal;
use crate::destination::Batch;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the pipeline tells a worker beside batches.
pub(super) enum Command {
    /// Say what the destination is; at once.
    Describe(Arc<Mutex<Option<String>>>, Arc<Latch>),
    /// Flush when all that came before is settled, and say so.
    Flush(Arc<Latch>),
    /// The same, and end; what is not settled at the latch's deadline is given up.
    Stop(Arc<Latch>),
}

impl Command {
    pub(super) fn latch(&self) -> &Latch {
        match self {
            Self::Describe(_, latch) | Self::Flush(latch) | Self::Stop(latch) => latch,
        }
    }
}

/// What a worker has to do next.
pub(super) enum Work {
    Deliver(Entry),
    Obey(Command),
    /// Put it into the spool.
    #[cfg(feature = "spool")]
    Keep(Entry),
    /// Deliver what the spool has of this signal.
    #[cfg(feature = "spool")]
    Resume(Signal),
    /// Let the spool look after itself.
    #[cfg(feature = "spool")]
    Tick,
    /// Nobody is left to offer anything.
    End,
}

/// How an attempt ended.
pub(super) enum Attempt {
    Delivered { rejected: u64 },
    Retry { after: Option<Duration> },
    Denied,
    Refused,
    TooLarge(Option<Box<(Batch, Batch)>>),
    Panicked,
}

impl Attempt {
    /// What went wrong, in one word; "" is nothing.
    pub(super) fn error(&self) -> &'static str {
        match self {
            Self::Delivered { .. } => "",
            Self::Retry { .. } => "unavailable",
            Self::Denied => "denied",
            Self::Refused => "refused",
            Self::TooLarge(_) => "too_large",
            Self::Panicked => "panicked",
        }
    }
}
