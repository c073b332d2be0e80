//! A store in memory, by brute force, and traces that look like real ones.

mod maker;
mod sample;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use tokio::sync::broadcast::{Receiver, Sender};

use super::Tail;
use crate::model::{Nanos, Span, Trace, TraceId, Value};
use crate::store::{
    Dependency, Found, Hit, Operation, Read, ReadError, RedQuery, RedSeries, Search, SearchOrder,
};

pub(super) use sample::{NOW, hostile, large, sample_traces};

/// Traces, as they are.
pub(super) struct Memory {
    pub(super) traces: Vec<Trace>,
}

impl Memory {
    /// A day of a few services.
    pub(super) fn sample() -> Self {
        Self {
            traces: sample_traces(NOW, 60),
        }
    }

    fn spans(&self) -> impl Iterator<Item = &Span> {
        self.traces.iter().flat_map(|trace| &trace.spans)
    }

    fn attributes(&self) -> impl Iterator<Item = &(String, Value)> {
        self.spans()
            .flat_map(|span| span.attributes.iter().chain(&span.resource.attributes))
    }
}

impl Read for Memory {
    fn trace(&self, id: TraceId) -> Result<Option<Trace>, ReadError> {
        Ok(self.traces.iter().find(|trace| trace.id == id).cloned())
    }

    fn search(&self, search: &Search) -> Result<Found, ReadError> {
        let rank = |span: &Span| match search.order {
            SearchOrder::Latest => span.start,
            SearchOrder::Slowest => span.duration(),
        };
        let mut hits: Vec<&Span> = self
            .traces
            .iter()
            .filter_map(|trace| {
                let found = |span: &&Span| search.time.contains(&span.start) && search.filter.matches(span);
                trace.spans.iter().filter(found).max_by_key(|span| rank(span))
            })
            .collect();
        hits.sort_by_key(|span| std::cmp::Reverse(rank(span)));
        let hit = |span: &Span| Hit {
            trace_id: span.trace_id,
            span_id: span.span_id,
            service: span.service().to_owned(),
            name: span.name.clone(),
            kind: span.kind,
            start: span.start,
            duration: span.duration(),
            error: span.is_error(),
        };
        Ok(Found {
            hits: hits.into_iter().take(search.limit).map(hit).collect(),
        })
    }

    fn services(&self) -> Result<Vec<String>, ReadError> {
        let mut names: Vec<String> = self.spans().map(|span| span.service().to_owned()).collect();
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    fn operations(&self, service: Option<&str>) -> Result<Vec<Operation>, ReadError> {
        let mut operations: Vec<Operation> = self
            .spans()
            .filter(|span| service.is_none_or(|service| span.service() == service))
            .map(|span| Operation {
                name: span.name.clone(),
                kind: span.kind,
            })
            .collect();
        operations.sort_by(|a, b| (&a.name, a.kind.to_otlp()).cmp(&(&b.name, b.kind.to_otlp())));
        operations.dedup();
        Ok(operations)
    }

    fn dependencies(&self, time: Range<Nanos>) -> Result<Vec<Dependency>, ReadError> {
        let mut calls: BTreeMap<(String, String), Dependency> = BTreeMap::new();
        for trace in &self.traces {
            for span in trace.spans.iter().filter(|span| time.contains(&span.start)) {
                let parent = trace
                    .spans
                    .iter()
                    .find(|other| Some(other.span_id) == span.parent_id);
                let Some(parent) = parent.filter(|parent| parent.service() != span.service()) else {
                    continue;
                };
                let key = (parent.service().to_owned(), span.service().to_owned());
                let call = calls.entry(key.clone()).or_insert_with(|| Dependency {
                    parent: key.0,
                    child: key.1,
                    ..Dependency::default()
                });
                call.calls += 1;
                call.errors += u64::from(span.is_error());
                call.duration += span.duration();
            }
        }
        Ok(calls.into_values().collect())
    }

    fn red(&self, query: &RedQuery) -> Result<Vec<RedSeries>, ReadError> {
        Ok(query.count(self.spans()))
    }

    fn keys(&self, prefix: &str, limit: usize) -> Result<Vec<String>, ReadError> {
        let keys = self
            .attributes()
            .map(|(key, _)| key.clone())
            .filter(|key| key.starts_with(prefix));
        Ok(commonest(keys, limit))
    }

    fn values(&self, key: &str, prefix: &str, limit: usize) -> Result<Vec<String>, ReadError> {
        let values = self
            .attributes()
            .filter(|(name, _)| name == key)
            .map(|(_, value)| super::format::value(value))
            .filter(|value| value.starts_with(prefix));
        Ok(commonest(values, limit))
    }
}

fn commonest(texts: impl Iterator<Item = String>, limit: usize) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.into_iter().take(limit).map(|(text, _)| text).collect()
}

/// Spans that a test, or the preview, lets arrive.
pub(super) struct Arriving(pub(super) Sender<Arc<[Span]>>);

impl Tail for Arriving {
    fn subscribe(&self) -> Receiver<Arc<[Span]>> {
        self.0.subscribe()
    }
}
