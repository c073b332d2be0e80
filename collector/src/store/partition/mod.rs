//! A partition: one SQLite file with the blocks that arrived in some time. It expires by the deletion of its file.

mod reader;
mod rollup;
mod schema;
mod segment;
mod writer;

pub(super) use reader::{BlockFrames, Borrowed, PartitionReader};
pub(super) use schema::{FORMAT, files, named, paths, remove};
pub(super) use segment::BLOCKS as SEGMENT_BLOCKS;
pub(super) use writer::{Batch, PartitionWriter, StoredLog};

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::model::Nanos;

/// The fingerprints of the blocks that are in no segment yet, in the blocks' order.
pub(super) type Unmerged = Vec<Arc<[u32]>>;

/// What is known of a block without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BlockInfo {
    pub(super) id: u32,
    pub(super) spans: usize,
    pub(super) errors: usize,
    pub(super) start: RangeInclusive<Nanos>,
    pub(super) duration: RangeInclusive<Nanos>,
    pub(super) arrived: RangeInclusive<Nanos>,
    /// Of each service its fingerprint, and the longest duration; of none where there are many.
    pub(super) slowest: Vec<(u32, Nanos)>,
}
