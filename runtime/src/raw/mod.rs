//! The only module with `unsafe`.

/// Changes in a forked child; whoever keeps per-process state compares it.
pub(crate) fn fork_epoch() -> u32 {
    0
}
