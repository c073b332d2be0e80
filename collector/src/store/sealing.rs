//! The thread that makes blocks of requests, writes them, and shortens the log.

use std::sync::Arc;
use std::time::Duration;

use super::block::Builder;
use super::codec::Compressor;
use super::config::StoreConfig;
use super::log::{self, Entry, Through};
use super::logs;
use super::partition::{Batch, BlockInfo, PartitionWriter};
use super::rollup::{self, Recent};
use super::state::{PartitionState, Shared};
use super::{AppendError, OpenError, ReadError};
use crate::model::{Nanos, now};
use crate::wire::Signal;

/// zstd's level: higher ones take more time than they save bytes.
const LEVEL: i32 = 1;
/// More bytes of log records than this are written without waiting for a block to be full.
const LOG_BYTES: usize = 1 << 20;
/// How long after a failed write the next is tried.
const PAUSE: Duration = Duration::from_secs(1);

/// Makes blocks.
pub(super) struct Sealer {
    config: StoreConfig,
    shared: Arc<Shared>,
    compressor: Compressor,
    partition: Option<(PartitionWriter, Nanos)>,
    /// Up to where requests are in blocks that are written.
    through: Through,
    recent: Recent,
}

/// What is written next.
#[derive(Default)]
struct Pending {
    builder: Builder,
    logs: Vec<super::partition::StoredLog>,
    log_bytes: usize,
    arrived: Option<(Nanos, Nanos)>,
    /// Up to where requests are in it.
    through: Through,
}

impl Sealer {
    /// Goes on after `through`, with the newest partition, if there is one.
    pub(super) fn new(
        config: StoreConfig,
        shared: Arc<Shared>,
        partition: Option<(PartitionWriter, Nanos)>,
        through: Through,
        recent: Recent,
    ) -> Result<Self, OpenError> {
        let compressor = Compressor::new(LEVEL)?;
        Ok(Self {
            config,
            shared,
            compressor,
            partition,
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
        while let Some(entries) = self.wait(pending.through) {
            for entry in entries {
                self.add(&mut pending, &entry);
            }
        }
        if let Some((partition, _)) = self.partition.take() {
            // What stays beside the file is read from there as well.
            let _ = partition.close();
        }
    }

    /// Waits for entries that are in no block. `None` when the store closes.
    fn wait(&self, through: Through) -> Option<Vec<Arc<Entry>>> {
        let mut state = self.shared.lock();
        loop {
            if state.closing {
                return None;
            }
            let entries = state.head.from(through.sequence);
            if !entries.is_empty() {
                return Some(entries);
            }
            state = self
                .shared
                .grown
                .wait(state)
                .unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    fn add(&mut self, pending: &mut Pending, entry: &Entry) {
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
            through: pending.through,
            ..Pending::default()
        };
        let Pending {
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
            match self.write(&batch) {
                Ok(info) => return self.publish(info, through),
                Err(error) => self.fail(AppendError::from(&error)),
            }
            if self.shared.lock().closing {
                return;
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn write(&mut self, batch: &Batch<'_>) -> Result<Option<BlockInfo>, OpenError> {
        let full = |(writer, created): &(PartitionWriter, Nanos)| {
            writer.bytes() > self.config.partition_bytes()
                || u128::from(now().saturating_sub(*created)) > self.config.partition_age().as_nanos()
        };
        if self.partition.as_ref().is_some_and(full)
            && let Some((writer, _)) = self.partition.take()
        {
            writer.close()?;
        }
        let (writer, _) = match &mut self.partition {
            Some(partition) => partition,
            none => {
                let created = now();
                let writer = PartitionWriter::create(&self.config.folder, created)?;
                let (partition, _) = PartitionState::open(writer.path())?;
                self.shared.lock().partitions.push(partition);
                none.insert((writer, created))
            }
        };
        Ok(writer.write(batch, &mut self.compressor)?)
    }

    /// Lets queries find the block, and forgets the requests that it was made of.
    fn publish(&mut self, info: Option<BlockInfo>, through: Through) {
        let mut state = self.shared.lock();
        if let (Some(info), Some((writer, _))) = (info, &self.partition)
            && let Some(partition) = state.partitions.last_mut()
        {
            partition.publish(info, writer.unmerged());
        }
        state.head.remove(through);
        state.fault = None;
        drop(state);
        self.shared.shrunk.notify_all();
        self.through = through;
        // A file that stays is only read once more, and skipped.
        let _ = log::remove_before(&self.config.folder, through.sequence);
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
