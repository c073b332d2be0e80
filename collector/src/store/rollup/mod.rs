//! What is counted when a block is sealed: calls, errors and durations of each operation by the minute, and who calls
//! whom. Spans are counted by the minute they began in, and once, though a sender sent them twice.

mod histogram;
mod recent;
mod series;

pub(super) use histogram::Histogram;
pub(super) use recent::{REMEMBERED, Recent};
pub(super) use series::{minutes, series};

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::block::{Builder, Row};
use super::head::Unsealed;
use crate::model::Nanos;
use crate::wire::Signal;

pub(super) const MINUTE: Nanos = 60_000_000_000;
/// A block with more operations than this has names that are not names; the rarest are counted under an empty one.
const OPERATIONS: usize = 1000;

/// The counts of one block.
#[derive(Debug, Default)]
pub(super) struct Rollup {
    pub(super) operations: HashMap<OperationMinute, Counts>,
    pub(super) dependencies: HashMap<CallMinute, Counts>,
}

/// An operation in a minute since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct OperationMinute {
    pub(super) minute: u64,
    pub(super) service: String,
    pub(super) name: String,
    /// OTLP's number.
    pub(super) kind: u8,
}

/// Calls of one service by another, in a minute since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct CallMinute {
    pub(super) minute: u64,
    pub(super) parent: String,
    pub(super) child: String,
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Counts {
    pub(super) calls: u64,
    pub(super) errors: u64,
    pub(super) durations: Histogram,
}

impl Counts {
    fn add(&mut self, error: bool, duration: Nanos) {
        self.calls += 1;
        self.errors += u64::from(error);
        self.durations.add(duration);
    }

    /// Adds others.
    pub(super) fn merge(&mut self, other: &Self) {
        self.calls += other.calls;
        self.errors += other.errors;
        self.durations.merge(&other.durations);
    }
}

/// Counts the spans of a block that is about to be sealed.
pub(super) fn count(builder: &Builder, recent: &mut Recent) -> Rollup {
    let mut rollup = Rollup::default();
    let services: Vec<u32> = builder
        .services()
        .map(|service| recent.service(service))
        .collect();
    let names: Vec<&[u8]> = builder.names().collect();
    let mut operations: HashMap<(u64, u32, u32, u8), Counts, foldhash::fast::RandomState> =
        HashMap::default();
    let mut calls: HashMap<(u64, u32, u32), Counts, foldhash::fast::RandomState> = HashMap::default();
    let new: Vec<bool> = builder
        .rows()
        .map(|row| recent.insert(row.trace, row.span, services[row.scope], row.kind))
        .collect();
    for (row, new) in builder.rows().zip(new) {
        let service = services[row.scope];
        if new {
            let minute = row.start / MINUTE;
            operations
                .entry((minute, service, row.name, row.kind))
                .or_default()
                .add(row.error, row.duration);
            recent.call(&row, service, &mut |parent, child, waiting| {
                let counts = calls.entry((waiting.start / MINUTE, parent, child)).or_default();
                counts.add(waiting.error, waiting.duration);
            });
        }
    }
    let named = commonest(
        operations
            .iter()
            .map(|((_, service, name, kind), counts)| ((*service, *name, *kind), counts.calls)),
    );
    for ((minute, service, name, kind), counts) in operations {
        let known = named.contains(&(service, name, kind));
        let name = if known {
            String::from_utf8_lossy(names[name as usize]).into_owned()
        } else {
            String::new()
        };
        let service = recent.name(service).to_owned();
        rollup
            .operations
            .entry(OperationMinute {
                minute,
                service,
                name,
                kind,
            })
            .or_default()
            .merge(&counts);
    }
    for ((minute, parent, child), counts) in calls {
        let (parent, child) = (recent.name(parent).to_owned(), recent.name(child).to_owned());
        rollup
            .dependencies
            .entry(CallMinute {
                minute,
                parent,
                child,
            })
            .or_default()
            .merge(&counts);
    }
    rollup
}

/// The operations that have the most calls.
fn commonest(operations: impl Iterator<Item = ((u32, u32, u8), u64)>) -> HashSet<(u32, u32, u8)> {
    let mut calls: HashMap<(u32, u32, u8), u64> = HashMap::new();
    operations.for_each(|(operation, count)| *calls.entry(operation).or_default() += count);
    let mut calls: Vec<_> = calls.into_iter().collect();
    calls.sort_unstable_by_key(|(operation, count)| (Reverse(*count), *operation));
    calls
        .into_iter()
        .take(OPERATIONS)
        .map(|(operation, _)| operation)
        .collect()
}

/// Counts what is in no block yet. Calls whose other side is in a block are left out until both are.
pub(super) fn unsealed(head: &[Unsealed]) -> Rollup {
    let mut recent = Recent::default();
    let mut rollup = Rollup::default();
    let mut builder = Builder::default();
    let traces = head
        .iter()
        .filter(|unsealed| unsealed.entry.request.signal == Signal::Traces);
    for unsealed in traces {
        let mut rest = unsealed.places();
        while !rest.is_empty() {
            let taken = builder.add(&unsealed.entry.request, rest);
            rest = &rest[taken..];
            if !rest.is_empty() {
                rollup.merge(count(&std::mem::take(&mut builder), &mut recent));
            }
        }
    }
    rollup.merge(count(&builder, &mut recent));
    rollup
}

impl Rollup {
    fn merge(&mut self, other: Self) {
        for (key, counts) in other.operations {
            self.operations.entry(key).or_default().merge(&counts);
        }
        for (key, counts) in other.dependencies {
            self.dependencies.entry(key).or_default().merge(&counts);
        }
    }
}

/// The part of a span that is counted when its parent comes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub(super) start: Nanos,
    pub(super) duration: Nanos,
    pub(super) error: bool,
}

impl From<&Row> for Call {
    fn from(row: &Row) -> Self {
        Self {
            start: row.start,
            duration: row.duration,
            error: row.error,
        }
    }
}

#[cfg(test)]
mod tests;
