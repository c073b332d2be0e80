//! From the recorder's threads to the pipeline's: records in byte chunks, one writer and one reader each.
//!
//! A thread writes into chunks of its own. The pipeline thread drains every registered thread's chunks itself,
//! partial ones too, so that a thread that sleeps for ever never has to hand anything over.
//!
//! A record is `u32 length | u8 type | …`; see [`span`] and [`log`] for the two layouts.

use super::live::Live;
use crate::context::{Carried, with_stack};
use crate::raw::sync::{Arc as Handle, AtomicBool};
use crate::raw::{self, Chunk, Writer};
use crate::record::{Outcome, Severity};
use crate::value::Value;
use crate::wire;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

#[cfg(all(test, loom))]
mod models;

pub(crate) const SPAN: u8 = 1;
pub(crate) const LOG: u8 = 2;
/// A span that has attributes at most; see [`plain_span`].
pub(crate) const PLAIN: u8 = 3;

/// A thread's first chunk is small, since many threads record little; then they grow to the full size.
const FIRST_CHUNK: usize = 4 * 1024;
const FULL_CHUNK: usize = 64 * 1024;
/// Bytes in chunks beyond which the pipeline is woken.
const WORTH_WAKING: usize = 1 << 20;

static QUEUE_BYTES: AtomicUsize = AtomicUsize::new(32 << 20);
static USED_BYTES: AtomicUsize = AtomicUsize::new(0);
static NEW_SOURCES: Mutex<Vec<Source>> = Mutex::new(Vec::new());
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

    /// Writes one record of this many bytes into the thread's chunk; `false` where there is no room.
    #[inline]
    fn push(&self, length: usize, write: impl Fn(&mut Writer) -> bool) -> bool {
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
        NEW_SOURCES
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(source);
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

/// Counts a record for which there was no room.
#[cold]
fn no_room() {
    COUNTERS.queue_full.fetch_add(1, Ordering::Relaxed);
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
        NEW_SOURCES.lock().unwrap_or_else(PoisonError::into_inner).clear();
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

/// Bytes of the fixed part of a span's record.
const SPAN_HEADER: usize = 91;
/// Bytes of the fixed part of a plain span's record.
const PLAIN_HEADER: usize = 62;

/// The record of a span that has attributes at most, and went well:
/// `length u32 | PLAIN | kind u8 | bits u8 (1 remote parent) | trace flags u8 | site u32 | trace 16 | span 8 | parent 8 |
/// start u64 | end u64 | dropped attributes u16 | attributes`.
#[inline]
pub(super) fn plain_span(records: &Records, live: &Live) {
    let end = crate::clock::now();
    match super::switchboard::mode() {
        super::Mode::Active | super::Mode::ActiveWithTracing => {}
        mode => return unwanted(mode),
    }
    let attributes = live.attributes.as_slice();
    let length = PLAIN_HEADER + attributes.len();
    let pushed = records.push(length, |writer| {
        writer.record(attributes, |header: &mut [u8; PLAIN_HEADER]| {
            let start = [
                live.kind as u8,
                live.parent_is_remote.into(),
                live.flags.to_byte(),
            ];
            header[0..4].copy_from_slice(&(length as u32).to_le_bytes());
            header[4] = PLAIN;
            header[5..8].copy_from_slice(&start);
            header[8..12].copy_from_slice(&live.site.number().to_le_bytes());
            header[12..28].copy_from_slice(&live.trace_id.to_bytes());
            header[28..36].copy_from_slice(&live.span_id.to_bytes());
            header[36..44].copy_from_slice(&live.parent.to_bytes());
            header[44..52].copy_from_slice(&live.start.to_le_bytes());
            header[52..60].copy_from_slice(&end.max(live.start).to_le_bytes());
            header[60..62].copy_from_slice(&live.dropped_attributes().to_le_bytes());
        })
    });
    if !pushed {
        no_room();
    }
}

/// A span's record:
/// `length u32 | SPAN | kind u8 | outcome u8 | bits u8 (1 remote parent, 2 status OK) | trace flags u8 | site u32 |
/// trace 16 | span 8 | parent 8 | start u64 | end u64 | dropped attributes, events, links u16 | then the lengths and
/// the bytes of name (u16), message (u32), trace state (u16), attributes, carried, events, links (u32 each)`.
pub(super) fn span(live: &Live) {
    let end = crate::clock::now();
    let extra = live.extra();
    let carried = extra.carried.as_ref();
    let carried_attributes: &[u8] = carried.map_or(&[], |carried| &carried.attributes);
    let trace_state: &str = extra.trace_state.as_deref().unwrap_or_default();
    let parts = [
        &header(live, end, trace_state.len(), carried_attributes.len()),
        extra.name.as_slice(),
        extra.message.as_bytes(),
        trace_state.as_bytes(),
        &live.attributes,
        carried_attributes,
        &extra.events,
        &extra.links,
    ];
    submit(&extra.carried, parts);
}

/// The fixed part, at fixed places.
fn header(live: &Live, end: u64, trace_state: usize, carried: usize) -> [u8; SPAN_HEADER] {
    let mut header = [0; SPAN_HEADER];
    let extra = live.extra();
    let lengths = [
        live.attributes.len(),
        carried,
        extra.events.len(),
        extra.links.len(),
    ];
    let length =
        SPAN_HEADER + extra.name.len() + extra.message.len() + trace_state + lengths.iter().sum::<usize>();
    let [events_dropped, links_dropped] = live.dropped();
    header[0..4].copy_from_slice(&(length as u32).to_le_bytes());
    header[4] = SPAN;
    header[5] = live.kind as u8;
    header[6] = extra.outcome.unwrap_or(Outcome::Ok) as u8;
    header[7] = u8::from(live.parent_is_remote) | u8::from(extra.ok) << 1;
    header[8] = live.flags.to_byte();
    header[9..13].copy_from_slice(&live.site.number().to_le_bytes());
    header[13..29].copy_from_slice(&live.trace_id.to_bytes());
    header[29..37].copy_from_slice(&live.span_id.to_bytes());
    header[37..45].copy_from_slice(&live.parent.to_bytes());
    header[45..53].copy_from_slice(&live.start.to_le_bytes());
    header[53..61].copy_from_slice(&end.max(live.start).to_le_bytes());
    header[61..63].copy_from_slice(&live.dropped_attributes().to_le_bytes());
    header[63..65].copy_from_slice(&events_dropped.to_le_bytes());
    header[65..67].copy_from_slice(&links_dropped.to_le_bytes());
    header[67..69].copy_from_slice(&(extra.name.len() as u16).to_le_bytes());
    header[69..73].copy_from_slice(&(extra.message.len() as u32).to_le_bytes());
    header[73..75].copy_from_slice(&(trace_state as u16).to_le_bytes());
    for (at, length) in [75, 79, 83, 87].into_iter().zip(lengths) {
        header[at..at + 4].copy_from_slice(&(length as u32).to_le_bytes());
    }
    header
}

/// A log record:
/// `length u32 | LOG | severity u8 | trace flags u8 | site u32 | trace 16 | span 8 | time u64 | event name u16+bytes |
/// body u8 (1: a value follows) | attributes`, carried ones after the record's own.
pub(super) fn log(
    live: &Live,
    severity: Severity,
    event_name: &str,
    body: Option<&Value>,
    fields: &[(&str, Value)],
) {
    let mut record = vec![0, 0, 0, 0, LOG, severity as u8, live.flags.to_byte()];
    record.extend_from_slice(&live.site.number().to_le_bytes());
    record.extend_from_slice(&live.trace_id.to_bytes());
    record.extend_from_slice(&live.span_id.to_bytes());
    record.extend_from_slice(&crate::clock::now().to_le_bytes());
    wire::put_key(&mut record, event_name);
    record.push(u8::from(body.is_some()));
    if let Some(body) = body {
        wire::put_value(&mut record, body);
    }
    for (key, value) in fields {
        wire::put_key(&mut record, key);
        wire::put_value(&mut record, value);
    }
    if let Some(carried) = live.carried() {
        record.extend_from_slice(&carried.attributes);
    }
    let length = record.len() as u32;
    record[..4].copy_from_slice(&length.to_le_bytes());
    submit(live.carried(), [&record]);
}

fn submit<const PARTS: usize>(carried: &Option<Arc<Carried>>, parts: [&[u8]; PARTS]) {
    if let Some(route) = Carried::route_of(carried) {
        route.take(&parts.concat()[4..]);
        return;
    }
    match super::switchboard::mode() {
        super::Mode::Active | super::Mode::ActiveWithTracing => {
            let length = parts.iter().map(|part| part.len()).sum();
            let write = |writer: &mut Writer| writer.push(parts);
            let pushed = with_stack(|stack| stack.records.push(length, write));
            // The thread's storage is gone: a span that ends in a thread-local's destructor. A source of its own.
            let pushed = pushed.unwrap_or_else(|| {
                let own = Local::open(length, raw::fork_epoch());
                own.is_some_and(|mut own| write(&mut own.writer))
            });
            if !pushed {
                no_room();
            }
        }
        mode => unwanted(mode),
    }
}

/// A record that no pipeline takes.
#[cold]
fn unwanted(mode: super::Mode) {
    if mode == super::Mode::Down {
        COUNTERS.after_shutdown.fetch_add(1, Ordering::Relaxed);
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
        self.sources
            .append(&mut NEW_SOURCES.lock().unwrap_or_else(PoisonError::into_inner));
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
