//! Chunks under loom: every order in which their two threads may meet, and every value that the memory model lets them
//! read. See `handover/models.rs` for the same below the recorder, and CONTRIBUTING.md for the command.

use super::sync::Arc;
use super::{Chunk, Writer};
use loom::thread;

/// Reads on in the order that the hand-over keeps: what is published after "next" is final.
struct Reader {
    chunk: Arc<Chunk>,
    position: usize,
    seen: Vec<u8>,
}

impl Reader {
    fn new(chunk: Arc<Chunk>) -> Self {
        Self {
            chunk,
            position: 0,
            seen: Vec::new(),
        }
    }

    fn drain(&mut self) {
        loop {
            let next = self.chunk.next().cloned();
            let bytes = self.chunk.published(self.position);
            assert_eq!(bytes.len() % 2, 0, "half a record");
            self.seen.extend_from_slice(bytes);
            self.position += bytes.len();
            let Some(next) = next else { return };
            Chunk::recycle(std::mem::replace(&mut self.chunk, next));
            self.position = 0;
        }
    }
}

/// A record is its number twice, written in one of the two ways.
fn write(writer: &mut Writer, numbers: std::ops::Range<u8>) {
    for number in numbers {
        let write = |writer: &mut Writer| match number % 2 {
            0 => writer.push([&[number], &[number]]),
            _ => writer.record(&[number], |head: &mut [u8; 1]| *head = [number]),
        };
        if !write(writer) {
            writer.advance(4);
            assert!(write(writer));
        }
    }
}

fn expected(numbers: std::ops::Range<u8>) -> Vec<u8> {
    numbers.flat_map(|number| [number, number]).collect()
}

#[test]
fn a_reader_sees_every_record_once_whole_and_in_order() {
    loom::model(|| {
        // Two records to a chunk, so three chunks, of which the writer may get the first back as the third.
        let (mut writer, chunk) = Chunk::allocate(4);
        let mut reader = Reader::new(chunk);
        let thread = thread::spawn(move || write(&mut writer, 0..5));
        reader.drain();
        reader.drain();
        thread.join().unwrap();
        reader.drain();
        assert_eq!(reader.seen, expected(0..5));
    });
}

#[test]
fn a_chunk_from_the_pool_is_another_writers_alone() {
    loom::model(|| {
        let (mut first, chunk) = Chunk::allocate(4);
        let mut reader = Reader::new(chunk);
        write(&mut first, 0..2);
        let thread = thread::spawn(move || {
            // Leaves the first chunk, which the reader may recycle from then on.
            write(&mut first, 2..3);
        });
        let other = thread::spawn(|| {
            // May take the first chunk from the pool.
            let (mut second, chunk) = Chunk::allocate(4);
            let mut reader = Reader::new(chunk);
            write(&mut second, 7..9);
            reader.drain();
            assert_eq!(reader.seen, expected(7..9));
        });
        reader.drain();
        thread.join().unwrap();
        other.join().unwrap();
        reader.drain();
        assert_eq!(reader.seen, expected(0..3));
    });
}
