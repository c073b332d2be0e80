//! From the recorder's threads to the pipeline's: records in byte chunks, one writer and one reader each.
//!
//! A thread writes into chunks of its own. The pipeline thread drains every registered thread's chunks itself,
//! partial ones too, so that a thread that sleeps for ever never has to hand anything over.
//!
//! A record is `u32 length | u8 type | …`; see [`span`] and [`log`] for the two layouts.

use super::live::Live;
use crate::context::Carried;
use crate::raw::{self, Chunk, Writer};
use crate::record::{Outcome, Severity};
use crate::value::Value;
use crate::wire;
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) const SPAN: u8 = 1;
pub(crate) const LOG: u8 = 2;

/// A thread's first chunk is small, since many threads record little; then they grow to the full size.
const FIRST_CHUNK: usize = 4 * 1024;
const FULL_CHUNK: usize = 64 * 1024;

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
    chunk: Arc<Chunk>,
    position: usize,
    /// Set when the thread is gone.
    closed: Arc<AtomicBool>,
}

/// One thread's chunks, as it writes them.
struct Local {
    writer: Writer,
    closed: Arc<AtomicBool>,
    epoch: u32,
}

thread_local! {
    static LOCAL: RefCell<Option<Local>> = const { RefCell::new(None) };
}

impl Local {
    fn open(bytes: usize, epoch: u32) -> Option<Self> {
        if !reserve(bytes) {
            return None;
        }
        let (writer, chunk) = Chunk::allocate(bytes);
        let closed = Arc::new(AtomicBool::new(false));
        let source = Source {
            chunk,
            position: 0,
            closed: Arc::clone(&closed),
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

    #[inline]
    fn push(&mut self, parts: &[&[u8]]) -> bool {
        self.writer.push(parts) || self.push_in_new_chunk(parts)
    }

    #[cold]
    fn push_in_new_chunk(&mut self, parts: &[&[u8]]) -> bool {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let bytes = (self.writer.capacity() * 4)
            .clamp(FIRST_CHUNK, FULL_CHUNK)
            .max(length);
        if !reserve(bytes) {
            return false;
        }
        self.writer.advance(bytes);
        // A full chunk is worth looking at before the delay is over.
        crate::pipeline::wake();
        self.writer.push(parts)
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Release);
    }
}

/// Writes one record into this thread's chunk; counts it where there is no room.
#[inline]
fn push(parts: &[&[u8]]) {
    let epoch = raw::fork_epoch();
    let pushed = LOCAL.try_with(|local| {
        // Borrowed already: a record made while one is written, by an allocator that traces.
        let Ok(mut local) = local.try_borrow_mut() else {
            return false;
        };
        if local.as_ref().is_none_or(|local| local.epoch != epoch) {
            let first = FIRST_CHUNK.max(parts.iter().map(|part| part.len()).sum());
            enter_epoch(epoch);
            *local = Local::open(first, epoch);
        }
        local.as_mut().is_some_and(|local| local.push(parts))
    });
    let pushed = match pushed {
        Ok(pushed) => pushed,
        // The thread's storage is gone: a span that ends in a thread-local's destructor. A source of its own.
        Err(_) => Local::open(parts.iter().map(|part| part.len()).sum(), epoch)
            .is_some_and(|mut own| own.push(parts)),
    };
    if !pushed {
        COUNTERS.queue_full.fetch_add(1, Ordering::Relaxed);
    }
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
pub(crate) const SPAN_HEADER: usize = 91;

/// A span's record:
/// `length u32 | SPAN | kind u8 | outcome u8 | bits u8 (1 remote parent, 2 status OK) | trace flags u8 | site u32 |
/// trace 16 | span 8 | parent 8 | start u64 | end u64 | dropped attributes, events, links u16 | then the lengths and
/// the bytes of name (u16), message (u32), trace state (u16), attributes, carried, events, links (u32 each)`.
pub(super) fn span(live: &mut Live) {
    let end = crate::clock::now();
    let carried = live.carried().clone();
    let carried_attributes: &[u8] = carried.as_ref().map_or(&[], |carried| &carried.attributes);
    let trace_state: &str = live.trace_state.as_deref().unwrap_or_default();
    let variable: [&[u8]; 7] = [
        &live.name,
        live.message.as_bytes(),
        trace_state.as_bytes(),
        &live.attributes,
        carried_attributes,
        &live.events,
        &live.links,
    ];
    let length = SPAN_HEADER + variable.iter().map(|part| part.len()).sum::<usize>();
    let mut header = Header {
        bytes: [0; SPAN_HEADER],
        at: 0,
    };
    header.put(&(length as u32).to_le_bytes());
    header.put(&[SPAN, live.kind as u8, live.outcome.unwrap_or(Outcome::Ok) as u8]);
    header.put(&[
        u8::from(live.parent_is_remote) | u8::from(live.ok) << 1,
        live.flags.to_byte(),
    ]);
    header.put(&live.site.number().to_le_bytes());
    header.put(&live.trace_id.to_bytes());
    header.put(&live.span_id.to_bytes());
    header.put(&live.parent.to_bytes());
    header.put(&live.start.to_le_bytes());
    header.put(&end.max(live.start).to_le_bytes());
    live.dropped()
        .iter()
        .for_each(|count| header.put(&count.to_le_bytes()));
    header.put(&(variable[0].len() as u16).to_le_bytes());
    header.put(&(variable[1].len() as u32).to_le_bytes());
    header.put(&(variable[2].len() as u16).to_le_bytes());
    variable[3..]
        .iter()
        .for_each(|part| header.put(&(part.len() as u32).to_le_bytes()));
    debug_assert_eq!(header.at, SPAN_HEADER);
    let [name, message, state, attributes, carried_bytes, events, links] = variable;
    let parts = [
        &header.bytes,
        name,
        message,
        state,
        attributes,
        carried_bytes,
        events,
        links,
    ];
    submit(&carried, &parts);
}

struct Header {
    bytes: [u8; SPAN_HEADER],
    at: usize,
}

impl Header {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.bytes[self.at..self.at + bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len();
    }
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
    submit(live.carried(), &[&record]);
}

fn submit(carried: &Option<Arc<Carried>>, parts: &[&[u8]]) {
    if let Some(route) = Carried::route_of(carried) {
        route.take(&parts.concat()[4..]);
        return;
    }
    match super::switchboard::mode() {
        super::Mode::Active | super::Mode::ActiveWithTracing => push(parts),
        super::Mode::Down => {
            COUNTERS.after_shutdown.fetch_add(1, Ordering::Relaxed);
        }
        super::Mode::Inert => {}
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
                    (self.chunk, self.position) = (next, 0);
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
