//! The only module with `unsafe`: byte chunks shared between one writer and one reader, and the process
//! hooks (`atexit`, `pthread_atfork`, signals) that the standard library does not offer.
//!
//! Each block says why it is sound. Everything here is exported behind a safe interface.

mod append;
mod chunk;
mod per_process;
#[cfg(all(unix, feature = "pipeline"))]
mod process;
#[cfg(all(unix, feature = "pipeline"))]
mod signals;
pub(crate) mod sync;
#[cfg(feature = "pipeline")]
mod thread;
mod ticks;

#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, loom))]
mod wake_models;

pub(crate) use append::{append, append_framed};
pub(crate) use chunk::{Chunk, Writer};
pub(crate) use per_process::PerProcess;
#[cfg(all(unix, feature = "pipeline"))]
pub(crate) use process::{at_exit, watch_forks};
#[cfg(all(unix, feature = "pipeline"))]
pub(crate) use signals::{catch_signals, end_by};
#[cfg(feature = "pipeline")]
pub(crate) use thread::spawn;
pub(crate) use ticks::ticks;

use std::sync::atomic::{AtomicU32, Ordering};

static FORK_EPOCH: AtomicU32 = AtomicU32::new(0);

/// Changes in a forked child; whoever keeps per-process state compares it with the one it started under.
#[inline]
pub(crate) fn fork_epoch() -> u32 {
    FORK_EPOCH.load(Ordering::Relaxed)
}
