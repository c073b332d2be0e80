//! A trace with all that its page needs to know of it.

use std::collections::HashMap;

use crate::analysis::{Origin, Section, Summary, Tree, critical_path, self_times};
use crate::model::{Nanos, Span, SpanId, Trace};
use crate::web::palette::Palette;

pub(super) struct View<'a> {
    pub(super) trace: &'a Trace,
    pub(super) tree: Tree,
    pub(super) summary: Summary,
    /// By span.
    pub(super) self_times: Vec<Nanos>,
    pub(super) critical: Vec<Section>,
    pub(super) palette: Palette<'a>,
    /// By span: how the page names it.
    keys: Vec<String>,
}

impl<'a> View<'a> {
    pub(super) fn new(trace: &'a Trace) -> Self {
        let tree = Tree::new(trace);
        let keys = keys(trace, &tree);
        Self {
            summary: Summary::new(trace),
            self_times: self_times(&tree),
            critical: critical_path(&tree),
            palette: Palette::new(trace.spans.iter().map(Span::service)),
            keys,
            tree,
            trace,
        }
    }

    pub(super) fn span(&self, at: usize) -> &'a Span {
        &self.trace.spans[at]
    }

    /// Nanoseconds from the trace's start to a span's.
    pub(super) fn offset(&self, at: usize) -> Nanos {
        self.tree.node(at).start - self.tree.time().start
    }

    /// From the first start to the last end.
    pub(super) fn duration(&self) -> Nanos {
        let time = self.tree.time();
        time.end - time.start
    }

    /// How the page names a span: its id, and a number where several have that id.
    pub(super) fn key(&self, at: usize) -> &str {
        &self.keys[at]
    }

    pub(super) fn with_key(&self, key: &str) -> Option<usize> {
        let key = key.to_ascii_lowercase();
        self.keys.iter().position(|other| *other == key)
    }

    /// Service and operation of the root, or of what is nearest to one.
    pub(super) fn name(&self) -> (&'a str, &'a str) {
        let tops = self.tree.tops();
        let root = tops.iter().find(|at| self.tree.node(**at).origin == Origin::Root);
        match root.or(tops.first()) {
            Some(at) => (self.span(*at).service(), &self.span(*at).name),
            None => ("", "empty trace"),
        }
    }
}

fn keys(trace: &Trace, tree: &Tree) -> Vec<String> {
    let mut seen: HashMap<SpanId, usize> = HashMap::with_capacity(trace.spans.len());
    let mut keys = vec![String::new(); trace.spans.len()];
    for &at in tree.order() {
        let id = trace.spans[at].span_id;
        let before = seen.entry(id).or_default();
        keys[at] = match *before {
            0 => id.to_string(),
            before => format!("{id}.{before}"),
        };
        *before += 1;
    }
    keys
}
