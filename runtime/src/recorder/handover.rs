//! From the recorder's threads to the pipeline's: records in byte chunks, one writer and one reader each.
//!
//! A thread writes into chunks of its own. The pipeline thread drains every registered thread's chunks itself,
//! partial ones too, so that a thread that sleeps for ever never has to hand anything over.
//!
//! A record is `u32 length | u8 type | …`; `layout` has the types.

use crate::context::with_stack;
use crate::raw::sync::{Arc as Handle, AtomicBool};
use crate::raw::{self, Chunk, PerProcess, Writer};
use crate::wire;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

#[cfg(all(test, loom))]
mod models;

/// A thread's first chunk is small, since many threads record little; then they grow to the full size.
const FIRST_CHUNK: usize = 4 * 1024;
const FULL_CHUNK: usize = 64 * 1024;
/// Bytes in chunks beyond which the pipeline is woken.
const WORTH_WAKING: usize = 1 << 20;

static QUEUE_BYTES: AtomicUsize = AtomicUsize::new(32 << 20);
static USED_BYTES: AtomicUsize = AtomicUsize::new(0);
static NEW_SOURCES: PerProcess<Vec<Source>> = PerProcess::new();
/// The fork epoch that the registry belongs to.
static EPOCH: AtomicU32 = AtomicU32::new(0);

/// What the recorder counted on its own, since the process started (or was forked).
#[derive(Debug, Default)]
struct Counters {
    unsampled: AtomicU64,
    queue_full: AtomicU64,
    after_shutdown: AtomicU64,
}

static COUNTERS: Counters = Counters {
    unsampled: AtomicU64::new(0),
    queue_full: AtomicU64::new(0),
    after_shutdown: AtomicU64::new(0),
};

/// Numbers of spans that never reached the pipeline, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lost {
    /// Local roots that were not sampled.
    pub(crate) unsampled: u64,
    /// The byte budget was spent.
    pub(crate) queue_full: u64,
    /// Ended after shutdown.
    pub(crate) after_shutdown: u64,
}

pub(crate) fn lost() -> Lost {
    Lost {
        unsampled: COUNTERS.unsampled.load(Ordering::Relaxed),
        queue_full: COUNTERS.queue_full.load(Ordering::Relaxed),
        after_shutdown: COUNTERS.after_shutdown.load(Ordering::Relaxed),
    }
}

pub(super) fn unsampled() {
    COUNTERS.unsampled.fetch_add(1, Ordering::Relaxed);
}

/// Sets the bytes that all chunks may take together.
pub(crate) fn set_queue_bytes(bytes: usize) {
    QUEUE_BYTES.store(bytes, Ordering::Relaxed);
}

fn reserve(bytes: usize) -> bool {
    let limit = QUEUE_BYTES.load(Ordering::Relaxed);
    USED_BYTES
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            Some(used + bytes).filter(|sum| *sum <= limit)
        })
        .is_ok()
}

fn release(bytes: usize) {
    USED_BYTES.fetch_sub(bytes, Ordering::Relaxed);
}

/// One thread's chunks, as the pipeline reads them.
struct Source {
    chunk: Handle<Chunk>,
    position: usize,
    /// Set when the thread is gone.
    closed: Handle<AtomicBool>,
}

/// One thread's chunks, as it writes them.
struct Local {
    writer: Writer,
    closed: Handle<AtomicBool>,
    epoch: u32,
}

/// A thread's chunks, once it has recorded something.
pub(crate) struct Records(RefCell<Option<Local>>);

impl Records {
    pub(crate) const fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// Writes one record of this many bytes into the thread's chunk, or counts it.
    #[inline]
    pub(super) fn push(&self, length: usize, write: impl Fn(&mut Writer) -> bool) {
        count(self.try_push(length, write));
    }

    #[inline]
    fn try_push(&self, length: usize, write: impl Fn(&mut Writer) -> bool) -> bool {
        let epoch = raw::fork_epoch();
        // Borrowed already: a record made while one is written, by an allocator that traces.
        let Ok(mut local) = self.0.try_borrow_mut() else {
            return false;
        };
        match &mut *local {
            Some(local) if local.epoch == epoch => write(&mut local.writer) || local.go_on(length, write),
            stale => {
                *stale = open_for(length, epoch);
                stale.as_mut().is_some_and(|local| write(&mut local.writer))
            }
        }
    }
}

impl Local {
    fn open(bytes: usize, epoch: u32) -> Option<Self> {
        if !reserve(bytes) {
            return None;
        }
        let (writer, chunk) = Chunk::allocate(bytes);
        let closed = Handle::new(AtomicBool::new(false));
        let source = Source {
            chunk,
            position: 0,
            closed: Handle::clone(&closed),
        };
        NEW_SOURCES.lock().push(source);
        Some(Self {
            writer,
            closed,
            epoch,
        })
    }

    /// Writes a record of this many bytes into another chunk.
    #[cold]
    #[inline(never)]
    fn go_on(&mut self, length: usize, write: impl Fn(&mut Writer) -> bool) -> bool {
        self.advance(length) && write(&mut self.writer)
    }

    /// Goes on in a chunk that has room for this many bytes.
    fn advance(&mut self, length: usize) -> bool {
        let bytes = (self.writer.capacity() * 4)
            .clamp(FIRST_CHUNK, FULL_CHUNK)
            .max(length);
        if !reserve(bytes) {
            return false;
        }
        self.writer.advance(bytes);
        // Before the delay is over only where much has come together: each wake-up costs a system call.
        if USED_BYTES.load(Ordering::Relaxed) > WORTH_WAKING.min(QUEUE_BYTES.load(Ordering::Relaxed) / 4) {
            crate::pipeline::wake();
        }
        true
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Release);
    }
}

/// Writes one record of this many bytes into this thread's chunk, or counts it.
pub(super) fn push(length: usize, write: impl Fn(&mut Writer) -> bool + Copy) {
    let pushed = with_stack(|stack| stack.records.push(length, write));
    // The thread's storage is gone: a span that ends in a thread-local's destructor. A source of its own.
    if pushed.is_none() {
        let own = Local::open(length, raw::fork_epoch());
        count(own.is_some_and(|mut own| write(&mut own.writer)));
    }
}

/// Counts a record for which there was no room.
#[inline]
fn count(pushed: bool) {
    if !pushed {
        COUNTERS.queue_full.fetch_add(1, Ordering::Relaxed);
    }
}

/// Counts a record that no pipeline takes.
#[cold]
pub(super) fn unwanted(mode: super::Mode) {
    if mode == super::Mode::Down {
        COUNTERS.after_shutdown.fetch_add(1, Ordering::Relaxed);
    }
}

/// The first record of this thread, or of this process.
#[cold]
#[inline(never)]
fn open_for(length: usize, epoch: u32) -> Option<Local> {
    enter_epoch(epoch);
    Local::open(FIRST_CHUNK.max(length), epoch)
}

/// In a forked child: forgets the parent's chunks (the parent delivers them) and starts the pipeline again.
fn enter_epoch(epoch: u32) {
    if EPOCH.swap(epoch, Ordering::SeqCst) != epoch {
        USED_BYTES.store(0, Ordering::SeqCst);
        NEW_SOURCES.lock().clear();
        for counter in [
            &COUNTERS.unsampled,
            &COUNTERS.queue_full,
            &COUNTERS.after_shutdown,
        ] {
            counter.store(0, Ordering::Relaxed);
        }
        crate::pipeline::restart_in_child();
    }
}

/// The reading side; the pipeline thread owns the only one.
#[derive(Default)]
pub(crate) struct Drain {
    sources: Vec<Source>,
}

impl Drain {
    /// Calls `take` with every record that was published before the call, oldest first within a thread.
    pub(crate) fn records(&mut self, mut take: impl FnMut(&[u8])) {
        self.sources.append(&mut NEW_SOURCES.lock());
        self.sources.retain_mut(|source| source.drain(&mut take));
    }
}

impl Source {
    /// Reads on; `false` once the thread is gone and all of it is read.
    fn drain(&mut self, take: &mut impl FnMut(&[u8])) -> bool {
        loop {
            // These two before the bytes: what is published after "closed" or "next" is final.
            let closed = self.closed.load(Ordering::Acquire);
            let next = self.chunk.next().cloned();
            let mut reader = wire::Reader::new(self.chunk.published(self.position));
            let available = reader.remaining();
            while let Some(length) = reader.u32() {
                let Some(body) = (length as usize)
                    .checked_sub(4)
                    .and_then(|rest| reader.take(rest))
                else {
                    break;
                };
                take(body);
            }
            self.position += available - reader.remaining();
            match next {
                Some(next) => {
                    release(self.chunk.capacity());
                    self.position = 0;
                    Chunk::recycle(std::mem::replace(&mut self.chunk, next));
                }
                None if closed => {
                    release(self.chunk.capacity());
                    return false;
                }
                None => return true,
            }
        }
    }
}
