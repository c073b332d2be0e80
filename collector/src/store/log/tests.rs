use std::fs;

use super::{Entry, LogWriter, files, remove_before, replay};
use crate::wire::{Limits, Request, Signal};

/// A request that is told from others by an unknown field, which nobody minds.
fn entry(sequence: u64) -> Entry {
    let bytes = vec![15 << 3, sequence as u8].into();
    let request = Request::read(Signal::Traces, bytes, &Limits::default()).expect("a message");
    Entry {
        sequence,
        arrived: 5,
        request,
    }
}

fn read(folder: &std::path::Path, from: u64) -> (Vec<u64>, u64) {
    let mut numbers = Vec::new();
    let next = replay(folder, from, &mut |entry| {
        assert_eq!(entry.request.bytes[1], entry.sequence as u8);
        numbers.push(entry.sequence);
    });
    (numbers, next.expect("readable"))
}

#[test]
fn entries_come_back_from_the_number_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = LogWriter::new(folder.path());
    log.append(&[entry(7), entry(8)]).expect("written");
    log.append(&[entry(9)]).expect("written");
    assert_eq!(read(folder.path(), 0), (vec![7, 8, 9], 10));
    assert_eq!(read(folder.path(), 8), (vec![8, 9], 10));
    assert_eq!(read(folder.path(), 10), (vec![], 10));
}

#[test]
fn a_torn_tail_is_left_out_wherever_it_is_torn() {
    let folder = tempfile::tempdir().expect("a folder");
    LogWriter::new(folder.path())
        .append(&[entry(0), entry(1)])
        .expect("written");
    let path = &files(folder.path()).expect("readable")[0].1;
    let whole = fs::read(path).expect("readable");
    for length in 0..whole.len() {
        fs::write(path, &whole[..length]).expect("written");
        let (numbers, _) = read(folder.path(), 0);
        assert!(
            numbers.len() < 2,
            "{length} of {} bytes gave {numbers:?}",
            whole.len()
        );
    }
    for place in super::FILE_HEADER.len()..whole.len() {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x40;
        fs::write(path, &bytes).expect("written");
        assert!(read(folder.path(), 0).0.len() < 2, "a changed byte at {place}");
    }
}

#[test]
fn after_a_torn_file_the_next_one_is_read_and_numbers_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    LogWriter::new(folder.path())
        .append(&[entry(0), entry(1)])
        .expect("written");
    let path = files(folder.path()).expect("readable")[0].1.clone();
    let whole = fs::read(&path).expect("readable");
    fs::write(&path, &whole[..whole.len() - 1]).expect("written");
    LogWriter::new(folder.path())
        .append(&[entry(5)])
        .expect("written");
    assert_eq!(read(folder.path(), 0), (vec![0, 5], 6));
}

#[test]
fn files_whose_entries_are_no_longer_needed_are_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in [0, 3, 6] {
        LogWriter::new(folder.path())
            .append(&[entry(number)])
            .expect("written");
    }
    remove_before(folder.path(), 5).expect("removed");
    let left: Vec<u64> = files(folder.path())
        .expect("readable")
        .iter()
        .map(|(first, _)| *first)
        .collect();
    assert_eq!(left, [3, 6]);
    remove_before(folder.path(), 100).expect("removed");
    assert_eq!(
        files(folder.path()).expect("readable").len(),
        1,
        "the last file is still written to"
    );
}

#[test]
fn another_format_is_refused_and_named() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(super::path_of(folder.path(), 0), "spanwright log 2\nmore").expect("written");
    let error = replay(folder.path(), 0, &mut |_| {}).expect_err("refused");
    assert!(
        error
            .to_string()
            .contains("log-0000000000000000 is no log of this version"),
        "{error}"
    );
}
