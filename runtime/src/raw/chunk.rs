//! A chunk of bytes that one thread fills and another reads at the same time.
//!
//! The writer copies a record behind the committed length and then publishes the new length; the reader sees
//! only what is published. Published bytes are never written again while the chunk is shared, so no lock and
//! no waiting on either side is needed. Chunks that are read to the end go back to a pool.

use super::sync::{Arc, AtomicUsize, Mutex, OnceLock, Witness};
use std::ptr::NonNull;
use std::sync::TryLockError;
use std::sync::atomic::Ordering;

/// A chunk as its reader holds it.
pub(crate) struct Chunk {
    bytes: NonNull<u8>,
    capacity: usize,
    committed: AtomicUsize,
    /// Set by the writer when it moved on; nothing is added to this chunk afterwards.
    next: OnceLock<Arc<Chunk>>,
    witness: Witness,
}

// SAFETY: `bytes` is owned by the chunk. What lies below `committed` is initialised and immutable while the chunk is
// shared; what lies above is touched only by the one `Writer`, which is created together with the sharing and is not
// `Clone`. The release store and acquire load of `committed` order the two.
unsafe impl Send for Chunk {}
// SAFETY: as above.
unsafe impl Sync for Chunk {}

/// The only way to add to a chunk.
pub(crate) struct Writer {
    chunk: Arc<Chunk>,
    position: usize,
}

/// Chunks of one size that were read to the end. Nobody waits for it: who finds it locked does without.
#[cfg(not(all(test, loom)))]
static POOL: Mutex<Vec<Arc<Chunk>>> = Mutex::new(Vec::new());
#[cfg(all(test, loom))]
loom::lazy_static! {
    static ref POOL: Mutex<Vec<Arc<Chunk>>> = Mutex::new(Vec::new());
}
/// As many as a burst of some 50,000 spans fills: memory that was touched before costs no page faults.
const POOLED: usize = 128;

impl Chunk {
    /// A chunk of this many bytes, with its writer and a reader's handle.
    pub(crate) fn allocate(capacity: usize) -> (Writer, Arc<Chunk>) {
        let chunk = Self::reuse(capacity).unwrap_or_else(|| Self::fresh(capacity));
        (
            Writer {
                chunk: Arc::clone(&chunk),
                position: 0,
            },
            chunk,
        )
    }

    fn fresh(capacity: usize) -> Arc<Chunk> {
        let bytes: *mut [u8] = Box::into_raw(vec![0; capacity].into_boxed_slice());
        let bytes = NonNull::new(bytes.cast::<u8>()).unwrap_or(NonNull::dangling());
        Arc::new(Chunk {
            bytes,
            capacity,
            committed: AtomicUsize::new(0),
            next: OnceLock::new(),
            witness: Witness::default(),
        })
    }

    fn reuse(capacity: usize) -> Option<Arc<Chunk>> {
        let mut pool = POOL.try_lock().ok()?;
        let at = pool.iter().rposition(|chunk| chunk.capacity == capacity)?;
        Some(pool.swap_remove(at))
    }

    /// Gives a chunk back that is read to the end and that its writer has left.
    pub(crate) fn recycle(mut chunk: Arc<Chunk>) {
        // Anybody else who holds it could still read: then it is freed by the last one.
        let Some(own) = Arc::get_mut(&mut chunk) else {
            return;
        };
        own.committed = AtomicUsize::new(0);
        own.next = OnceLock::new();
        match POOL.try_lock() {
            Ok(mut pool) if pool.len() < POOLED => pool.push(chunk),
            Ok(_) | Err(TryLockError::WouldBlock | TryLockError::Poisoned(_)) => {}
        }
    }

    /// Bytes of memory behind the chunk.
    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// What has been published from this position on.
    pub(crate) fn published(&self, from: usize) -> &[u8] {
        let committed = self.committed.load(Ordering::Acquire);
        let length = committed.saturating_sub(from);
        if length == 0 {
            return &[];
        }
        self.witness.read(from, committed);
        // SAFETY: `from + length == committed <= capacity`; the bytes below `committed` are initialised, and the
        // writer does not touch them again while this handle exists.
        unsafe { std::slice::from_raw_parts(self.bytes.as_ptr().add(from), length) }
    }

    /// The chunk that the writer went on with. Once this is set, `published` is final.
    pub(crate) fn next(&self) -> Option<&Arc<Chunk>> {
        self.next.get()
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        let bytes = std::ptr::slice_from_raw_parts_mut(self.bytes.as_ptr(), self.capacity);
        // SAFETY: this is what `fresh` took apart; nobody else frees it, and no handle is left.
        drop(unsafe { Box::from_raw(bytes) });
    }
}

impl Writer {
    /// Publishes the parts as one record; `false`, and nothing done, where they do not fit.
    #[inline]
    pub(crate) fn push<const PARTS: usize>(&mut self, parts: [&[u8]; PARTS]) -> bool {
        let mut length = 0;
        for part in parts {
            length += part.len();
        }
        if self.chunk.capacity - self.position < length {
            return false;
        }
        let mut at = self.position;
        for part in parts {
            // SAFETY: `at + part.len()` stays within the chunk by the check above; the target lies above
            // `committed`, so no reader looks at it, and this is the only writer. `part` cannot overlap memory
            // that only we can reach.
            unsafe {
                std::ptr::copy_nonoverlapping(part.as_ptr(), self.chunk.bytes.as_ptr().add(at), part.len());
            }
            at += part.len();
        }
        self.chunk.witness.written(self.position, at);
        self.position = at;
        self.chunk.committed.store(at, Ordering::Release);
        true
    }

    /// Publishes a record of a head, which `fill` writes in place, and a tail; `false`, and nothing done, where it does
    /// not fit. `fill` must write all of the head: what it leaves is an older record's.
    #[inline]
    pub(crate) fn record<const HEAD: usize>(
        &mut self,
        tail: &[u8],
        fill: impl FnOnce(&mut [u8; HEAD]),
    ) -> bool {
        let at = self.position + HEAD;
        let end = at + tail.len();
        if self.chunk.capacity < end {
            return false;
        }
        // SAFETY: `position + HEAD + tail.len()` is within the chunk, whose bytes are initialised from the start; they lie
        // above `committed`, so no reader looks at them, and this is the only writer. `tail` cannot overlap memory that
        // only we can reach.
        unsafe {
            let bytes = self.chunk.bytes.as_ptr();
            fill(&mut *bytes.add(self.position).cast::<[u8; HEAD]>());
            std::ptr::copy_nonoverlapping(tail.as_ptr(), bytes.add(at), tail.len());
        }
        self.chunk.witness.written(self.position, end);
        self.position = end;
        self.chunk.committed.store(end, Ordering::Release);
        true
    }

    /// Goes on in a new chunk of this many bytes.
    pub(crate) fn advance(&mut self, bytes: usize) {
        let (writer, chunk) = Chunk::allocate(bytes);
        // This writer is the only one to set it, and it leaves the chunk right away.
        let _ = self.chunk.next.set(chunk);
        *self = writer;
    }

    /// Bytes of the present chunk.
    pub(crate) fn capacity(&self) -> usize {
        self.chunk.capacity()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn reader_sees_whole_records_in_order_while_they_are_written() {
        const RECORDS: u32 = if cfg!(miri) { 200 } else { 200_000 };
        let (mut writer, mut chunk) = Chunk::allocate(256);
        let thread = std::thread::spawn(move || {
            for number in 0..RECORDS {
                let body = number.to_le_bytes();
                while !writer.push([&body[..1], &body[1..]]) {
                    writer.advance(256);
                }
            }
        });
        let (mut expected, mut position) = (0_u32, 0);
        while expected < RECORDS {
            // Ask for the next chunk first: what is published after that answer is final.
            let next = chunk.next().cloned();
            let bytes = chunk.published(position);
            assert_eq!(bytes.len() % 4, 0);
            for record in bytes.chunks_exact(4) {
                assert_eq!(u32::from_le_bytes(record.try_into().unwrap()), expected);
                expected += 1;
            }
            position += bytes.len();
            if let Some(next) = next {
                Chunk::recycle(std::mem::replace(&mut chunk, next));
                position = 0;
            }
        }
        thread.join().unwrap();
    }

    #[test]
    fn a_record_that_does_not_fit_changes_nothing() {
        let (mut writer, chunk) = Chunk::allocate(8);
        assert!(writer.push([b"123"]));
        assert!(!writer.record(b"4567", |head: &mut [u8; 2]| *head = *b"xx"));
        assert!(writer.record(b"78", |head: &mut [u8; 3]| *head = *b"456"));
        assert!(!writer.push([b"9"]));
        assert!(!writer.record(b"", |head: &mut [u8; 1]| *head = *b"9"));
        assert_eq!(chunk.published(0), b"12345678");
        assert_eq!(chunk.published(8), b"");
    }

    #[test]
    fn a_chunk_that_somebody_holds_is_not_reused() {
        let (mut writer, chunk) = Chunk::allocate(24);
        assert!(writer.push([b"kept"]));
        Chunk::recycle(Arc::clone(&chunk));
        let (mut other, _) = Chunk::allocate(24);
        assert!(other.push([b"else"]));
        assert_eq!(chunk.published(0), b"kept");
    }
}
