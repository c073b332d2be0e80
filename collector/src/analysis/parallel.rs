//! Children that ran at the same time.

use super::Tree;
use crate::model::Nanos;

/// A stretch of a span's time in which children of it overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parallel {
    /// The span.
    pub parent: usize,
    /// When the first of them began.
    pub start: Nanos,
    /// When the last of them ended.
    pub end: Nanos,
    /// The children, those that began first first: each overlaps another of them.
    pub children: Vec<usize>,
    /// How many ran at once, at most.
    pub most: usize,
}

/// All such stretches, of all spans. What only touches does not overlap.
#[must_use]
pub fn parallel_parts(tree: &Tree) -> Vec<Parallel> {
    let mut parts = Vec::new();
    for parent in 0..tree.nodes().len() {
        let children = tree.children(parent);
        let mut from = 0;
        while from < children.len() {
            let (to, end) = connected(tree, children, from);
            if to - from > 1 {
                let children = children[from..to].to_vec();
                parts.push(Parallel {
                    parent,
                    start: tree.node(children[0]).start,
                    end,
                    most: most_at_once(tree, &children),
                    children,
                });
            }
            from = to;
        }
    }
    parts
}

/// Where the children that overlap from `from` on end, and when.
fn connected(tree: &Tree, children: &[usize], from: usize) -> (usize, Nanos) {
    let mut end = tree.node(children[from]).end;
    let more = children[from + 1..]
        .iter()
        .take_while(|child| {
            let node = tree.node(**child);
            let overlaps = node.start < end;
            if overlaps {
                end = end.max(node.end);
            }
            overlaps
        })
        .count();
    (from + 1 + more, end)
}

fn most_at_once(tree: &Tree, children: &[usize]) -> usize {
    let mut ends: Vec<Nanos> = children.iter().map(|child| tree.node(*child).end).collect();
    ends.sort_unstable();
    let (mut ended, mut most) = (0, 0);
    for (begun, child) in children.iter().enumerate() {
        let start = tree.node(*child).start;
        ended += ends[ended..].iter().take_while(|end| **end <= start).count();
        most = most.max(begun + 1 - ended.min(begun));
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::{sketch, trace};

    #[test]
    fn stretches_of_overlap_are_found_with_how_many_ran() {
        let tree = Tree::new(&trace(&[
            sketch(1, 0, 0..1000),
            sketch(2, 1, 0..100),
            sketch(3, 1, 50..150),
            sketch(4, 1, 100..120),
            sketch(5, 1, 150..200),
            sketch(6, 1, 300..400),
            sketch(7, 1, 300..400),
            sketch(8, 1, 310..320),
        ]));
        let part = |start, end, children: &[usize], most| Parallel {
            parent: 0,
            start,
            end,
            children: children.to_vec(),
            most,
        };
        assert_eq!(
            parallel_parts(&tree),
            [part(0, 150, &[1, 2, 3], 2), part(300, 400, &[5, 6, 7], 3)]
        );
    }
}
