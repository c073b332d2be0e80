//! What runs on Spanwright's own thread: assemble, hooks, redact, limit, aggregate, fan out.
//!
//! `thread` is the loop; what it reads becomes a record in `assemble`, or OTLP's bytes in `encode`; `worker` is one destination's thread behind its `queue`, which has a `lane` for each signal and
//! keeps the `accounts`; `report` is what users see of them.
//! Nothing here is on the application's threads but [`wake`] and the waiting in [`flush`] and [`shutdown`].

mod accounts;
mod aggregate;
mod assemble;
mod breaker;
mod budget;
#[cfg(feature = "otlp")]
mod clean_texts;
#[cfg(feature = "otlp")]
mod encode;
#[cfg(feature = "otlp")]
mod encode_keys;
mod held;
mod lane;
mod latch;
mod loss;
mod pending;
mod plan;
mod policy;
mod prepare;
mod process;
mod queue;
mod report;
mod retry;
mod self_metrics;
mod shared;
#[cfg(feature = "spool")]
mod spooling;
mod thread;
mod work;
mod worker;

pub(crate) use assemble::Assembler;
pub(crate) use plan::Plan;
pub(crate) use policy::{PATIENCE, Policy};
pub(crate) use prepare::Preparation;
#[cfg(unix)]
pub(crate) use process::{Kept, keep};
pub(crate) use process::{
    describe, flush, health, is_running, resource, restart_in_child, shutdown, shutdown_unattended, start,
    switch, wake,
};
pub use report::{DestinationReport, DropReason, Health, Report};

use crate::context::Context;
use crate::record::SpanRecord;
use std::cell::Cell;
use std::sync::Arc;

/// A hook on ended spans: may change the span; `false` drops it.
pub(crate) type Hook = Arc<dyn Fn(&mut SpanRecord) -> bool + Send + Sync>;

thread_local! {
    static OWN: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is the pipeline's or a destination's.
pub(crate) fn is_own_thread() -> bool {
    OWN.try_with(Cell::get).unwrap_or(false)
}

/// Runs a thread of ours so that nothing it does is traced itself.
fn in_silence(run: impl FnOnce()) {
    let _ = OWN.try_with(|own| own.set(true));
    let _spans = Context::suppressed().attach();
    let _events = tracing::dispatcher::set_default(&tracing::Dispatch::none());
    run();
}
