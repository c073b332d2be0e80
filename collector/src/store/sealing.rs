//! The thread that makes blocks of requests, writes them, and shortens the log.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::block::Builder;
use super::codec::Compressor;
use super::config::StoreConfig;
use super::log::{self, Entry, Through};
use super::logs;
use super::partition::{self, Batch, BlockInfo, PartitionWriter};
use super::rollup::{self, Recent, Rollup};
use super::state::{Deletion, PartitionState, Shared};
use super::{AppendError, OpenError, ReadError};
use crate::model::{Nanos, now};
use crate::wire::Signal;

/// zstd's level: higher ones take more time than they save bytes.
const LEVEL: i32 = 1;
/// More bytes of log records than this are written without waiting for a block to be full.
const LOG_BYTES: usize = 1 << 20;
/// What is kept is in blocks when nothing has come for so long.
const QUIET: Duration = Duration::from_secs(1);
/// How long after a failed write the next is tried.
const PAUSE: Duration = Duration::from_secs(1);

/// Makes blocks.
pub(super) struct Sealer {
    config: StoreConfig,
    shared: Arc<Shared>,
    compressor: Compressor,
    writers: Writers,
    /// Up to where requests are in blocks that are written.
    through: Through,
    recent: Recent,
}

/// The newest partition of each kind, and when it was begun.
#[derive(Default)]
pub(super) struct Writers {
    pub(super) expiring: Option<(PartitionWriter, Nanos)>,
    pub(super) kept: Option<(PartitionWriter, Nanos)>,
}

impl Writers {
    fn of(&mut self, kept: bool) -> &mut Option<(PartitionWriter, Nanos)> {
        if kept { &mut self.kept } else { &mut self.expiring }
    }
}

/// What is written next: all of it expires, or all of it is kept.
#[derive(Default)]
struct Pending {
    kept: bool,
    builder: Builder,
    logs: Vec<partition::StoredLog>,
    log_bytes: usize,
    arrived: Option<(Nanos, Nanos)>,
    /// Up to where requests are in it.
    through: Through,
}

/// What there is to do, in this order.
#[derive(Default)]
struct Work {
    entries: Vec<Arc<Entry>>,
    /// Write what is kept and pending.
    seals: bool,
    /// Delete what is kept.
    deletes: bool,
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.builder.len() == 0 && self.logs.is_empty()
    }
}

impl Sealer {
    /// Goes on after `through`.
    pub(super) fn new(
        config: StoreConfig,
        shared: Arc<Shared>,
        writers: Writers,
        through: Through,
        recent: Recent,
    ) -> Result<Self, OpenError> {
        let compressor = Compressor::new(LEVEL)?;
        Ok(Self {
            config,
            shared,
            compressor,
            writers,
            through,
            recent,
        })
    }

    /// Makes blocks until the store closes. What is in no block then is in the log.
    pub(super) fn run(mut self) {
        let mut pending = Pending {
            through: self.through,
            ..Pending::default()
        };
        while let Some(work) = self.wait(&pending) {
            for entry in &work.entries {
                self.add(&mut pending, entry);
            }
            if work.seals && pending.kept && !pending.is_empty() {
                self.seal(&mut pending);
            }
            if work.deletes {
                self.delete_kept();
            }
        }
        for (partition, _) in [self.writers.expiring.take(), self.writers.kept.take()]
            .into_iter()
            .flatten()
        {
            // What stays beside the file is read from there as well.
            let _ = partition.close();
        }
    }

    /// Waits for something to do. `None` when the store closes.
    fn wait(&self, pending: &Pending) -> Option<Work> {
        let mut state = self.shared.lock();
        loop {
            if state.closing {
                return None;
            }
            let entries = state.head.from(pending.through.sequence);
            let deletes = state.deletion == Deletion::Asked;
            if !entries.is_empty() || deletes {
                return Some(Work {
                    entries,
                    seals: deletes,
                    deletes,
                });
            }
            let grown = &self.shared.grown;
            if pending.is_empty() || !pending.kept {
                state = grown.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let waited;
            (state, waited) = grown
                .wait_timeout(state, QUIET)
                .unwrap_or_else(PoisonError::into_inner);
            if waited.timed_out() {
                return Some(Work {
                    seals: true,
                    ..Work::default()
                });
            }
        }
    }

    fn add(&mut self, pending: &mut Pending, entry: &Entry) {
        if pending.kept != entry.request.kept {
            if !pending.is_empty() {
                self.seal(pending);
            }
            pending.kept = entry.request.kept;
        }
        let (least, most) = pending.arrived.unwrap_or((entry.arrived, entry.arrived));
        pending.arrived = Some((least.min(entry.arrived), most.max(entry.arrived)));
        if entry.request.signal == Signal::Logs {
            pending
                .logs
                .extend(logs::store(&entry.request, &mut self.compressor));
            pending.log_bytes += entry.request.bytes.len();
        } else {
            let first = if entry.sequence == self.through.sequence {
                self.through.records as usize
            } else {
                0
            };
            let mut rest = entry.request.records.get(first..).unwrap_or_default();
            loop {
                let taken = pending.builder.add(&entry.request, rest);
                rest = &rest[taken..];
                if !pending.builder.is_full(0) {
                    break;
                }
                pending.through = if rest.is_empty() {
                    Through {
                        sequence: entry.sequence + 1,
                        records: 0,
                    }
                } else {
                    let done = entry.request.records.len() - rest.len();
                    Through {
                        sequence: entry.sequence,
                        records: done as u64,
                    }
                };
                self.seal(pending);
                pending.arrived = Some((entry.arrived, entry.arrived));
            }
        }
        pending.through = Through {
            sequence: entry.sequence + 1,
            records: 0,
        };
        if pending.log_bytes > LOG_BYTES {
            self.seal(pending);
        }
    }

    /// Writes what is pending, however often it takes, and begins anew. Gives up only when the store closes: then it is
    /// in the log.
    fn seal(&mut self, pending: &mut Pending) {
        let begun = Pending {
            kept: pending.kept,
            through: pending.through,
            ..Pending::default()
        };
        let Pending {
            kept,
            builder,
            logs,
            arrived,
            through,
            ..
        } = std::mem::replace(pending, begun);
        let rollup = rollup::count(&builder, &mut self.recent);
        let spans = builder.len();
        let sealed = match builder.seal(&mut self.compressor) {
            Ok(sealed) => sealed,
            Err(error) => {
                // No memory, or a column above 4 GiB: what is pending is in the log, and stays there.
                self.fail(AppendError::from(&error));
                self.shared.lock().closing = true;
                return;
            }
        };
        let (least, most) = arrived.unwrap_or_default();
        let batch = Batch {
            block: (spans > 0).then_some(&sealed),
            arrived: least..=most,
            rollup: &rollup,
            logs: &logs,
            through,
        };
        loop {
            match self.write(&batch, kept) {
                Ok(info) => return self.publish(info, kept, through),
                Err(error) => self.fail(AppendError::from(&error)),
            }
            if self.shared.lock().closing {
                return;
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn write(&mut self, batch: &Batch<'_>, kept: bool) -> Result<Option<BlockInfo>, OpenError> {
        let full = |(writer, created): &(PartitionWriter, Nanos)| {
            let age = u128::from(now().saturating_sub(*created));
            writer.bytes() > self.config.partition_bytes()
                || !kept && age > self.config.partition_age().as_nanos()
        };
        let partition = self.writers.of(kept);
        if partition.as_ref().is_some_and(full)
            && let Some((writer, _)) = partition.take()
        {
            writer.close()?;
        }
        let (writer, _) = match partition {
            Some(partition) => partition,
            none => {
                let created = now();
                let writer = PartitionWriter::create(&self.config.folder, kept, created)?;
                let (partition, _) = PartitionState::open(writer.path())?;
                self.shared.lock().partitions.push(partition);
                none.insert((writer, created))
            }
        };
        Ok(writer.write(batch, &mut self.compressor)?)
    }

    /// Lets queries find the block, and forgets the requests that it was made of.
    fn publish(&mut self, info: Option<BlockInfo>, kept: bool, through: Through) {
        let mut state = self.shared.lock();
        if let (Some(info), Some((writer, _))) = (info, self.writers.of(kept)) {
            let written = |partition: &&mut PartitionState| partition.reader.path() == writer.path();
            if let Some(partition) = state.partitions.iter_mut().find(written) {
                partition.publish(info, writer.unmerged());
            }
        }
        state.head.remove(through);
        state.fault = None;
        drop(state);
        self.shared.shrunk.notify_all();
        self.through = through;
        // A file that stays is only read once more, and skipped.
        let _ = log::remove_before(&self.config.folder, through.sequence);
    }

    /// Deletes what is kept and in blocks.
    fn delete_kept(&mut self) {
        self.writers.kept = None;
        // How far the log is in blocks may be said in their files alone.
        let batch = Batch {
            block: None,
            arrived: 0..=0,
            rollup: &Rollup::default(),
            logs: &[],
            through: self.through,
        };
        if let Err(error) = self.write(&batch, false) {
            return self.fail(AppendError::from(&error));
        }
        let mut state = self.shared.lock();
        let (kept, others) = std::mem::take(&mut state.partitions)
            .into_iter()
            .partition(|partition| partition.kept);
        let kept: Vec<PartitionState> = kept;
        state.partitions = others;
        let spans = kept.iter().flat_map(|partition| partition.blocks.iter());
        state.deletion = Deletion::Done(spans.map(|block| block.spans as u64).sum());
        drop(state);
        for partition in &kept {
            partition::remove(partition.reader.path());
        }
        self.shared.shrunk.notify_all();
    }

    fn fail(&self, fault: AppendError) {
        self.shared.lock().fault = Some(fault);
        self.shared.shrunk.notify_all();
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Read(ReadError::from(error))
    }
}
