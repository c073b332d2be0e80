//! What a store answers.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::block::Block;
use super::embedded::Store;
use super::fingerprint;
use super::head;
use super::log::Through;
use super::partition::BlockFrames;
use super::rollup::{self, CallMinute, Counts, MINUTE};
use super::search::{Finders, Required, Top, candidates, in_blocks, in_head};
use super::{Dependency, Found, Operation, Read, ReadError, RedQuery, RedSeries, Search, logs};
use crate::filter::{Filter, Order, Test};
use crate::model::{Kind, Nanos, Span, Trace, TraceId};
use crate::wire::Signal;

impl Read for Store {
    fn trace(&self, id: TraceId) -> Result<Option<Trace>, ReadError> {
        let snapshot = self.shared.snapshot();
        let mut spans = in_head::trace(&snapshot.head, id)?;
        let mut logs = Vec::new();
        let mut through = Through::default();
        let wanted = fingerprint::trace(id);
        for partition in &snapshot.partitions {
            let connection = partition.reader.connect()?;
            for info in candidates(partition, &connection, &[vec![wanted]])? {
                let block = connection.block(info)?;
                spans.extend(block.read(&places_of(&block, id)?)?);
            }
            through = through.max(connection.through()?);
            for frame in connection.logs(wanted)? {
                logs.extend(logs::read_frame(&frame, id)?);
            }
        }
        for unsealed in head::after(snapshot.head, through)
            .iter()
            .filter(|unsealed| unsealed.entry.request.signal == Signal::Logs)
        {
            logs.extend(logs::read(&unsealed.entry.request, id)?);
        }
        if spans.is_empty() && logs.is_empty() {
            return Ok(None);
        }
        Ok(Some(Trace {
            id,
            spans: once(spans),
            logs: logs::once(logs),
        }))
    }

    fn search(&self, search: &Search) -> Result<Found, ReadError> {
        let snapshot = self.shared.snapshot();
        let time = Filter::Is(Test::Start(Order::GreaterOrEqual, search.time.start))
            .and(Filter::Is(Test::Start(Order::Less, search.time.end)));
        let filter = search.filter.clone().and(time);
        let required = Required::new(&filter, search.time.clone());
        let mut top = Top::new(search.order, search.limit);
        let finders = Finders::new(&filter)?;
        in_head::search(&snapshot.head, &filter, &finders, &required, &mut top)?;
        let second = &self.shared.second;
        in_blocks::search(&snapshot, search, &finders, &required, second, &mut top)?;
        Ok(Found {
            hits: top.into_hits(),
        })
    }

    fn services(&self) -> Result<Vec<String>, ReadError> {
        let snapshot = self.shared.snapshot();
        let mut services: BTreeSet<String> = BTreeSet::new();
        for (operation, _) in in_head::operations(&snapshot.head) {
            services.insert(operation);
        }
        for partition in &snapshot.partitions {
            services.extend(partition.reader.connect()?.services()?);
        }
        Ok(services.into_iter().collect())
    }

    fn operations(&self, service: Option<&str>) -> Result<Vec<Operation>, ReadError> {
        let snapshot = self.shared.snapshot();
        let mut operations: HashSet<Operation> = in_head::operations(&snapshot.head)
            .into_iter()
            .filter(|(of, _)| service.is_none_or(|service| service == of))
            .map(|(_, operation)| operation)
            .collect();
        for partition in &snapshot.partitions {
            let stored = partition.reader.connect()?.operations(service)?;
            operations.extend(stored.into_iter().map(|(_, name, kind)| Operation {
                name,
                kind: Kind::from_otlp(u64::from(kind)),
            }));
        }
        let mut operations: Vec<_> = operations.into_iter().collect();
        operations
            .sort_by(|one, other| (&one.name, one.kind.to_otlp()).cmp(&(&other.name, other.kind.to_otlp())));
        Ok(operations)
    }

    fn dependencies(&self, time: Range<Nanos>) -> Result<Vec<Dependency>, ReadError> {
        let snapshot = self.shared.snapshot();
        let mut edges: BTreeMap<(String, String), Counts> = BTreeMap::new();
        let minutes = time.start / MINUTE..time.end.div_ceil(MINUTE);
        let mut through = Through::default();
        for partition in &snapshot.partitions {
            let connection = partition.reader.connect()?;
            through = through.max(connection.through()?);
            for (parent, child, counts) in connection.dependencies(minutes.clone())? {
                edges.entry((parent, child)).or_default().merge(&counts);
            }
        }
        let unsealed = rollup::unsealed(&head::after(snapshot.head, through)).dependencies;
        for (CallMinute { parent, child, .. }, counts) in unsealed
            .into_iter()
            .filter(|(call, _)| minutes.contains(&call.minute))
        {
            edges.entry((parent, child)).or_default().merge(&counts);
        }
        let dependency = |((parent, child), counts): ((String, String), Counts)| Dependency {
            parent,
            child,
            calls: counts.calls,
            errors: counts.errors,
            duration: counts.durations.sum(),
        };
        Ok(edges.into_iter().map(dependency).collect())
    }

    fn red(&self, query: &RedQuery) -> Result<Vec<RedSeries>, ReadError> {
        let snapshot = self.shared.snapshot();
        let minutes = rollup::minutes(query);
        let mut counted = Vec::new();
        let mut through = Through::default();
        for partition in &snapshot.partitions {
            let connection = partition.reader.connect()?;
            through = through.max(connection.through()?);
            for service in &query.services {
                counted.extend(connection.operation_minutes(service, minutes.clone())?);
            }
        }
        let unsealed = rollup::unsealed(&head::after(snapshot.head, through)).operations;
        counted.extend(
            unsealed
                .into_iter()
                .filter(|(key, _)| minutes.contains(&key.minute)),
        );
        Ok(rollup::series(query, counted))
    }

    fn keys(&self, prefix: &str, limit: usize) -> Result<Vec<String>, ReadError> {
        let snapshot = self.shared.snapshot();
        let mut keys: HashMap<String, u64> = HashMap::new();
        for key in in_head::keys(&snapshot.head) {
            if key.starts_with(prefix) {
                *keys.entry(key).or_default() += 1;
            }
        }
        for partition in &snapshot.partitions {
            for (key, blocks) in partition.reader.connect()?.keys(prefix)? {
                *keys.entry(key).or_default() += blocks;
            }
        }
        Ok(commonest(keys, limit))
    }

    fn values(&self, key: &str, prefix: &str, limit: usize) -> Result<Vec<String>, ReadError> {
        let snapshot = self.shared.snapshot();
        let mut values: HashMap<String, u64> = in_head::values(&snapshot.head, key);
        let wanted = [vec![fingerprint::Key::new(key).present()]];
        for partition in snapshot.partitions.iter().rev() {
            let connection = partition.reader.connect()?;
            let candidates = candidates(partition, &connection, &wanted)?;
            for info in candidates.iter().rev().take(VALUE_BLOCKS) {
                for (value, count) in connection.block(info)?.values(key)? {
                    *values.entry(value).or_default() += count;
                }
            }
        }
        values.retain(|value, _| value.starts_with(prefix));
        Ok(commonest(values, limit))
    }
}

/// Blocks of a partition in which values are looked for: the newest ones show what is common.
const VALUE_BLOCKS: usize = 8;

fn commonest(counts: HashMap<String, u64>, limit: usize) -> Vec<String> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    counts.into_iter().take(limit).map(|(name, _)| name).collect()
}

/// The places of a trace's spans in a block.
fn places_of(block: &Block<BlockFrames<'_>>, id: TraceId) -> Result<Vec<usize>, ReadError> {
    let Some(number) = block.ids()?.traces.iter().position(|trace| *trace == id) else {
        return Ok(Vec::new());
    };
    let traces = block.trace()?.iter().enumerate();
    Ok(traces
        .filter(|(_, trace)| **trace as usize == number)
        .map(|(place, _)| place)
        .collect())
}

/// In the order of their start; what was sent twice is there once. Zipkin's client and server share an id, and stay two.
fn once(mut spans: Vec<Span>) -> Vec<Span> {
    let mut seen = HashSet::new();
    spans.retain(|span| {
        seen.insert((
            span.span_id,
            Arc::clone(&span.resource).service().to_owned(),
            span.kind,
        ))
    });
    spans.sort_by_key(|span| (span.start, span.span_id));
    spans
}
