//! What the threads of a store share.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::head::{Head, Unsealed};
use super::log::Through;
use super::partition::{self, BlockInfo, PartitionReader, Unmerged};
use super::{AppendError, OpenError};

/// The store in memory: what is in no block yet, and which blocks there are.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) head: Head,
    /// Oldest first.
    pub(super) partitions: Vec<PartitionState>,
    /// The sealing thread cannot write.
    pub(super) fault: Option<AppendError>,
    /// What has expired cannot be archived.
    pub(super) archive_fault: Option<String>,
    pub(super) closing: bool,
    pub(super) deletion: Deletion,
}

/// How far it is with the deletion of what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Deletion {
    #[default]
    Nobody,
    Asked,
    /// Of so many spans.
    Done(u64),
}

/// A partition, and what is known of its blocks without reading it.
#[derive(Debug, Clone)]
pub(super) struct PartitionState {
    pub(super) reader: Arc<PartitionReader>,
    pub(super) blocks: Arc<Vec<BlockInfo>>,
    pub(super) unmerged: Arc<Unmerged>,
    /// Whether it does not expire.
    pub(super) kept: bool,
}

impl PartitionState {
    /// Opens a partition. Gives also up to where the log is in its blocks.
    pub(super) fn open(path: &Path) -> Result<(Self, Through), OpenError> {
        let reader = PartitionReader::open(path)?;
        let connection = reader.connect()?;
        let (blocks, through) = (connection.blocks()?, connection.through()?);
        let unmerged = connection.unmerged()?;
        drop(connection);
        let state = Self {
            reader: Arc::new(reader),
            blocks: Arc::new(blocks),
            unmerged: Arc::new(unmerged),
            kept: partition::named(path).0,
        };
        Ok((state, through))
    }

    /// Adds a block that has been written.
    pub(super) fn publish(&mut self, info: BlockInfo, unmerged: Arc<Unmerged>) {
        Arc::make_mut(&mut self.blocks).push(info);
        self.unmerged = unmerged;
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
    /// Of the searches that go on at once one has a second thread.
    pub(super) second: Mutex<()>,
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
