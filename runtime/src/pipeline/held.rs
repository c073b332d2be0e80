//! Spans of traces that were not sampled, until it is known whether one failed or was slow: the sampler's `keep_errors` and
//! `slower_than`.
//!
//! They wait by trace. When a local root has ended, it and what waits below it leave together: to the destinations if the
//! root says so, else to nowhere. Threads are read one after the other, so that a root may be read before what ended below
//! it on another thread: it waits until all threads were read once more. What waits is bounded in bytes; the trace that
//! has waited longest makes room.

use crate::id::{SpanId, TraceId};
use crate::record::SpanRecord;
use crate::sampler::Keep;
use crate::semconv::own;
use crate::value::Value;
use std::collections::{HashMap, HashSet, VecDeque};

/// Bytes that may wait.
const MOST_BYTES: usize = 8 << 20;
/// Kept traces that are remembered, for spans that end after their local root.
const REMEMBERED: usize = 1024;

/// What became of spans by the end of one.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// To be delivered, in the order in which they ended.
    pub(super) kept: Vec<SpanRecord>,
    /// Spans that are gone.
    pub(super) let_go: u64,
}

/// One trace's spans, in the order in which they ended.
#[derive(Default)]
struct Waiting {
    spans: Vec<SpanRecord>,
    bytes: usize,
}

#[derive(Default)]
pub(super) struct Held {
    keep: Keep,
    traces: HashMap<TraceId, Waiting>,
    /// The traces by age, with some that are gone by now.
    order: VecDeque<TraceId>,
    bytes: usize,
    count: u64,
    /// Local roots that were read in this round, and in the one before.
    roots: [Vec<SpanRecord>; 2],
    kept: HashSet<TraceId>,
    kept_order: VecDeque<TraceId>,
}

impl Held {
    pub(super) fn new(keep: Keep) -> Self {
        Self {
            keep,
            ..Self::default()
        }
    }

    /// Number of spans that wait.
    pub(super) fn len(&self) -> u64 {
        self.count + self.roots.iter().map(|roots| roots.len() as u64).sum::<u64>()
    }

    /// Whether a local root waits for the end of a round.
    pub(super) fn has_roots(&self) -> bool {
        self.roots.iter().any(|roots| !roots.is_empty())
    }

    /// Takes a span that has ended.
    pub(super) fn take(&mut self, mut span: SpanRecord) -> Settled {
        let mut settled = Settled::default();
        span.flags = span.flags.with_held(false);
        if self.kept.contains(&span.trace_id) {
            settled.kept.push(marked(span));
        } else if span.parent_span_id.is_none() || span.parent_is_remote {
            self.roots[0].push(span);
        } else {
            self.wait(span);
            settled.let_go = self.make_room();
        }
        settled
    }

    /// All threads were read once: settles the roots that were read before that.
    pub(super) fn end_round(&mut self) -> Settled {
        let mut settled = Settled::default();
        for root in std::mem::take(&mut self.roots[1]) {
            let mut leaving = self.below(&root);
            let kept = self.keep.wants(&root);
            if kept {
                self.remember(root.trace_id);
            }
            leaving.push(root);
            if kept {
                settled.kept.extend(leaving.into_iter().map(marked));
            } else {
                settled.let_go += leaving.len() as u64;
            }
        }
        self.roots.swap(0, 1);
        settled
    }

    /// Lets all go that wait; answers how many.
    pub(super) fn clear(&mut self) -> u64 {
        let len = self.len();
        *self = Self::new(self.keep);
        len
    }

    fn wait(&mut self, span: SpanRecord) {
        let bytes = span.bytes();
        let order = &mut self.order;
        let trace = self.traces.entry(span.trace_id).or_insert_with(|| {
            order.push_back(span.trace_id);
            Waiting::default()
        });
        trace.spans.push(span);
        trace.bytes += bytes;
        self.bytes += bytes;
        self.count += 1;
    }

    /// Lets the oldest traces go until the rest fits.
    fn make_room(&mut self) -> u64 {
        let before = self.count;
        while self.bytes > MOST_BYTES
            && let Some(oldest) = self.order.pop_front()
        {
            self.remove(oldest);
        }
        // Of many short traces the order would remember each.
        if self.order.len() > 2 * self.traces.len() + REMEMBERED {
            let traces = &self.traces;
            self.order.retain(|trace| traces.contains_key(trace));
        }
        before - self.count
    }

    fn remove(&mut self, trace: TraceId) -> Vec<SpanRecord> {
        let Waiting { spans, bytes } = self.traces.remove(&trace).unwrap_or_default();
        self.bytes -= bytes;
        self.count -= spans.len() as u64;
        spans
    }

    /// Takes out what waits below a root. A trace may pass through a process more than once: the rest waits on.
    fn below(&mut self, root: &SpanRecord) -> Vec<SpanRecord> {
        let spans = self.remove(root.trace_id);
        let mut children: HashMap<SpanId, Vec<SpanId>> = HashMap::new();
        for span in &spans {
            let parent = span.parent_span_id.unwrap_or(SpanId::INVALID);
            children.entry(parent).or_default().push(span.span_id);
        }
        let mut ids = HashSet::new();
        let mut next = vec![root.span_id];
        while let Some(id) = next.pop() {
            if ids.insert(id) {
                next.extend(children.remove(&id).unwrap_or_default());
            }
        }
        let (leaving, staying): (Vec<_>, Vec<_>) = spans
            .into_iter()
            .partition(|span: &SpanRecord| ids.contains(&span.span_id));
        staying.into_iter().for_each(|span| self.wait(span));
        leaving
    }

    fn remember(&mut self, trace: TraceId) {
        if self.kept.insert(trace) {
            self.kept_order.push_back(trace);
        }
        if self.kept_order.len() > REMEMBERED
            && let Some(oldest) = self.kept_order.pop_front()
        {
            self.kept.remove(&oldest);
        }
    }
}

/// The span with the mark that it was not sampled, so that whoever weighs by the sampling ratio leaves it out.
fn marked(mut span: SpanRecord) -> SpanRecord {
    span.attributes.push((own::PROMOTED.into(), Value::Bool(true)));
    span
}

#[cfg(test)]
#[path = "held_tests.rs"]
mod tests;
