//! What is too old, or too much, is deleted: a whole partition at a time.

use std::path::{Path, PathBuf};

use super::StoreConfig;
use super::state::Shared;
use crate::model::Nanos;

/// Deletes the oldest partitions, but for the one that is written to.
pub(super) fn expire(config: &StoreConfig, shared: &Shared, current: Option<&Path>, now: Nanos) {
    let partitions = shared.lock().partitions.clone();
    let sizes: Vec<u64> = partitions
        .iter()
        .map(|partition| size(partition.reader.path()))
        .collect();
    let mut total: u64 = sizes.iter().sum();
    let oldest = u128::from(now).saturating_sub(config.retention.as_nanos());
    for (partition, size) in partitions.iter().zip(sizes) {
        let path = partition.reader.path();
        let last = partition.blocks.iter().map(|block| *block.arrived.end()).max();
        let old = last.is_none_or(|last| u128::from(last) < oldest);
        if Some(path) == current || !(old || total > config.bytes) {
            continue;
        }
        // Who reads it now has it open, and reads on.
        shared.lock().partitions.retain(|kept| kept.reader.path() != path);
        for file in files(path) {
            let _ = std::fs::remove_file(file);
        }
        total = total.saturating_sub(size);
    }
}

/// A partition's file, and those that SQLite has beside it.
fn files(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    })
}

fn size(path: &Path) -> u64 {
    files(path)
        .iter()
        .filter_map(|path| std::fs::metadata(path).ok())
        .map(|file| file.len())
        .sum()
}
