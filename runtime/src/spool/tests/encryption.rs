//! Encrypted at rest.

use super::*;
use crate::spool::{DataKey, KeyError, KeyFile, KeyProvider, WrappedKey};

const ONE: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER: &str = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn keyed(root: &Path, keys: &str) -> Spool {
    let path = root.join("keys");
    std::fs::write(&path, keys).unwrap();
    spool(root).encrypted_by(KeyFile::at(path))
}

fn holds(root: &Path, text: &str) -> bool {
    segments(root).iter().any(|path| {
        std::fs::read(path)
            .unwrap()
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    })
}

#[test]
fn what_is_encrypted_comes_back_under_its_key_alone() {
    let root = tempfile::tempdir().unwrap();
    // Random text does not shrink, so an unencrypted frame would hold it.
    let secret = TraceId::random().to_string();
    let mut first = open(&keyed(root.path(), ONE));
    first.push(&spans(&[&secret, "b"])).unwrap();
    first.push(&spans(&["c"])).unwrap();
    drop(first);
    assert!(!holds(root.path(), &secret) && holds(root.path(), "SPNWSPL"));

    for lost in [keyed(root.path(), OTHER), spool(root.path())] {
        let mut backlog = open(&lost);
        assert_eq!(backlog.records(), 0);
        let text = backlog.take_errors()[0].to_string();
        assert!(text.contains(".segment is encrypted under a key"), "{text}");
        assert!(text.contains("the file is kept") && !text.contains(ONE), "{text}");
        assert!(backlog.close().is_none());
        assert_eq!(segments(root.path()).len(), 1);
    }
    let mut later = open(&keyed(root.path(), &format!("{OTHER}\n{ONE}\n")));
    assert_eq!(drain(&mut later), [&*secret, "b", "c"]);
    assert!(files(&root.path().join("spool")).is_empty());
}

#[test]
fn a_frame_is_bound_to_its_place_and_its_header() {
    let root = tempfile::tempdir().unwrap();
    let spool = keyed(root.path(), ONE);
    let mut first = open(&spool);
    first.push(&spans(&["a"])).unwrap();
    first.push(&spans(&["b"])).unwrap();
    drop(first);
    let path = segments(root.path()).remove(0);
    let bytes = std::fs::read(&path).unwrap();
    let (head, frames) = bytes.split_at(usize::from(u16::from_le_bytes([bytes[10], bytes[11]])));
    assert_eq!(frames.len() % 2, 0);
    let (a, b) = frames.split_at(frames.len() / 2);
    // Both are whole by their checksums, and stand in each other's place.
    std::fs::write(&path, [head, b, a].concat()).unwrap();
    let mut backlog = open(&spool);
    assert!(drain(&mut backlog).is_empty());
    assert_eq!(backlog.take_losses().damaged, 2);
}

#[test]
fn after_a_failed_write_no_number_is_used_twice() {
    use crate::spool::disk::{Operation, faults};
    let root = tempfile::tempdir().unwrap();
    let spool = keyed(root.path(), ONE);
    let mut backlog = open(&spool);
    backlog.push(&spans(&["a"])).unwrap();
    faults::set(Some(faults::Fault {
        operations: vec![Operation::Write],
        errno: 28,
        written: 20,
    }));
    assert!(backlog.push(&spans(&["lost"])).is_err());
    faults::set(None);
    backlog.push(&spans(&["b"])).unwrap();
    assert_eq!(segments(root.path()).len(), 2);
    drop(backlog);
    assert_eq!(drain(&mut open(&spool)), ["a", "b"]);
}

struct Away(bool);

impl KeyProvider for Away {
    fn wrap_key(&self, _: &DataKey) -> Result<WrappedKey, KeyError> {
        assert!(!self.0, "it panics");
        Err(KeyError::Unavailable("the service is away".into()))
    }

    fn unwrap_key(&self, _: &WrappedKey) -> Result<DataKey, KeyError> {
        Err(KeyError::Unavailable("the service is away".into()))
    }
}

#[test]
fn without_a_key_nothing_is_spooled_in_plain() {
    let root = tempfile::tempdir().unwrap();
    for (panics, said) in [(false, "the service is away"), (true, "the provider panicked")] {
        let mut backlog = open(&spool(root.path()).encrypted_by(Away(panics)));
        let error = backlog.push(&spans(&["a"])).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
        assert!(backlog.is_empty() && segments(root.path()).is_empty());
    }
}
