//! How a store writes.

use std::time::Duration;

/// When what was spooled is brought to the disk itself. A process that is killed loses nothing in any case: this is
/// for systems that crash or lose power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fsync {
    /// With each batch, before it counts as spooled.
    EachBatch,
    /// At most this long after; default 500 ms.
    Every(Duration),
    /// When the system sees fit.
    Never,
}

/// How a store writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    pub(super) fsync: Fsync,
    pub(super) segment_bytes: u64,
    pub(super) segment_ms: u64,
}
