//! What the threads of a store share.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::block::Sealed;
use super::head::{Head, Unsealed};
use super::partition::{BlockInfo, PartitionReader, SEGMENT_BLOCKS};

/// The store in memory: what is in no block yet, and which blocks there are.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) head: Head,
    /// Oldest first.
    pub(super) partitions: Vec<PartitionState>,
    /// The sealing thread cannot write.
    pub(super) fault: Option<String>,
    /// What has expired cannot be archived.
    pub(super) archive_fault: Option<String>,
    pub(super) closing: bool,
}

/// A partition, and what is known of its blocks without reading it.
#[derive(Debug, Clone)]
pub(super) struct PartitionState {
    pub(super) reader: Arc<PartitionReader>,
    pub(super) blocks: Arc<Vec<BlockInfo>>,
    /// The fingerprints of the blocks that are in no segment, in the blocks' order.
    pub(super) unmerged: Arc<Vec<Arc<Vec<u32>>>>,
}

impl PartitionState {
    /// Adds a block that has been written.
    pub(super) fn publish(&mut self, info: BlockInfo, sealed: &Sealed) {
        let merged = (info.id + 1).is_multiple_of(SEGMENT_BLOCKS);
        Arc::make_mut(&mut self.blocks).push(info);
        let unmerged = Arc::make_mut(&mut self.unmerged);
        if merged {
            unmerged.clear();
        } else {
            unmerged.push(Arc::new(sealed.fingerprints.clone()));
        }
    }
}

/// The state at one moment: a span is in it once, wherever it is on its way. What is read from a partition beside its
/// `blocks` may be of a later moment: see [`head::after`](super::head::after).
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) head: Vec<Unsealed>,
    pub(super) partitions: Vec<PartitionState>,
}

/// The state, and who waits for it to change.
#[derive(Debug, Default)]
pub(super) struct Shared {
    state: Mutex<State>,
    /// The head has grown, or the store is closing.
    pub(super) grown: Condvar,
    /// The head has shrunk, or cannot.
    pub(super) shrunk: Condvar,
    /// The store is closing.
    pub(super) closed: Condvar,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let state = self.lock();
        Snapshot {
            head: state.head.all(),
            partitions: state.partitions.clone(),
        }
    }
}
