//! The tree of a trace's spans.

use std::ops::Range;

use super::parents::{Origin, parents};
use super::skew::shifts;
use crate::model::{Nanos, Trace};

/// The spans of a trace as a tree. Spans are named by their place in [`Trace::spans`].
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    nodes: Vec<Node>,
    shape: Shape,
    time: Range<Nanos>,
}

/// A span's place in the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The span it is a part of.
    pub parent: Option<usize>,
    /// Why it stands here.
    pub origin: Origin,
    /// How many ancestors it has.
    pub depth: usize,
    /// When it began, by its parent's clock.
    pub start: Nanos,
    /// When it ended, by its parent's clock; never before `start`.
    pub end: Nanos,
    /// How far it was moved because its service's clock does not agree with its parent's.
    pub shift: i128,
}

impl Node {
    /// How long it took.
    #[must_use]
    pub fn duration(&self) -> Nanos {
        self.end - self.start
    }
}

impl Tree {
    /// The tree of a trace, with the clocks of its services brought together.
    #[must_use]
    pub fn new(trace: &Trace) -> Self {
        let spans = &trace.spans;
        let parents = parents(spans);
        let parent_of: Vec<Option<usize>> = parents.iter().map(|(parent, _)| *parent).collect();
        let raw: Vec<Nanos> = spans.iter().map(|span| span.start).collect();
        let by = |start: &[Nanos]| Shape::new(&parent_of, |at| (start[at], spans[at].span_id));
        let unshifted = by(&raw);
        let shifts = shifts(spans, &parent_of, &unshifted.order);
        let start: Vec<Nanos> = shifts.iter().map(|shifted| shifted.start).collect();
        let shape = if start == raw { unshifted } else { by(&start) };

        let mut nodes: Vec<Node> = parents
            .into_iter()
            .zip(shifts)
            .map(|((parent, origin), shifted)| Node {
                parent,
                origin,
                depth: 0,
                start: shifted.start,
                end: shifted.end,
                shift: shifted.shift,
            })
            .collect();
        for &at in &shape.order {
            nodes[at].depth = nodes[at].parent.map_or(0, |parent| nodes[parent].depth + 1);
        }
        let first = nodes.iter().map(|node| node.start).min().unwrap_or(0);
        let last = nodes.iter().map(|node| node.end).max().unwrap_or(0);
        Self {
            nodes,
            shape,
            time: first..last,
        }
    }

    /// A span's place.
    ///
    /// # Panics
    /// When the trace has no such span.
    #[must_use]
    pub fn node(&self, span: usize) -> &Node {
        &self.nodes[span]
    }

    /// All places, in the order of [`Trace::spans`].
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The spans below this one, those that began first first.
    #[must_use]
    pub fn children(&self, span: usize) -> &[usize] {
        &self.shape.children[self.shape.of[span].clone()]
    }

    /// The spans that are below none, those that began first first: roots, orphans, and where circles were cut.
    #[must_use]
    pub fn tops(&self) -> &[usize] {
        &self.shape.children[self.shape.tops.clone()]
    }

    /// All spans from top to bottom as a page shows them: each after its parent and before its parent's next child.
    #[must_use]
    pub fn order(&self) -> &[usize] {
        &self.shape.order
    }

    /// From the first start to the last end.
    #[must_use]
    pub fn time(&self) -> Range<Nanos> {
        self.time.clone()
    }

    /// For each span how many are below it, at any depth.
    #[must_use]
    pub fn descendants(&self) -> Vec<usize> {
        let mut below = vec![0; self.nodes.len()];
        for &at in self.shape.order.iter().rev() {
            if let Some(parent) = self.nodes[at].parent {
                below[parent] += below[at] + 1;
            }
        }
        below
    }
}

/// Who is below whom, in order.
#[derive(Debug, Clone, PartialEq)]
struct Shape {
    /// Children beside each other, parent by parent, the tops first.
    children: Vec<usize>,
    tops: Range<usize>,
    /// For each span, where in `children` its own are.
    of: Vec<Range<usize>>,
    order: Vec<usize>,
}

impl Shape {
    fn new<K: Ord>(parents: &[Option<usize>], key: impl Fn(usize) -> K) -> Self {
        let mut children: Vec<usize> = (0..parents.len()).collect();
        children.sort_by(|a, b| (parents[*a], key(*a), *a).cmp(&(parents[*b], key(*b), *b)));
        let tops = 0..children.partition_point(|at| parents[*at].is_none());
        let mut of = vec![0..0; parents.len()];
        let mut from = tops.end;
        for siblings in children[from..].chunk_by(|a, b| parents[*a] == parents[*b]) {
            let range = from..from + siblings.len();
            from = range.end;
            if let Some(parent) = siblings.first().and_then(|at| parents[*at]) {
                of[parent] = range;
            }
        }
        let mut order = Vec::with_capacity(parents.len());
        let mut ahead: Vec<usize> = children[tops.clone()].iter().rev().copied().collect();
        while let Some(at) = ahead.pop() {
            order.push(at);
            ahead.extend(children[of[at].clone()].iter().rev());
        }
        Self {
            children,
            tops,
            of,
            order,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::testing::{self, SpanSketch, sketch, trace};

    fn places(tree: &Tree) -> Vec<(usize, usize)> {
        tree.order()
            .iter()
            .map(|at| (*at, tree.node(*at).depth))
            .collect()
    }

    #[test]
    fn children_stand_below_their_parent_in_order_of_start() {
        let tree = Tree::new(&trace(&[
            sketch(1, 0, 0..100),
            sketch(2, 1, 50..60),
            sketch(3, 1, 10..20),
            sketch(4, 3, 12..13),
        ]));
        assert_eq!(places(&tree), [(0, 0), (2, 1), (3, 2), (1, 1)]);
        assert_eq!(tree.children(0), [2, 1]);
        assert_eq!(tree.descendants(), [3, 0, 1, 0]);
        assert_eq!(tree.time(), 0..100);
    }

    #[test]
    fn an_orphan_stands_at_the_top_and_says_so() {
        let tree = Tree::new(&trace(&[
            sketch(1, 9, 5..10),
            sketch(2, 1, 6..7),
            sketch(3, 0, 6..20),
        ]));
        assert_eq!(tree.tops(), [0, 2]);
        assert_eq!(tree.node(0).origin, Origin::Orphan);
        assert_eq!(tree.node(2).origin, Origin::Root);
    }

    #[test]
    fn a_circle_is_cut_at_the_span_that_began_first_whatever_the_order() {
        let spans = [
            sketch(1, 3, 20..30),
            sketch(2, 1, 10..40),
            sketch(3, 2, 10..50),
            sketch(4, 1, 21..22),
            sketch(5, 5, 70..80),
        ];
        for turn in 0..spans.len() {
            let mut spans = spans.clone();
            spans.rotate_left(turn);
            let tree = Tree::new(&trace(&spans));
            let tops: Vec<(u64, Origin)> = tree
                .tops()
                .iter()
                .map(|at| (spans[*at].id, tree.node(*at).origin))
                .collect();
            assert_eq!(tops, [(2, Origin::Cycle), (5, Origin::Cycle)]);
            assert_eq!(tree.order().len(), 5);
        }
    }

    #[test]
    fn a_server_that_shares_its_clients_id_is_below_the_client() {
        use crate::model::Kind::{Client, Internal, Server};
        let tree = Tree::new(&trace(&[
            sketch(1, 0, 0..100).service("shop"),
            sketch(2, 1, 10..90).service("shop").kind(Client),
            sketch(2, 1, 20..80).service("stock").kind(Server),
            sketch(3, 2, 30..40).service("stock").kind(Internal),
            sketch(4, 2, 85..86).service("shop").kind(Internal),
        ]));
        let parents: Vec<_> = tree.nodes().iter().map(|node| node.parent).collect();
        assert_eq!(parents, [None, Some(0), Some(1), Some(2), Some(1)]);
    }

    #[test]
    fn depth_and_width_of_100_000_spans_need_no_stack() {
        let deep: Vec<SpanSketch> = (1..=100_000).map(|id| sketch(id, id - 1, id..200_000)).collect();
        let tree = Tree::new(&trace(&deep));
        assert_eq!(tree.node(99_999).depth, 99_999);
        let wide: Vec<SpanSketch> = (1..=100_000)
            .map(|id| sketch(id, u64::from(id > 1), id..200_000))
            .collect();
        assert_eq!(Tree::new(&trace(&wide)).children(0).len(), 99_999);
        let circle: Vec<SpanSketch> = (1..=100_000)
            .map(|id| sketch(id, if id == 1 { 100_000 } else { id - 1 }, id..200_000))
            .collect();
        assert_eq!(Tree::new(&trace(&circle)).tops(), [0]);
        let same: Vec<SpanSketch> = (1..=100_000).map(|start| sketch(7, 7, start..200_000)).collect();
        assert_eq!(Tree::new(&trace(&same)).order().len(), 100_000);
    }

    #[test]
    fn a_trace_without_spans_and_impossible_times_are_no_trouble() {
        assert!(Tree::new(&trace(&[])).order().is_empty());
        let mut backwards = trace(&[sketch(1, 0, 0..0), sketch(2, 1, u64::MAX - 1..u64::MAX)]);
        backwards.spans[0].start = 50;
        backwards.spans[0].end = 10;
        let tree = Tree::new(&backwards);
        assert_eq!((tree.node(0).start, tree.node(0).end), (50, 50));
    }

    proptest! {
        #[test]
        fn every_span_stands_once_after_its_parent(trace in testing::any_trace()) {
            let tree = Tree::new(&trace);
            let mut place = vec![None; trace.spans.len()];
            for (row, at) in tree.order().iter().enumerate() {
                prop_assert_eq!(place[*at].replace(row), None);
            }
            for (at, node) in tree.nodes().iter().enumerate() {
                prop_assert!(place[at].is_some());
                prop_assert!(node.end >= node.start);
                match node.parent {
                    Some(parent) => {
                        prop_assert!(place[parent] < place[at]);
                        prop_assert_eq!(node.depth, tree.node(parent).depth + 1);
                        prop_assert!(tree.children(parent).contains(&at));
                    }
                    None => prop_assert!(tree.tops().contains(&at)),
                }
                prop_assert!(tree.children(at).is_sorted_by_key(|child| tree.node(*child).start));
            }
        }
    }
}
