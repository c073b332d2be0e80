//! The first traces of a search.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::model::TraceId;
use crate::store::{Hit, SearchOrder};

/// What spans are sorted by, and what a further one must have.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Bound {
    order: SearchOrder,
    /// Of a further trace, once there are enough.
    least: Option<u64>,
}

impl Bound {
    pub(in crate::store) fn order(self) -> SearchOrder {
        self.order
    }

    /// What hits are sorted by: the greatest is the first.
    pub(in crate::store) fn key(self, start: u64, duration: u64) -> u64 {
        match self.order {
            SearchOrder::Latest => start,
            SearchOrder::Slowest => duration,
        }
    }

    /// Whether there are enough, so that [`Bound::takes`] leaves some out.
    pub(in crate::store) fn is_full(self) -> bool {
        self.least.is_some()
    }

    /// Whether a span with this key may be among the first.
    pub(in crate::store) fn takes(self, key: u64) -> bool {
        self.least.is_none_or(|least| key >= least)
    }

    /// Which of a trace's spans is the best: the least. Those that share an id are told apart by all they have.
    fn rank(self, hit: &Hit) -> impl Ord {
        let Hit { start, duration, .. } = *hit;
        let same = (&hit.service, &hit.name, hit.kind.to_otlp(), hit.error);
        (
            Reverse(self.key(start, duration)),
            hit.span_id,
            start,
            duration,
            same,
        )
    }
}

/// Keeps the best span of each trace, and of these the first ones: the same ones in whichever order they come.
pub(in crate::store) struct Top {
    bound: Bound,
    limit: usize,
    best: HashMap<TraceId, Hit>,
}

impl Top {
    pub(in crate::store) fn new(order: SearchOrder, limit: usize) -> Self {
        Self {
            bound: Bound { order, least: None },
            limit: limit.max(1),
            best: HashMap::new(),
        }
    }

    pub(in crate::store) fn bound(&self) -> Bound {
        self.bound
    }

    pub(in crate::store) fn push(&mut self, hit: Hit) {
        match self.best.entry(hit.trace_id) {
            std::collections::hash_map::Entry::Vacant(vacant) => {
                vacant.insert(hit);
            }
            std::collections::hash_map::Entry::Occupied(mut kept) => {
                if self.bound.rank(&hit) < self.bound.rank(kept.get()) {
                    kept.insert(hit);
                }
            }
        }
        if self.best.len() >= self.limit.saturating_mul(2).max(64) {
            self.prune();
        }
    }

    /// Leaves the first ones, and knows what a further trace must have.
    pub(in crate::store) fn prune(&mut self) {
        if self.best.len() < self.limit {
            return;
        }
        let mut hits: Vec<Hit> = self.best.drain().map(|(_, hit)| hit).collect();
        self.sort(&mut hits);
        hits.truncate(self.limit);
        let last = hits.last();
        self.bound.least = last.map(|hit| self.bound.key(hit.start, hit.duration));
        self.best = hits.into_iter().map(|hit| (hit.trace_id, hit)).collect();
    }

    fn sort(&self, hits: &mut [Hit]) {
        hits.sort_unstable_by_key(|hit| (Reverse(self.bound.key(hit.start, hit.duration)), hit.trace_id));
    }

    /// The first ones, in their order.
    pub(in crate::store) fn into_hits(mut self) -> Vec<Hit> {
        self.prune();
        let mut hits: Vec<Hit> = self.best.drain().map(|(_, hit)| hit).collect();
        self.sort(&mut hits);
        hits
    }
}
