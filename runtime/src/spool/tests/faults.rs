//! The disk fails, and is there again.

use super::*;
use crate::spool::Fsync;
use crate::spool::disk::{Operation, faults};

const FULL: i32 = 28;
const READ_ONLY: i32 = 30;
const IO: i32 = 5;
const NO_DESCRIPTORS: i32 = 24;

const WRITING: [Operation; 4] = [
    Operation::Create,
    Operation::Write,
    Operation::Sync,
    Operation::Remove,
];

fn fail(operations: &[Operation], errno: i32, written: usize) {
    faults::set(Some(faults::Fault {
        operations: operations.to_vec(),
        errno,
        written,
    }));
}

/// Spools, lets the disk fail for a while, and looks what there is afterwards, also for the next start.
fn survive(operations: &[Operation], errno: i32, written: usize, before: bool, fsync: Fsync) {
    let root = tempfile::tempdir().unwrap();
    let spool = spool(root.path()).fsync(fsync);
    let mut backlog = open(&spool);
    if before {
        backlog.push(&spans(&["before"])).unwrap();
    }
    fail(operations, errno, written);
    let mut expected: Vec<&str> = if before { vec!["before"] } else { vec![] };
    for _ in 0..3 {
        if backlog.push(&spans(&["during"])).is_ok() {
            expected.push("during");
        }
    }
    faults::set(None);
    let what = format!("{operations:?} {errno} {written} {before} {fsync:?}");
    assert_eq!(backlog.records(), expected.len() as u64, "{what}");
    backlog.push(&spans(&["after"])).unwrap();
    expected.push("after");
    drop(backlog);
    assert_eq!(drain(&mut open(&spool)), expected, "{what}");
    assert!(files(root.path()).is_empty(), "{what}");
}

#[test]
fn after_any_fault_it_goes_on_and_nothing_is_there_twice() {
    for errno in [FULL, READ_ONLY, IO, NO_DESCRIPTORS] {
        for before in [true, false] {
            for fsync in [Fsync::EachBatch, Fsync::Never, Fsync::Every(Duration::ZERO)] {
                survive(&[Operation::Create], errno, 0, before, fsync);
                survive(&[Operation::Create, Operation::Open], errno, 0, before, fsync);
                survive(&[Operation::Sync], errno, 0, before, fsync);
            }
        }
    }
}

#[test]
fn a_write_that_breaks_off_leaves_nothing_of_it() {
    for errno in [FULL, IO] {
        for written in [0, 1, 31, 40, 80] {
            for before in [true, false] {
                survive(&[Operation::Write], errno, written, before, Fsync::Never);
            }
        }
    }
}

#[test]
fn what_cannot_be_noted_as_delivered_is_sent_once_more_by_the_next_start() {
    let root = tempfile::tempdir().unwrap();
    let spool = spool(root.path());
    let mut backlog = open(&spool);
    for name in ["a", "b", "c"] {
        backlog.push(&spans(&[name])).unwrap();
    }
    fail(&WRITING, READ_ONLY, 0);
    let front = backlog.front().unwrap().unwrap();
    backlog.done(&front);
    // This process knows, whatever the disk does.
    assert_eq!(names(&backlog.front().unwrap().unwrap().batch), ["b"]);
    faults::set(None);
    drop(backlog);
    assert_eq!(drain(&mut open(&spool)), ["a", "b", "c"]);
}

#[test]
fn reading_waits_for_the_disk() {
    let root = tempfile::tempdir().unwrap();
    let mut backlog = open(&spool(root.path()));
    backlog.push(&spans(&["a"])).unwrap();
    fail(&[Operation::Open], NO_DESCRIPTORS, 0);
    let error = backlog.front().unwrap_err().to_string();
    assert!(
        error.contains("what cannot be spooled waits in memory"),
        "{error}"
    );
    assert_eq!((backlog.records(), backlog.take_losses()), (1, Losses::default()));
    faults::set(None);
    assert_eq!(drain(&mut backlog), ["a"]);
}

#[test]
fn a_folder_that_is_a_file_is_named() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("spool"), "x").unwrap();
    let mut backlog = open(&spool(root.path()));
    assert_eq!(backlog.take_errors().len(), 1);
    let error = backlog.push(&spans(&["a"])).unwrap_err().to_string();
    assert!(error.contains("spool cannot be created"), "{error}");
    std::fs::remove_file(root.path().join("spool")).unwrap();
    backlog.push(&spans(&["a"])).unwrap();
    assert_eq!(drain(&mut backlog), ["a"]);
}
