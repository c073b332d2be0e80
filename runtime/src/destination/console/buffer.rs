//! Spans that wait for the end of their trace's root in this process.
//!
//! Bounded in traces, bytes and age: what does not fit is given out as it stands, marked as a part.

use crate::id::{SpanId, TraceId};
use crate::record::{LogRecord, SpanRecord};
use std::collections::{HashMap, HashSet, VecDeque};

/// Traces that wait at once.
const MOST_TRACES: usize = 1024;
/// Bytes of all that waits.
const MOST_BYTES: usize = 8 << 20;
/// How long a trace waits, by the clock of its own spans.
const MOST_AGE_NS: u64 = 60_000_000_000;
/// Printed spans, and partly printed traces, that are remembered so that latecomers are known.
const REMEMBERED: usize = 4096;

/// Spans to print together.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) trace_id: TraceId,
    pub(super) spans: Vec<SpanRecord>,
    pub(super) logs: Vec<LogRecord>,
    pub(super) note: Note,
}

/// What to say of a part that is not a whole trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Note {
    Whole,
    /// The root has not ended.
    Partial,
    /// Other spans of it are printed already.
    Continued,
}

#[derive(Debug, Default)]
struct Trace {
    spans: Vec<SpanRecord>,
    logs: Vec<LogRecord>,
    bytes: usize,
    since_ns: u64,
}

/// A set of the last few things put into it.
#[derive(Debug)]
struct Memory<T> {
    order: VecDeque<T>,
    set: HashSet<T>,
}

#[derive(Debug, Default)]
pub(super) struct Buffer {
    traces: HashMap<TraceId, Trace>,
    /// The waiting traces, oldest first.
    order: VecDeque<TraceId>,
    bytes: usize,
    newest_ns: u64,
    /// Given up to make room, to be printed with the next parts.
    evicted: Vec<Part>,
    printed: Memory<SpanId>,
    partly_printed: Memory<TraceId>,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self {
            order: VecDeque::new(),
            set: HashSet::new(),
        }
    }
}

impl<T: Copy + Eq + std::hash::Hash> Memory<T> {
    fn keep(&mut self, item: T) {
        if self.set.insert(item) {
            self.order.push_back(item);
        }
        while self.order.len() > REMEMBERED {
            if let Some(oldest) = self.order.pop_front() {
                self.set.remove(&oldest);
            }
        }
    }

    fn has(&self, item: &T) -> bool {
        self.set.contains(item)
    }
}

impl Buffer {
    pub(super) fn add_span(&mut self, span: SpanRecord) {
        let bytes = span.bytes();
        self.newest_ns = self.newest_ns.max(span.end_ns);
        let trace = self.traces.entry(span.trace_id).or_insert_with(|| {
            self.order.push_back(span.trace_id);
            Trace {
                since_ns: span.end_ns,
                ..Trace::default()
            }
        });
        trace.spans.push(span);
        trace.bytes += bytes;
        self.bytes += bytes;
        self.make_room();
    }

    pub(super) fn is_waiting(&self, trace: TraceId) -> bool {
        self.traces.contains_key(&trace)
    }

    /// Keeps a log record of a waiting trace.
    pub(super) fn add_log(&mut self, log: LogRecord) {
        let bytes = log.bytes();
        if let Some(trace) = self.traces.get_mut(&log.trace_id) {
            trace.logs.push(log);
            trace.bytes += bytes;
            self.bytes += bytes;
        }
        self.make_room();
    }

    fn make_room(&mut self) {
        while self.order.len() > MOST_TRACES || self.bytes > MOST_BYTES {
            let Some(oldest) = self.order.front().copied() else {
                return;
            };
            let part = self.take(oldest);
            self.evicted.extend(part);
        }
    }

    /// What need not wait any longer, oldest first.
    pub(super) fn take_ready(&mut self) -> Vec<Part> {
        let mut ready = std::mem::take(&mut self.evicted);
        for id in self.order.clone() {
            let Some(trace) = self.traces.get(&id) else {
                continue;
            };
            let is_whole = trace.spans.iter().any(|span| span.parent_span_id.is_none());
            let is_old = self.newest_ns.saturating_sub(trace.since_ns) > MOST_AGE_NS;
            let part = if is_whole || is_old {
                self.take(id)
            } else {
                self.take_branches(id)
            };
            ready.extend(part);
        }
        ready
    }

    /// Everything, ready or not.
    pub(super) fn take_all(&mut self) -> Vec<Part> {
        let mut parts = self.take_ready();
        while let Some(id) = self.order.front().copied() {
            parts.extend(self.take(id));
        }
        parts
    }

    /// All that there is of a trace.
    fn take(&mut self, id: TraceId) -> Option<Part> {
        self.order.retain(|waiting| *waiting != id);
        let trace = self.traces.remove(&id)?;
        self.bytes = self.bytes.saturating_sub(trace.bytes);
        Some(self.part(id, trace.spans, trace.logs))
    }

    /// What hangs below spans whose parent is in another process, or printed already.
    fn take_branches(&mut self, id: TraceId) -> Option<Part> {
        let printed = &self.printed;
        let trace = self.traces.get_mut(&id)?;
        let taken = below(&trace.spans, |span| {
            span.parent_is_remote || span.parent_span_id.is_some_and(|parent| printed.has(&parent))
        });
        if taken.len() == trace.spans.len() {
            return self.take(id);
        }
        if taken.is_empty() {
            return None;
        }
        let spans: Vec<_> = trace
            .spans
            .extract_if(.., |span| taken.contains(&span.span_id))
            .collect();
        let logs: Vec<_> = trace
            .logs
            .extract_if(.., |log| taken.contains(&log.span_id))
            .collect();
        let bytes: usize = spans
            .iter()
            .map(SpanRecord::bytes)
            .chain(logs.iter().map(LogRecord::bytes))
            .sum();
        trace.bytes = trace.bytes.saturating_sub(bytes);
        self.bytes = self.bytes.saturating_sub(bytes);
        Some(self.part(id, spans, logs))
    }

    fn part(&mut self, trace_id: TraceId, spans: Vec<SpanRecord>, logs: Vec<LogRecord>) -> Part {
        let has_root = spans
            .iter()
            .any(|span| span.parent_span_id.is_none() || span.parent_is_remote);
        let follows = |span: &SpanRecord| {
            span.parent_span_id
                .is_some_and(|parent| self.printed.has(&parent))
        };
        let note = if spans.iter().any(follows) || self.partly_printed.has(&trace_id) {
            Note::Continued
        } else if has_root {
            Note::Whole
        } else {
            Note::Partial
        };
        if !has_root {
            self.partly_printed.keep(trace_id);
        }
        for span in &spans {
            self.printed.keep(span.span_id);
        }
        Part {
            trace_id,
            spans,
            logs,
            note,
        }
    }
}

/// The ids of the spans that `is_top` picks, and of all below them.
fn below(spans: &[SpanRecord], is_top: impl Fn(&SpanRecord) -> bool) -> HashSet<SpanId> {
    let mut children: HashMap<SpanId, Vec<SpanId>> = HashMap::new();
    for span in spans {
        if let Some(parent) = span.parent_span_id {
            children.entry(parent).or_default().push(span.span_id);
        }
    }
    let mut found = HashSet::new();
    let mut next: Vec<_> = spans
        .iter()
        .filter(|span| is_top(span))
        .map(|span| span.span_id)
        .collect();
    while let Some(id) = next.pop() {
        if found.insert(id) {
            next.extend(children.get(&id).into_iter().flatten());
        }
    }
    found
}
