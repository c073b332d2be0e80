//! Which span is whose parent.

use crate::model::{Kind, Span, SpanId};

/// Why a span stands where it does in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It has no parent.
    Root,
    /// It is below its parent.
    Child,
    /// It names a parent that is not here, or not yet; it stands at the top.
    Orphan,
    /// Its ancestors lead back to itself; of that circle it began first, and stands at the top.
    Cycle,
}

/// Of the spans that share an id, so many are looked at. Zipkin shares one between two; more is a mistake.
const SHARED: usize = 16;

/// For each span its parent's place in `spans`, and why. Following parents always ends.
pub(super) fn parents(spans: &[Span]) -> Vec<(Option<usize>, Origin)> {
    let mut ids: Vec<(SpanId, usize)> = spans
        .iter()
        .enumerate()
        .map(|(at, span)| (span.span_id, at))
        .collect();
    ids.sort_unstable();
    let mut parents: Vec<(Option<usize>, Origin)> = spans
        .iter()
        .enumerate()
        .map(|(at, span)| parent(spans, &ids, at, span))
        .collect();
    break_cycles(spans, &mut parents);
    parents
}

fn parent(spans: &[Span], ids: &[(SpanId, usize)], at: usize, span: &Span) -> (Option<usize>, Origin) {
    let with_id = |id: SpanId| {
        let from = ids.partition_point(|(other, _)| *other < id);
        ids[from..]
            .iter()
            .take(SHARED)
            .take_while(move |(other, _)| *other == id)
            .map(|(_, other)| *other)
            .filter(move |other| *other != at)
    };
    // Zipkin's client and server share an id: the server is a part of the client.
    if matches!(span.kind, Kind::Server | Kind::Consumer)
        && let Some(caller) =
            with_id(span.span_id).find(|other| matches!(spans[*other].kind, Kind::Client | Kind::Producer))
    {
        return (Some(caller), Origin::Child);
    }
    let Some(id) = span.parent_id else {
        return (None, Origin::Root);
    };
    // Where two share the parent's id: the one in the same process, else the one that does the work.
    let rank = |other: &usize| {
        let parent = &spans[*other];
        (
            parent.service() != span.service(),
            matches!(parent.kind, Kind::Client | Kind::Producer),
        )
    };
    match with_id(id).min_by_key(rank) {
        Some(parent) => (Some(parent), Origin::Child),
        None if id == span.span_id => (None, Origin::Cycle),
        None => (None, Origin::Orphan),
    }
}

/// Takes the parent from the span of each circle that began first (of several, the one with the least id).
fn break_cycles(spans: &[Span], parents: &mut [(Option<usize>, Origin)]) {
    const UNSEEN: usize = 0;
    let mut seen_in = vec![UNSEEN; parents.len()];
    for start in 0..parents.len() {
        let walk = start + 1;
        let mut at = start;
        let back = loop {
            match seen_in[at] {
                UNSEEN => seen_in[at] = walk,
                earlier => break (earlier == walk).then_some(at),
            }
            match parents[at].0 {
                Some(parent) => at = parent,
                None => break None,
            }
        };
        let Some(member) = back else { continue };
        let circle = std::iter::successors(Some(member), |at| {
            parents[*at].0.filter(|parent| *parent != member)
        });
        if let Some(first) = circle.min_by_key(|at| (spans[*at].start, spans[*at].span_id, *at)) {
            parents[first] = (None, Origin::Cycle);
        }
    }
}
