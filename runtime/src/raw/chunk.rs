//! A chunk of bytes that one thread fills and another reads at the same time.
//!
//! The writer copies a record behind the committed length and then publishes the new length; the reader sees
//! only what is published. Published bytes are never written again while the chunk is shared, so no lock and
//! no waiting on either side is needed.

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// A chunk as its reader holds it.
pub(crate) struct Chunk {
    bytes: Box<[UnsafeCell<u8>]>,
    committed: AtomicUsize,
    /// Set by the writer when it moved on; nothing is added to this chunk afterwards.
    next: OnceLock<Arc<Chunk>>,
}

// SAFETY: bytes below `committed` are immutable while shared, and bytes above it are touched only by the one
// `Writer`, which is created together with the chunk and is not `Clone`. The release store and acquire load of
// `committed` order the two.
unsafe impl Sync for Chunk {}

/// The only way to add to a chunk.
pub(crate) struct Writer {
    chunk: Arc<Chunk>,
    position: usize,
}

impl Chunk {
    /// A chunk of this many bytes, with its writer and a reader's handle.
    pub(crate) fn allocate(bytes: usize) -> (Writer, Arc<Chunk>) {
        let bytes = std::iter::repeat_with(|| UnsafeCell::new(0))
            .take(bytes)
            .collect();
        let chunk = Arc::new(Chunk {
            bytes,
            committed: AtomicUsize::new(0),
            next: OnceLock::new(),
        });
        (
            Writer {
                chunk: Arc::clone(&chunk),
                position: 0,
            },
            chunk,
        )
    }

    /// Bytes of memory behind the chunk.
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.len()
    }

    /// What has been published from this position on.
    pub(crate) fn published(&self, from: usize) -> &[u8] {
        let committed = self.committed.load(Ordering::Acquire);
        let length = committed.saturating_sub(from);
        if length == 0 {
            return &[];
        }
        // SAFETY: `from + length == committed <= self.bytes.len()`; the bytes below `committed` are initialised,
        // and the writer never touches them again.
        unsafe { std::slice::from_raw_parts(self.bytes.as_ptr().add(from).cast::<u8>(), length) }
    }

    /// The chunk that the writer went on with. Once this is set, `published` is final.
    pub(crate) fn next(&self) -> Option<&Arc<Chunk>> {
        self.next.get()
    }
}

impl Writer {
    /// Publishes the parts as one record; `false`, and nothing done, where they do not fit.
    #[inline]
    pub(crate) fn push(&mut self, parts: &[&[u8]]) -> bool {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if self.chunk.bytes.len() - self.position < length {
            return false;
        }
        let mut at = self.position;
        for part in parts {
            // SAFETY: `at + part.len()` stays within `bytes` by the check above; the target lies above
            // `committed`, so no reader looks at it, and this is the only writer. `UnsafeCell<u8>` has the
            // layout of `u8`, and `part` cannot overlap memory that only we can reach.
            unsafe {
                let target = self.chunk.bytes.as_ptr().add(at).cast_mut().cast::<u8>();
                std::ptr::copy_nonoverlapping(part.as_ptr(), target, part.len());
            }
            at += part.len();
        }
        self.position = at;
        self.chunk.committed.store(at, Ordering::Release);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reader_sees_whole_records_in_order_while_they_are_written() {
        const RECORDS: u32 = if cfg!(miri) { 200 } else { 200_000 };
        let (mut writer, mut chunk) = Chunk::allocate(256);
        let thread = std::thread::spawn(move || {
            for number in 0..RECORDS {
                let body = number.to_le_bytes();
                while !writer.push(&[&body[..1], &body[1..]]) {
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
                (chunk, position) = (next, 0);
            }
        }
        thread.join().unwrap();
    }

    #[test]
    fn a_record_that_does_not_fit_changes_nothing() {
        let (mut writer, chunk) = Chunk::allocate(8);
        assert!(writer.push(&[b"12345678"]));
        assert!(!writer.push(&[b"9"]));
        assert_eq!(chunk.published(0), b"12345678");
        assert_eq!(chunk.published(8), b"");
    }
}
