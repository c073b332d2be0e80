//! Segments that were cut off, changed, or never were any.

use super::*;
use proptest::prelude::*;

/// A spool with one segment of three batches, whose owner is gone.
fn left_behind(root: &Path) -> (Spool, PathBuf) {
    let spool = spool(root);
    let mut backlog = open(&spool);
    for name in ["first", "second", "third"] {
        backlog.push(&spans(&[name])).unwrap();
    }
    drop(backlog);
    let path = segments(root).remove(0);
    (spool, path)
}

#[test]
fn every_torn_tail_leaves_the_whole_frames() {
    let root = tempfile::tempdir().unwrap();
    let (spool, path) = left_behind(root.path());
    let bytes = std::fs::read(&path).unwrap();
    let all = ["first", "second", "third"];
    let mut counts = Vec::new();
    for length in (0..bytes.len()).rev() {
        std::fs::write(&path, &bytes[..length]).unwrap();
        // Each start takes a copy, since it removes what was delivered.
        let copy = tempfile::tempdir().unwrap();
        copy_folder(path.parent().unwrap(), &copy.path().join("spool"));
        let mut backlog = open(&Spool::at(copy.path().join("spool")));
        assert!(backlog.take_errors().is_empty());
        let names = drain(&mut backlog);
        assert_eq!(names, all[..names.len()]);
        assert_eq!(backlog.take_losses(), Losses::default());
        counts.push(names.len());
    }
    assert!(counts.is_sorted_by(|a, b| a >= b));
    assert_eq!((counts[0], *counts.last().unwrap()), (2, 0));
    drop(spool);
}

fn copy_folder(from: &Path, to: &Path) {
    let to = to.join(from.file_name().unwrap());
    std::fs::create_dir_all(&to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn a_frame_with_a_changed_body_is_passed_over_and_counted() {
    let root = tempfile::tempdir().unwrap();
    let (spool, path) = left_behind(root.path());
    let mut bytes = std::fs::read(&path).unwrap();
    let head = usize::from(u16::from_le_bytes([bytes[10], bytes[11]]));
    bytes[head + 40] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let mut backlog = open(&spool);
    assert_eq!(backlog.records(), 3);
    assert_eq!(drain(&mut backlog), ["second", "third"]);
    assert_eq!(backlog.take_losses().damaged, 1);
    assert!(matches!(backlog.take_errors()[..], [SpoolError::Damaged { .. }]));
    assert!(files(root.path()).is_empty());
}

#[test]
fn a_segment_that_vanishes_is_counted() {
    let root = tempfile::tempdir().unwrap();
    let mut backlog = open(&spool(root.path()));
    backlog.push(&spans(&["first"])).unwrap();
    let front = backlog.front().unwrap().unwrap();
    backlog.push(&spans(&["second", "third"])).unwrap();
    let path = segments(root.path()).remove(0);
    std::fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(40)
        .unwrap();
    backlog.done(&front);
    assert!(backlog.front().unwrap().is_none());
    assert_eq!(backlog.take_losses().damaged, 2);
    backlog.push(&spans(&["fourth"])).unwrap();
    assert_eq!(drain(&mut backlog), ["fourth"]);
}

#[test]
fn a_file_of_somebody_else_is_kept_with_its_folder() {
    let root = tempfile::tempdir().unwrap();
    let (spool, path) = left_behind(root.path());
    let other = path.with_file_name("0000000000000009.segment");
    std::fs::write(&other, "some text that is no segment").unwrap();
    let mut backlog = open(&spool);
    assert!(matches!(
        backlog.take_errors()[..],
        [SpoolError::NotASegment { .. }]
    ));
    assert_eq!(drain(&mut backlog), ["first", "second", "third"]);
    assert!(backlog.close().is_none());
    assert_eq!(segments(root.path()), [other]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_end_without_a_panic(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..4096),
        cursor in proptest::collection::vec(any::<u8>(), 0..100),
        with_head: bool,
    ) {
        let root = tempfile::tempdir().unwrap();
        let (spool, path) = left_behind(root.path());
        if with_head {
            let head = std::fs::read(&path).unwrap();
            bytes.splice(0..0, head[..28].iter().copied());
        }
        std::fs::write(&path, &bytes).unwrap();
        std::fs::write(path.with_file_name("cursor"), &cursor).unwrap();
        let mut backlog = open(&spool);
        let records = backlog.records();
        let delivered = drain(&mut backlog).len() as u64;
        prop_assert_eq!(delivered + backlog.take_losses().damaged, records);
    }

    #[test]
    fn a_changed_segment_yields_only_what_was_written(
        at: prop::sample::Index,
        bytes in proptest::collection::vec(any::<u8>(), 1..64),
        cut: prop::sample::Index,
    ) {
        let root = tempfile::tempdir().unwrap();
        let (spool, path) = left_behind(root.path());
        let mut segment = std::fs::read(&path).unwrap();
        let at = at.index(segment.len());
        for (own, byte) in segment[at..].iter_mut().zip(&bytes) {
            *own = *byte;
        }
        segment.truncate(at + cut.index(segment.len() - at) + 1);
        std::fs::write(&path, &segment).unwrap();
        let mut backlog = open(&spool);
        let records = backlog.records();
        let delivered = drain(&mut backlog);
        prop_assert!(delivered.iter().all(|name| ["first", "second", "third"].contains(&name.as_str())));
        prop_assert_eq!(delivered.len() as u64 + backlog.take_losses().damaged, records);
    }

    #[test]
    fn a_frame_that_promises_more_than_there_is_takes_no_memory_for_it(
        promised in 1_u32..u32::MAX,
        request in 0_u32..64 << 20,
    ) {
        use crate::spool::frame::{Header, Signal};
        let root = tempfile::tempdir().unwrap();
        let (spool, path) = left_behind(root.path());
        let mut segment = std::fs::read(&path).unwrap();
        segment.truncate(28);
        let header = Header {
            signal: Signal::Traces,
            records: 7,
            time_ms: u64::MAX,
            request_bytes: request,
            body_bytes: promised,
            body_crc: 0,
        };
        segment.extend_from_slice(&header.to_bytes());
        segment.extend_from_slice(&[0; 64]);
        std::fs::write(&path, &segment).unwrap();
        let mut backlog = open(&spool);
        let expected = if promised <= 64 { 7 } else { 0 };
        prop_assert_eq!(backlog.records(), expected);
        prop_assert!(drain(&mut backlog).is_empty());
        prop_assert_eq!(backlog.take_losses().damaged, expected);
    }
}
