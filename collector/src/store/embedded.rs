//! The embedded store: opened, closed, and what its threads share.

use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::AppendError;
use super::appending::{self, Message};
use super::config::{self, OpenError, StoreConfig};
use super::expiring;
use super::head::Head;
use super::lock::Lock;
use super::log::{self, LogWriter, Through};
use super::partition::{self, PartitionWriter};
use super::rollup::{REMEMBERED, Recent};
use super::sealing::{Sealer, Writers};
use super::state::{Deletion, PartitionState, Shared};

/// Traces on disk: SQLite files behind a log. Cheap to clone; the last clone to go closes nothing, see [`Store::close`].
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) shared: Arc<Shared>,
    /// To the thread that writes the log. Nobody listens where the store is only read, or is closed.
    pub(super) queue: Sender<Message>,
    threads: Arc<Mutex<Threads>>,
}

#[derive(Debug, Default)]
struct Threads {
    running: Vec<JoinHandle<()>>,
    /// Held while the store is written.
    lock: Option<Lock>,
}

impl Store {
    /// Opens the store in a folder, which is made where it is not there, to write and to read it.
    ///
    /// # Errors
    /// When another process writes it, when a newer version wrote it, or when it cannot be read.
    pub fn open(config: StoreConfig) -> Result<Self, OpenError> {
        config::make(&config.folder)?;
        let lock = Lock::take(&config.folder)?;
        let shared = Arc::new(Shared::default());
        let through = load(&config.folder, &shared)?;
        let next = replay(&config.folder, through, &shared)?;
        let sealer = Sealer::new(
            config.clone(),
            Arc::clone(&shared),
            newest_writers(&shared)?,
            through,
            recent(&shared)?,
        )?;
        let (queue, requests) = channel();
        let writer = LogWriter::new(&config.folder);
        let appending = Arc::clone(&shared);
        let expiring_state = Arc::clone(&shared);
        let running = vec![
            spawn("spanwright-log", move || {
                appending::run(&requests, &appending, writer, next)
            })?,
            spawn("spanwright-seal", move || sealer.run())?,
            spawn("spanwright-expire", move || {
                expiring::run(&config, &expiring_state)
            })?,
        ];
        let threads = Threads {
            running,
            lock: Some(lock),
        };
        Ok(Self {
            shared,
            queue,
            threads: Arc::new(Mutex::new(threads)),
        })
    }

    /// Opens the store in a folder to read it only, also while a collector writes it. What that collector stores
    /// afterwards is not seen.
    ///
    /// # Errors
    /// When a newer version wrote it, or when it cannot be read.
    pub fn open_read_only(folder: &Path) -> Result<Self, OpenError> {
        let shared = Arc::new(Shared::default());
        // The log first: what is removed from it meanwhile is in the blocks that are read then.
        replay(folder, Through::default(), &shared)?;
        let through = load(folder, &shared)?;
        shared.lock().head.remove(through);
        Ok(Self {
            shared,
            queue: channel().0,
            threads: Arc::default(),
        })
    }

    /// Says to other commands where this process takes OTLP over HTTP, while it writes the folder: see
    /// [`address`](super::address).
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn announce(&self, url: &str) -> std::io::Result<()> {
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.lock.as_ref().map_or(Ok(()), |lock| lock.announce(url))
    }

    /// What hinders the store: the disk, or an archive that cannot be written; `None` while all is well.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let state = self.shared.lock();
        let fault = state.fault.as_ref().map(ToString::to_string);
        fault.or_else(|| state.archive_fault.clone())
    }

    /// Deletes what was stored to be kept (see [`Request::kept`](crate::wire::Request::kept)) and gives how many spans
    /// that were. What came before this call is deleted; what comes meanwhile may be.
    ///
    /// # Errors
    /// When the disk does not let it, or when the store is not open to write.
    pub fn delete_kept(&self) -> Result<u64, AppendError> {
        if self
            .threads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .lock
            .is_none()
        {
            return Err(AppendError::Closed);
        }
        let mut state = self.shared.lock();
        state.fault = None;
        state.deletion = Deletion::Asked;
        self.shared.grown.notify_all();
        loop {
            if let Deletion::Done(spans) = state.deletion {
                state.deletion = Deletion::Nobody;
                return Ok(spans);
            }
            if state.closing {
                return Err(AppendError::Closed);
            }
            if let Some(fault) = &state.fault {
                return Err(fault.clone());
            }
            state = self
                .shared
                .shrunk
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Stops writing: requests that came before are written, later ones are refused.
    pub fn close(&self) {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        // Where nobody listens it has stopped.
        let _ = self.queue.send(Message::Stop);
        self.shared.lock().closing = true;
        self.shared.grown.notify_all();
        self.shared.shrunk.notify_all();
        self.shared.closed.notify_all();
        for thread in threads.running.drain(..) {
            let _ = thread.join();
        }
        threads.lock = None;
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run)
}

/// Reads what is known of the blocks. Gives up to where the log is in them.
fn load(folder: &Path, shared: &Shared) -> Result<Through, OpenError> {
    let paths = partition::paths(folder)?;
    let loaded = paths.iter().map(|path| PartitionState::open(path));
    let mut loaded = loaded.collect::<Result<Vec<_>, _>>()?;
    // Sorted by name before: by time, where the clock was not set back.
    loaded.sort_by_key(|(_, through)| *through);
    let through = loaded.last().map(|(_, through)| *through);
    shared.lock().partitions = loaded.into_iter().map(|(partition, _)| partition).collect();
    Ok(through.unwrap_or_default())
}

/// Those that go on with the partition of each kind that was written last.
fn newest_writers(shared: &Shared) -> Result<Writers, OpenError> {
    let partitions = shared.lock().partitions.clone();
    let newest = |kept| {
        let newest = partitions.iter().rfind(|partition| partition.kept == kept);
        let open = |partition: &PartitionState| {
            let path = partition.reader.path();
            Ok::<_, OpenError>((PartitionWriter::open(path)?, partition::named(path).1))
        };
        newest.map(open).transpose()
    };
    Ok(Writers {
        expiring: newest(false)?,
        kept: newest(true)?,
    })
}

/// Reads what is acknowledged and in no block. Gives the number of the log's next entry.
fn replay(folder: &Path, through: Through, shared: &Shared) -> Result<u64, OpenError> {
    let mut head = Head::default();
    let next = log::replay(folder, through.sequence, &mut |entry| head.push(Arc::new(entry)))?;
    head.remove(through);
    shared.lock().head = head;
    Ok(next.max(through.sequence + u64::from(through.records > 0)))
}

/// What was counted last, so that what is sent again is not counted again, and late spans find those they belong to.
fn recent(shared: &Shared) -> Result<Recent, OpenError> {
    let partitions = shared.lock().partitions.clone();
    let blocks = partitions
        .iter()
        .rev()
        .flat_map(|partition| partition.blocks.iter().rev().map(move |block| (partition, block)));
    let mut spans = 0;
    let mut last: Vec<_> = blocks
        .take_while(|(_, block)| {
            spans += block.spans;
            spans <= REMEMBERED
        })
        .collect();
    last.reverse();
    let mut recent = Recent::default();
    for (partition, block) in last {
        let connection = partition.reader.connect()?;
        let block = connection.block(block)?;
        recent.remember(
            &block.rows()?,
            block.meta()?.scopes.iter().map(|scope| scope.service()),
        );
    }
    Ok(recent)
}
