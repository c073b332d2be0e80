//! The critical path: which span, at each moment, the end of the trace was waiting for.
//!
//! Walked backwards from the end. Within a span the child that ended last was waited for, from its end back to its
//! start; then the child that had ended last by then; between them the span itself was at work. What a span started
//! and did not wait for counts only in so far as the trace goes on after the span and all that waits for it. What began
//! after its parent's end was waited for by nobody, and stands by itself.

use super::Tree;
use crate::model::Nanos;

/// A stretch of the critical path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The span that was at work.
    pub span: usize,
    /// From then.
    pub start: Nanos,
    /// Until then.
    pub end: Nanos,
}

/// The critical path, from the start of the trace to its end. Moments at which no span ran are left out.
#[must_use]
pub fn critical_path(tree: &Tree) -> Vec<Section> {
    let walk = Walk::new(tree);
    let time = tree.time();
    let mut sections = Vec::new();
    let mut stack = vec![walk.enter(None, time.end, time.start)];
    while let Some(step) = stack.last_mut() {
        let next = walk.next_child(step);
        let until = next.map_or(step.low, |(_, time)| time);
        if let Some(span) = step.span {
            let end = step.time.min(tree.node(span).end);
            if until < end {
                sections.push(Section {
                    span,
                    start: until,
                    end,
                });
            }
        }
        match next {
            Some((child, time)) => {
                step.time = tree.node(child).start.max(step.low);
                let step = walk.enter(Some(child), time, step.low);
                stack.push(step);
            }
            None => {
                stack.pop();
            }
        }
    }
    sections.reverse();
    sections
}

struct Walk<'a> {
    tree: &'a Tree,
    /// Where the path may end: the tops, and what began after its parent's end.
    alone: Vec<usize>,
    /// For each span, when the last of it and what is attached below it ended.
    reach: Vec<Nanos>,
}

/// A span that the walk is in. `None` is the whole trace, whose children are the tops.
struct Step {
    span: Option<usize>,
    /// The walk is here; it goes back.
    time: Nanos,
    /// And ends here.
    low: Nanos,
    /// Children that outlast the span, those that reach least far first.
    after: Vec<usize>,
    /// Children within the span, those that ended first first, with their ends; made when `after` is done.
    within: Option<Vec<(Nanos, usize)>>,
}

impl<'a> Walk<'a> {
    fn new(tree: &'a Tree) -> Self {
        let mut reach: Vec<Nanos> = tree.nodes().iter().map(|node| node.end).collect();
        let mut alone = Vec::new();
        for &at in tree.order().iter().rev() {
            match attached_to(tree, at) {
                Some(parent) => reach[parent] = reach[parent].max(reach[at]),
                None => alone.push(at),
            }
        }
        alone.reverse();
        Self { tree, alone, reach }
    }

    fn enter(&self, span: Option<usize>, time: Nanos, low: Nanos) -> Step {
        let mut after = Vec::new();
        let (start, end) = self.time_of(span, low);
        if time > end {
            after.extend(self.children(span).filter(|child| self.reach[*child] > end));
            after.sort_by_key(|child| self.reach[*child]);
        }
        Step {
            span,
            time,
            low: low.max(start),
            after,
            within: None,
        }
    }

    /// The child that was waited for before `step.time`, and until when.
    fn next_child(&self, step: &mut Step) -> Option<(usize, Nanos)> {
        while let Some(child) = step.after.pop() {
            if self.tree.node(child).start < step.time {
                return Some((child, self.reach[child].min(step.time)));
            }
        }
        let (_, end) = self.time_of(step.span, step.low);
        let within = step.within.get_or_insert_with(|| {
            step.time = step.time.min(end);
            self.within(step.span, step.time)
        });
        while let Some((end, child)) = within.pop() {
            if end <= step.low {
                return None;
            }
            if end <= step.time {
                return Some((child, end));
            }
        }
        None
    }

    /// Children that began before `time`; what goes on after it is waited for only until then. Of those that ended
    /// together, the one that began first comes last, and so is taken.
    fn within(&self, span: Option<usize>, time: Nanos) -> Vec<(Nanos, usize)> {
        let mut within: Vec<(Nanos, usize)> = self
            .children(span)
            .rev()
            .map(|child| (self.tree.node(child), child))
            .filter(|(node, _)| node.start < time)
            .map(|(node, child)| (node.end.min(time), child))
            .collect();
        within.sort_by_key(|(end, _)| *end);
        within
    }

    fn time_of(&self, span: Option<usize>, low: Nanos) -> (Nanos, Nanos) {
        // The trace as a whole does nothing by itself: all of it comes after its start.
        span.map_or((low, low), |span| {
            (self.tree.node(span).start, self.tree.node(span).end)
        })
    }

    fn children(&self, span: Option<usize>) -> impl DoubleEndedIterator<Item = usize> {
        span.map_or_else(|| &self.alone[..], |span| self.tree.children(span))
            .iter()
            .copied()
            .filter(move |child| attached_to(self.tree, *child) == span)
    }
}

/// The parent, where the span began while the parent ran.
fn attached_to(tree: &Tree, span: usize) -> Option<usize> {
    let node = tree.node(span);
    node.parent.filter(|parent| node.start < tree.node(*parent).end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::testing::{SpanSketch, any_trace, nested_trace, sketch, trace};

    fn path(spans: &[SpanSketch]) -> Vec<(u64, Nanos, Nanos)> {
        critical_path(&Tree::new(&trace(spans)))
            .into_iter()
            .map(|section| (spans[section.span].id, section.start, section.end))
            .collect()
    }

    #[test]
    fn children_one_after_the_other_are_all_on_it() {
        let spans = [sketch(1, 0, 0..100), sketch(2, 1, 10..30), sketch(3, 1, 40..90)];
        assert_eq!(
            path(&spans),
            [(1, 0, 10), (2, 10, 30), (1, 30, 40), (3, 40, 90), (1, 90, 100)]
        );
    }

    #[test]
    fn of_children_in_parallel_the_last_to_finish_is_on_it() {
        let spans = [
            sketch(1, 0, 0..100),
            sketch(2, 1, 10..60),
            sketch(3, 1, 20..80),
            sketch(4, 3, 25..30),
            sketch(5, 1, 5..15),
        ];
        let expected = [
            (1, 0, 5),
            (5, 5, 15),
            (1, 15, 20),
            (3, 20, 25),
            (4, 25, 30),
            (3, 30, 80),
            (1, 80, 100),
        ];
        assert_eq!(path(&spans), expected);
    }

    #[test]
    fn what_nobody_waits_for_is_on_it_only_within_who_started_it() {
        let spans = [sketch(1, 0, 0..200), sketch(2, 1, 0..50), sketch(3, 2, 10..190)];
        assert_eq!(path(&spans), [(2, 0, 10), (3, 10, 50), (1, 50, 200)]);
    }

    #[test]
    fn what_outlasts_the_root_is_on_it() {
        let spans = [sketch(1, 0, 0..100), sketch(2, 1, 50..60), sketch(3, 2, 150..250)];
        assert_eq!(
            path(&spans),
            [(1, 0, 50), (2, 50, 60), (1, 60, 100), (3, 150, 250)]
        );
    }

    #[test]
    fn orphans_and_several_roots_are_on_it_where_nothing_later_ran() {
        let spans = [
            sketch(1, 0, 0..100),
            sketch(2, 9, 50..130),
            sketch(3, 0, 140..150),
        ];
        assert_eq!(path(&spans), [(1, 0, 50), (2, 50, 130), (3, 140, 150)]);
    }

    #[test]
    fn moments_and_depth_are_no_trouble() {
        assert!(path(&[]).is_empty());
        assert!(path(&[sketch(1, 0, 5..5), sketch(2, 1, 5..5)]).is_empty());
        let deep: Vec<SpanSketch> = (1..=100_000)
            .map(|id| sketch(id, id - 1, id..200_001 - id))
            .collect();
        assert_eq!(path(&deep).len(), 199_999);
        let wide: Vec<SpanSketch> = (1..=100_000)
            .map(|id| sketch(id, u64::from(id > 1), id..id + 1))
            .collect();
        assert_eq!(path(&wide).len(), 100_000);
    }

    /// As Jaeger's page does it: recursively, for spans that are within their parents.
    fn of_jaeger(tree: &Tree, span: usize, until: Option<Nanos>, path: &mut Vec<Section>) {
        let node = tree.node(span);
        let time = until.unwrap_or(node.end);
        let last = tree
            .children(span)
            .iter()
            .rev()
            .filter(|child| until.is_none_or(|until| tree.node(**child).end <= until))
            .filter(|child| tree.node(**child).start < time)
            .max_by_key(|child| tree.node(**child).end);
        let mut section = |start, end| {
            if start < end {
                path.push(Section { span, start, end });
            }
        };
        match last {
            Some(child) => {
                section(tree.node(*child).end, time);
                of_jaeger(tree, *child, None, path);
                of_jaeger(tree, span, Some(tree.node(*child).start), path);
            }
            None => section(node.start, time),
        }
    }

    proptest! {
        #[test]
        fn it_is_jaegers_where_every_span_is_within_its_parent(trace in nested_trace()) {
            let tree = Tree::new(&trace);
            let mut expected = Vec::new();
            of_jaeger(&tree, tree.tops()[0], None, &mut expected);
            expected.reverse();
            prop_assert_eq!(critical_path(&tree), expected);
        }

        #[test]
        fn its_sections_are_in_order_and_within_their_spans(trace in any_trace()) {
            let tree = Tree::new(&trace);
            let path = critical_path(&tree);
            prop_assert!(path.windows(2).all(|pair| pair[0].end <= pair[1].start));
            for section in &path {
                let node = tree.node(section.span);
                prop_assert!(node.start <= section.start && section.start < section.end);
                prop_assert!(section.end <= node.end);
            }
            if tree.nodes().iter().all(|node| node.duration() > 0)
                && let Some(last) = path.last()
            {
                prop_assert_eq!(last.end, tree.time().end);
            }
        }
    }
}
