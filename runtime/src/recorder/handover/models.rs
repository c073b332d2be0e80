//! One thread's source under loom, with the very code that records and drains it. What stays outside are the list of
//! new sources (behind a lock), the byte budget and the pipeline's wake-up, which `raw/wake_models.rs` has.

use super::{Local, Source};
use crate::raw::Chunk;
use crate::raw::sync::{Arc, AtomicBool, AtomicUsize};
use loom::thread;
use std::sync::atomic::Ordering;

/// As `Local::open` makes them, with a first chunk for one record.
fn open() -> (Local, Source) {
    let (writer, chunk) = Chunk::allocate(6);
    let closed = Arc::new(AtomicBool::new(false));
    let source = Source {
        chunk,
        position: 0,
        closed: Arc::clone(&closed),
    };
    let local = Local {
        writer,
        closed,
        epoch: 0,
    };
    // What `drain` gives back to the budget, which is not a part of the model.
    assert!(super::reserve(6));
    (local, source)
}

/// Length, then the number twice.
fn push(local: &mut Local, number: u8) {
    let record: [&[u8]; 2] = [&6_u32.to_le_bytes(), &[number, number]];
    assert!(local.writer.push(record) || local.go_on(6, |writer| writer.push(record)));
}

fn drain(source: &mut Source, seen: &mut Vec<u8>) -> bool {
    source.drain(&mut |record: &[u8]| {
        assert_eq!(record.len(), 2);
        assert_eq!(record[0], record[1]);
        seen.push(record[0]);
    })
}

#[test]
fn a_source_ends_only_when_all_of_it_was_read() {
    loom::model(|| {
        let (mut local, mut source) = open();
        let thread = thread::spawn(move || {
            for number in 0..3 {
                push(&mut local, number);
            }
            // The thread ends: `local` goes, and with it the source is closed.
        });
        let mut seen = Vec::new();
        let mut open = drain(&mut source, &mut seen) && drain(&mut source, &mut seen);
        if !open {
            assert_eq!(seen, [0, 1, 2], "ended before all was read");
        }
        thread.join().unwrap();
        if open {
            open = drain(&mut source, &mut seen);
        }
        assert!(!open);
        assert_eq!(seen, [0, 1, 2]);
    });
}

#[test]
fn what_was_recorded_before_the_drain_is_drained() {
    loom::model(|| {
        let (mut local, mut source) = open();
        let recorded = Arc::new(AtomicUsize::new(0));
        let thread = thread::spawn({
            let recorded = Arc::clone(&recorded);
            move || {
                for number in 0..3 {
                    push(&mut local, number);
                    recorded.store(usize::from(number) + 1, Ordering::Release);
                }
                local
            }
        });
        let mut seen = Vec::new();
        let before = recorded.load(Ordering::Acquire);
        assert!(drain(&mut source, &mut seen));
        assert!(seen.len() >= before);
        let local = thread.join().unwrap();
        assert!(drain(&mut source, &mut seen));
        assert_eq!(seen, [0, 1, 2]);
        drop(local);
        assert!(!drain(&mut source, &mut seen));
    });
}
