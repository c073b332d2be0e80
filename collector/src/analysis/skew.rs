//! Clocks that disagree.
//!
//! Two services rarely have the same time to the microsecond, so a server's span may seem to begin before the call
//! that caused it. What is outside its caller's time is moved into it, and the move is remembered. Within a service
//! there is one clock: there, what is odd is shown as it is.

use crate::model::{Kind, Nanos, Span};

/// A span's time by its parent's clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shifted {
    pub(super) start: Nanos,
    pub(super) end: Nanos,
    pub(super) shift: i128,
}

/// The times of all spans. `order` has parents before children.
pub(super) fn shifts(spans: &[Span], parents: &[Option<usize>], order: &[usize]) -> Vec<Shifted> {
    let mut shifted: Vec<Shifted> = spans.iter().map(|span| by(span, 0)).collect();
    for &at in order {
        let Some(parent) = parents[at] else { continue };
        let shift = if spans[at].service() == spans[parent].service() {
            shifted[parent].shift
        } else {
            to_fit(&spans[at], &spans[parent], shifted[parent])
        };
        shifted[at] = by(&spans[at], shift);
    }
    shifted
}

fn by(span: &Span, shift: i128) -> Shifted {
    let moved = |time: Nanos| {
        let time = (i128::from(time) + shift).clamp(0, i128::from(Nanos::MAX));
        Nanos::try_from(time).unwrap_or(Nanos::MAX)
    };
    Shifted {
        start: moved(span.start),
        end: moved(span.end.max(span.start)),
        shift,
    }
}

fn to_fit(child: &Span, parent: &Span, within: Shifted) -> i128 {
    let duration = i128::from(child.duration());
    let (from, to) = (i128::from(within.start), i128::from(within.end));
    let start = i128::from(child.start);
    if from <= start && start + duration <= to {
        return 0;
    }
    // Nobody waits for who takes a message, nor, it seems, for what takes longer than its caller: they may end at any
    // time, but not begin before their cause.
    let waits_not = parent.kind == Kind::Producer || child.kind == Kind::Consumer || duration > to - from;
    if waits_not {
        return (from - start).max(0);
    }
    // The way there and the way back are taken to be of the same length.
    from + (to - from - duration) / 2 - start
}

#[cfg(test)]
mod tests {
    use crate::analysis::Tree;
    use crate::analysis::testing::{any_trace, sketch, trace};
    use crate::model::Kind;
    use proptest::prelude::*;

    #[test]
    fn a_server_before_its_caller_is_moved_into_its_middle_and_what_is_below_with_it() {
        let tree = Tree::new(&trace(&[
            sketch(1, 0, 1000..1100).service("shop"),
            sketch(2, 1, 500..560).service("stock"),
            sketch(3, 2, 510..520).service("stock"),
            sketch(4, 2, 515..518).service("shop"),
        ]));
        let times: Vec<_> = tree.nodes().iter().map(|n| (n.start, n.end, n.shift)).collect();
        assert_eq!(times[1], (1020, 1080, 520));
        assert_eq!(times[2], (1030, 1040, 520));
        assert_eq!(
            times[3],
            (1048, 1051, 533),
            "the shop's own clock, moved into stock's time"
        );
    }

    #[test]
    fn a_child_of_the_same_service_is_never_moved() {
        let tree = Tree::new(&trace(&[sketch(1, 0, 1000..1100), sketch(2, 1, 500..560)]));
        assert_eq!(tree.node(1).shift, 0);
        assert_eq!(tree.tops(), [0]);
    }

    #[test]
    fn who_takes_a_message_may_begin_after_the_sender_ended_but_not_before_it_began() {
        let late = [
            sketch(1, 0, 0..10).service("shop").kind(Kind::Producer),
            sketch(2, 1, 500..505).service("mail").kind(Kind::Consumer),
        ];
        assert_eq!(Tree::new(&trace(&late)).node(1).shift, 0);
        let early = [
            sketch(1, 0, 100..110).service("shop").kind(Kind::Producer),
            sketch(2, 1, 50..55).service("mail").kind(Kind::Consumer),
        ];
        assert_eq!(Tree::new(&trace(&early)).node(1).start, 100);
    }

    #[test]
    fn what_takes_longer_than_its_caller_is_only_moved_to_begin_with_it() {
        let tree = Tree::new(&trace(&[
            sketch(1, 0, 100..110).service("shop"),
            sketch(2, 1, 90..200).service("stock"),
            sketch(3, 1, 105..200).service("mail"),
        ]));
        assert_eq!((tree.node(1).start, tree.node(1).shift), (100, 10));
        assert_eq!(tree.node(2).shift, 0);
    }

    proptest! {
        #[test]
        fn services_share_a_shift_and_no_child_begins_before_another_services_parent(trace in any_trace()) {
            let tree = Tree::new(&trace);
            for (at, node) in tree.nodes().iter().enumerate() {
                let Some(parent) = node.parent else {
                    prop_assert_eq!(node.shift, 0);
                    continue;
                };
                if trace.spans[at].service() == trace.spans[parent].service() {
                    prop_assert_eq!(node.shift, tree.node(parent).shift);
                } else {
                    prop_assert!(node.start >= tree.node(parent).start);
                }
            }
        }
    }
}
