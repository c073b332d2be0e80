//! The process-wide state that decides whether and where spans go.

use crate::caught::caught;
use crate::context::SpanContext;
use crate::id::TraceId;
use crate::record::Kind;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// What has been set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Mode {
    /// No `init()` yet: spans go to `tracing`, if somebody listens there.
    Inert = 0,
    /// The pipeline runs.
    Active = 1,
    /// The pipeline runs, and spans go to `tracing` too.
    ActiveWithTracing = 2,
    /// Shut down: nothing is recorded any more.
    Down = 3,
}

static MODE: AtomicU8 = AtomicU8::new(0);
/// Whether there is a sampler: without one, nobody need wait for its lock.
static DECIDES: AtomicBool = AtomicBool::new(false);
static DECIDE: RwLock<Option<Arc<dyn Decide>>> = RwLock::new(None);
/// Tests that collect spans of their own threads, whatever the mode.
static ROUTES: AtomicUsize = AtomicUsize::new(0);

#[inline]
pub(crate) fn mode() -> Mode {
    match MODE.load(Ordering::Relaxed) {
        0 => Mode::Inert,
        1 => Mode::Active,
        2 => Mode::ActiveWithTracing,
        _ => Mode::Down,
    }
}

/// Changes the mode; every site asks its filter anew.
pub(crate) fn set_mode(mode: Mode) {
    MODE.store(mode as u8, Ordering::SeqCst);
    crate::site::set_recording(true);
}

#[inline]
pub(crate) fn routes() -> usize {
    ROUTES.load(Ordering::Relaxed)
}

pub(crate) fn count_routes(change: isize) {
    ROUTES.fetch_add(change as usize, Ordering::SeqCst);
}

/// Whether traces that are not sampled are recorded, for the pipeline to keep some of them.
static HOLDS: AtomicBool = AtomicBool::new(false);

pub(crate) fn holds() -> bool {
    HOLDS.load(Ordering::Relaxed)
}

#[cfg(feature = "pipeline")]
pub(crate) fn set_holds(on: bool) {
    HOLDS.store(on, Ordering::Relaxed);
}

/// The sampler, as the recorder asks it for each local root.
pub(crate) trait Decide: Send + Sync {
    /// Whether this trace is recorded.
    fn decide(&self, trace_id: TraceId, parent: Option<&SpanContext>, name: &str, kind: Kind) -> bool;
}

/// Sets the sampler; `None` records all but what a parent did not.
pub(crate) fn decide_with(sampler: Option<Arc<dyn Decide>>) {
    DECIDES.store(sampler.is_some(), Ordering::Relaxed);
    *DECIDE.write().unwrap_or_else(PoisonError::into_inner) = sampler;
}

/// Asks the sampler. A sampler that panics is taken as "no".
pub(crate) fn decide(trace_id: TraceId, parent: Option<&SpanContext>, name: &str, kind: Kind) -> bool {
    let sampler = DECIDES
        .load(Ordering::Relaxed)
        .then(|| DECIDE.read().unwrap_or_else(PoisonError::into_inner).clone());
    let Some(sampler) = sampler.flatten() else {
        return parent.is_none_or(SpanContext::is_sampled);
    };
    caught(|| sampler.decide(trace_id, parent, name, kind)).unwrap_or(false)
}
