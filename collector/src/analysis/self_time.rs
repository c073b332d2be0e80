//! Time that a span spent by itself.

use super::Tree;
use crate::model::Nanos;

/// For each span, its duration less the time in which a child ran. Children count only within the span.
#[must_use]
pub fn self_times(tree: &Tree) -> Vec<Nanos> {
    (0..tree.nodes().len())
        .map(|span| self_time(tree, span))
        .collect()
}

fn self_time(tree: &Tree, span: usize) -> Nanos {
    let node = tree.node(span);
    let mut own = 0;
    let mut covered = node.start;
    for &child in tree.children(span) {
        let child = tree.node(child);
        let start = child.start.clamp(covered, node.end.max(covered));
        own += start - covered;
        covered = covered.max(child.end.min(node.end));
    }
    own + (node.end - covered)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::testing::{any_trace, sketch, trace};

    #[test]
    fn children_that_overlap_or_stick_out_count_once_and_within() {
        let tree = Tree::new(&trace(&[
            sketch(1, 0, 100..200),
            sketch(2, 1, 50..110),
            sketch(3, 1, 120..150),
            sketch(4, 1, 130..160),
            sketch(5, 1, 190..300),
            sketch(6, 1, 400..500),
        ]));
        assert_eq!(self_times(&tree)[0], 10 + 30);
        assert_eq!(self_times(&tree)[5], 100);
    }

    proptest! {
        #[test]
        fn it_is_what_no_child_covers(trace in any_trace()) {
            let tree = Tree::new(&trace);
            for (span, own) in self_times(&tree).into_iter().enumerate() {
                let node = tree.node(span);
                let alone = (node.start..node.end)
                    .filter(|moment| {
                        let covers = |child: &usize| {
                            (tree.node(*child).start..tree.node(*child).end).contains(moment)
                        };
                        !tree.children(span).iter().any(covers)
                    })
                    .count();
                prop_assert_eq!(own, alone as Nanos);
            }
        }
    }
}
