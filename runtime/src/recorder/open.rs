//! The spans that are open at this moment, readable from any thread: for `active_spans()`, and for the records
//! that shutdown writes of spans that never ended.
//!
//! Each live block owns one slot for its whole life, so that starting a span costs a few relaxed stores.

use crate::id::{SpanId, TraceId};
use crate::raw::fork_epoch;
use crate::site::{self, Site};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

#[derive(Debug, Default)]
pub(crate) struct Slot {
    /// The fork epoch that it was registered in. A forked child has copies of all slots of its parent, whose spans are not
    /// its own.
    epoch: u32,
    /// The span's id while it is open, else 0. Written last at the start and first at the end.
    span: AtomicU64,
    parent: AtomicU64,
    trace: [AtomicU64; 2],
    start: AtomicU64,
    site: AtomicU32,
}

/// Beside a slot's site: the trace was not sampled.
const HELD: u32 = 1 << 31;

static SLOTS: Mutex<Vec<Weak<Slot>>> = Mutex::new(Vec::new());

/// A span that has started and not ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OpenSpan {
    /// Its trace.
    pub trace_id: TraceId,
    /// Its id.
    pub span_id: SpanId,
    /// Its parent, if it has one.
    pub parent_span_id: Option<SpanId>,
    /// Where it was started.
    pub site: &'static Site,
    /// How long it has been open.
    pub elapsed: std::time::Duration,
    pub(crate) start: u64,
    /// Its trace was not sampled.
    #[cfg_attr(not(feature = "pipeline"), allow(dead_code))]
    pub(crate) held: bool,
}

impl Slot {
    /// A slot that [`open_spans`] knows. Slots of blocks that are gone are swept as new ones come.
    pub(super) fn register() -> Arc<Self> {
        let slot = Arc::new(Self {
            epoch: fork_epoch(),
            ..Self::default()
        });
        let mut slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() == slots.capacity() {
            slots.retain(|slot| slot.strong_count() > 0);
        }
        slots.push(Arc::downgrade(&slot));
        slot
    }

    #[inline]
    pub(super) fn open(
        &self,
        trace: TraceId,
        span: SpanId,
        parent: SpanId,
        start: u64,
        site: u32,
        held: bool,
    ) {
        let bytes = trace.to_bytes();
        let (high, low) = bytes.split_at(8);
        let word = |half: &[u8]| u64::from_be_bytes(half.try_into().unwrap_or_default());
        self.parent.store(parent.to_u64(), Ordering::Relaxed);
        self.trace[0].store(word(high), Ordering::Relaxed);
        self.trace[1].store(word(low), Ordering::Relaxed);
        self.start.store(start, Ordering::Relaxed);
        let held = if held { HELD } else { 0 };
        self.site.store(site | held, Ordering::Relaxed);
        self.span.store(span.to_u64(), Ordering::Release);
    }

    /// Whether it is a parent's: whoever goes on with its block needs another one.
    #[inline]
    pub(super) fn is_inherited(&self) -> bool {
        self.epoch != fork_epoch()
    }

    #[inline]
    pub(super) fn close(&self) {
        self.span.store(0, Ordering::Release);
    }

    fn read(&self) -> Option<OpenSpan> {
        let span = self.span.load(Ordering::Acquire);
        if span == 0 {
            return None;
        }
        let trace = u128::from(self.trace[0].load(Ordering::Relaxed)) << 64
            | u128::from(self.trace[1].load(Ordering::Relaxed));
        let parent = SpanId::from_u64(self.parent.load(Ordering::Relaxed));
        let start = self.start.load(Ordering::Relaxed);
        let numbered = self.site.load(Ordering::Relaxed);
        let site = site::by_number(numbered & !HELD)?;
        // The block may have been reused while it was read; then what was read belongs to two spans.
        std::sync::atomic::fence(Ordering::Acquire);
        (self.span.load(Ordering::Relaxed) == span).then(|| OpenSpan {
            trace_id: TraceId::from_bytes(trace.to_be_bytes()),
            span_id: SpanId::from_u64(span),
            parent_span_id: parent.is_valid().then_some(parent),
            site,
            elapsed: std::time::Duration::from_nanos(crate::clock::nanos_between(start, crate::clock::now())),
            start,
            held: numbered & HELD != 0,
        })
    }
}

/// The list of slots, while the thread that has it forks.
#[cfg(all(unix, feature = "pipeline"))]
#[allow(dead_code, reason = "dropping it lets go")]
pub(crate) struct Kept(std::sync::MutexGuard<'static, Vec<Weak<Slot>>>);

/// Lets no other thread have it; see [`Kept`].
#[cfg(all(unix, feature = "pipeline"))]
pub(crate) fn keep() -> Kept {
    Kept(SLOTS.lock().unwrap_or_else(PoisonError::into_inner))
}

/// All open spans of this process, in no particular order.
pub fn open_spans() -> Vec<OpenSpan> {
    let slots: Vec<_> = SLOTS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
        .filter_map(Weak::upgrade)
        .collect();
    let own = slots.iter().filter(|slot| !slot.is_inherited());
    own.filter_map(|slot| slot.read()).collect()
}
