//! The first traces of a search.

use std::collections::HashMap;

use crate::model::TraceId;
use crate::store::{Hit, SearchOrder};

/// Keeps the best span of each trace, and of these the first ones.
pub(in crate::store) struct Top {
    order: SearchOrder,
    limit: usize,
    best: HashMap<TraceId, Hit>,
    /// What a further trace must have, once there are enough.
    least: Option<u64>,
}

impl Top {
    pub(in crate::store) fn new(order: SearchOrder, limit: usize) -> Self {
        Self {
            order,
            limit: limit.max(1),
            best: HashMap::new(),
            least: None,
        }
    }

    pub(in crate::store) fn order(&self) -> SearchOrder {
        self.order
    }

    /// What hits are sorted by: the greatest is the first.
    pub(in crate::store) fn key(&self, start: u64, duration: u64) -> u64 {
        match self.order {
            SearchOrder::Latest => start,
            SearchOrder::Slowest => duration,
        }
    }

    /// Whether there are enough, so that [`Top::takes`] leaves some out.
    pub(in crate::store) fn is_full(&self) -> bool {
        self.least.is_some()
    }

    /// Whether a span with this key may be among the first.
    pub(in crate::store) fn takes(&self, key: u64) -> bool {
        self.least.is_none_or(|least| key >= least)
    }

    pub(in crate::store) fn push(&mut self, hit: Hit) {
        let rank = |hit: &Hit| (std::cmp::Reverse(key(self.order, hit)), hit.span_id);
        match self.best.entry(hit.trace_id) {
            std::collections::hash_map::Entry::Vacant(vacant) => {
                vacant.insert(hit);
            }
            std::collections::hash_map::Entry::Occupied(mut kept) => {
                if rank(&hit) < rank(kept.get()) {
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
        self.least = hits.last().map(|hit| key(self.order, hit));
        self.best = hits.into_iter().map(|hit| (hit.trace_id, hit)).collect();
    }

    fn sort(&self, hits: &mut [Hit]) {
        hits.sort_unstable_by_key(|hit| (std::cmp::Reverse(key(self.order, hit)), hit.trace_id, hit.span_id));
    }

    /// The first ones, in their order.
    pub(in crate::store) fn into_hits(mut self) -> Vec<Hit> {
        self.prune();
        let mut hits: Vec<Hit> = self.best.drain().map(|(_, hit)| hit).collect();
        self.sort(&mut hits);
        hits
    }
}

fn key(order: SearchOrder, hit: &Hit) -> u64 {
    match order {
        SearchOrder::Latest => hit.start,
        SearchOrder::Slowest => hit.duration,
    }
}
