//! What runs on Spanwright's own thread: assemble, hooks, redact, limit, aggregate, fan out.
//!
//! `thread` is the loop; `worker` is one destination's thread behind its `queue`; `report` holds the accounts.
//! Nothing here is on the application's threads but [`wake`] and the waiting in [`flush`] and [`shutdown`].

mod aggregate;
mod assemble;
mod latch;
mod loss;
mod plan;
mod prepare;
mod process;
mod queue;
mod report;
mod thread;
mod worker;

pub(crate) use assemble::Assembler;
pub(crate) use plan::Plan;
pub(crate) use prepare::Preparation;
pub(crate) use process::{
    describe, flush, health, is_running, resource, restart_in_child, shutdown, shutdown_unattended, start,
    wake,
};
pub use report::{DestinationReport, DropReason, Health, Report};

use crate::context::Context;
use crate::record::SpanRecord;
use std::sync::Arc;

/// A hook on ended spans: may change the span; `false` drops it.
pub(crate) type Hook = Arc<dyn Fn(&mut SpanRecord) -> bool + Send + Sync>;

/// Runs a thread of ours so that nothing it does is traced itself.
fn in_silence(run: impl FnOnce()) {
    let _spans = Context::suppressed().attach();
    let _events = tracing::dispatcher::set_default(&tracing::Dispatch::none());
    run();
}
