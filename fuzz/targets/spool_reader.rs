//! Any bytes as a segment, a cursor, a file of keys or a request: read as far as they are sound, and without a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spanwright::fuzzing::spool;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

/// One folder for the whole run. libFuzzer ends the process without dropping it: `.ci/fuzz` says where it is, and removes it.
static FOLDER: LazyLock<TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder for temporary files"));

static KEYS: LazyLock<PathBuf> = LazyLock::new(|| {
    let path = FOLDER.path().join("keys");
    let key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    std::fs::write(&path, key).expect("a file of keys");
    path
});

fn put(name: &str, bytes: &[u8]) {
    std::fs::write(FOLDER.path().join(name), bytes).expect("a file");
}

/// Reads what is there twice: the same comes out, and no more than the file has.
fn read(keys: Option<&Path>, bytes: usize) {
    let shown = |error: spanwright::spool::SpoolError| error.to_string();
    let found = spool::read_segment(FOLDER.path(), keys).map_err(shown);
    if let Ok(found) = &found {
        assert!(
            found.length <= found.end && found.end <= bytes as u64,
            "{found:?}"
        );
        assert!(
            found.decoded <= found.whole && found.whole <= found.frames,
            "{found:?}"
        );
    }
    assert_eq!(found, spool::read_segment(FOLDER.path(), keys).map_err(shown));
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else {
        return;
    };
    match kind % 6 {
        0 => {
            put(&spool::segment_name(), rest);
            read(None, rest.len());
        }
        // With checksums that are right, behind a beginning that is.
        1 | 2 => {
            let mut bytes = [b"SPNWSPL\n\x01\0", rest].concat();
            spool::sign(&mut bytes);
            put(&spool::segment_name(), &bytes);
            read((kind % 6 == 2).then_some(&*KEYS), bytes.len());
        }
        3 => {
            put(spool::CURSOR, rest);
            let opened = spool::read_cursor(FOLDER.path());
            assert!(opened.is_ok(), "{opened:?}");
        }
        4 => {
            put("other keys", rest);
            let folder = tempfile::tempdir_in(FOLDER.path()).expect("a folder");
            let keys = FOLDER.path().join("other keys");
            if spool::write_segment(folder.path(), Some(&keys), &[b"request"]).is_ok() {
                let found = spool::read_segment(folder.path(), Some(&keys)).expect("what was written");
                assert_eq!((found.frames, found.whole), (1, 1));
            }
        }
        _ => {
            let Some((signal, request)) = rest.split_first() else {
                return;
            };
            spool::decode(signal % 3 + 1, request);
        }
    }
});
