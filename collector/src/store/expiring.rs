//! The thread that deletes what is too old, or too much: a whole partition at a time.

use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::StoreConfig;
use super::archive::archive;
use super::partition;
use super::state::{PartitionState, Shared};
use crate::model::{Nanos, now};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(30);

/// Deletes until the store closes.
pub(super) fn run(config: &StoreConfig, shared: &Arc<Shared>) {
    loop {
        expire(config, shared, now());
        let state = shared.lock();
        if state.closing {
            return;
        }
        let waited = shared
            .closed
            .wait_timeout(state, EVERY)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.0.closing {
            return;
        }
    }
}

/// Deletes the oldest partitions, but for the last one, which is written to, and those that are kept.
pub(super) fn expire(config: &StoreConfig, shared: &Shared, now: Nanos) {
    let mut partitions = shared.lock().partitions.clone();
    partitions.retain(|partition| !partition.kept);
    partitions.pop();
    let sizes: Vec<u64> = partitions
        .iter()
        .map(|partition| size(partition.reader.path()))
        .collect();
    let mut total: u64 = sizes.iter().sum();
    let oldest = u128::from(now).saturating_sub(config.retention.as_nanos());
    for (partition, size) in partitions.iter().zip(sizes) {
        let last = partition.blocks.iter().map(|block| *block.arrived.end()).max();
        let old = last.is_none_or(|last| u128::from(last) < oldest);
        if (old || total > config.bytes) && delete(config, shared, partition) {
            total = total.saturating_sub(size);
        }
    }
}

/// Deletes a partition. One that cannot be archived first is kept, and tried again.
fn delete(config: &StoreConfig, shared: &Shared, partition: &PartitionState) -> bool {
    if let Some(folder) = &config.archive
        && let Err(error) = archive(partition, folder)
    {
        let folder = folder.display();
        shared.lock().archive_fault = Some(format!(
            "traces that expired cannot be archived in {folder}: {error}"
        ));
        return false;
    }
    let path = partition.reader.path();
    let mut state = shared.lock();
    state.archive_fault = None;
    // Who reads it now has it open, and reads on.
    state.partitions.retain(|kept| kept.reader.path() != path);
    drop(state);
    partition::remove(path);
    true
}

fn size(path: &Path) -> u64 {
    partition::files(path)
        .iter()
        .filter_map(|path| std::fs::metadata(path).ok())
        .map(|file| file.len())
        .sum()
}
