//! How much is stored.

use std::ops::RangeInclusive;

use super::embedded::Store;
use super::partition::FORMAT;
use crate::model::Nanos;

/// How much a store has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// The number of the files' format.
    pub format: i64,
    /// Files that expire one by one.
    pub partitions: usize,
    /// Spans in them. A span that was sent twice counts twice.
    pub spans: u64,
    /// Of these, spans that are kept until they are deleted.
    pub kept: u64,
    /// Spans and log records that are acknowledged and not in them yet.
    pub unsealed: u64,
    /// When the first and the last of all arrived; `None` where there is nothing.
    pub arrived: Option<RangeInclusive<Nanos>>,
}

impl Store {
    /// How much is stored. Reads no file.
    #[must_use]
    pub fn inventory(&self) -> Inventory {
        let snapshot = self.shared.snapshot();
        let blocks = || {
            snapshot
                .partitions
                .iter()
                .flat_map(|partition| partition.blocks.iter())
        };
        let sealed = blocks().map(|block| block.arrived.clone());
        let unsealed = snapshot
            .head
            .iter()
            .map(|unsealed| unsealed.entry.arrived..=unsealed.entry.arrived);
        Inventory {
            format: FORMAT,
            partitions: snapshot.partitions.len(),
            spans: blocks().map(|block| block.spans as u64).sum(),
            kept: snapshot
                .partitions
                .iter()
                .filter(|partition| partition.kept)
                .flat_map(|partition| partition.blocks.iter())
                .map(|block| block.spans as u64)
                .sum(),
            unsealed: snapshot
                .head
                .iter()
                .map(|unsealed| unsealed.places().len() as u64)
                .sum(),
            arrived: sealed
                .chain(unsealed)
                .reduce(|one, other| *one.start().min(other.start())..=*one.end().max(other.end())),
        }
    }
}
