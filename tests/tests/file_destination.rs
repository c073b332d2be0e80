//! The file destination: lines of OTLP JSON, appended whole or not at all.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod otlp;

use otlp::batch::{everything, spans};
use otlp::expected;
use spanwright::destination::File;
use spanwright::{Delivered, DeliveryError, Destination};

fn lines(path: &std::path::Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(str::to_owned).collect()
}

#[test]
fn each_signal_is_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    let (mut file, batch) = (File::create(&path).unwrap(), everything());
    assert_eq!(file.deliver(&batch), Ok(Delivered::default()));
    file.flush().unwrap();
    let [traces, logs, metrics] = &lines(&path)[..] else {
        panic!("not three lines")
    };
    assert_eq!(serde_json::from_str(traces).ok(), Some(expected::traces(&batch)));
    assert_eq!(serde_json::from_str(logs).ok(), Some(expected::logs(&batch)));
    assert_eq!(
        serde_json::from_str(metrics).ok(),
        Some(expected::metrics(&batch))
    );
}

#[test]
fn create_empties_and_append_keeps() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    let count_after = |mut file: File| {
        file.deliver(&spans(&["one"])).unwrap();
        lines(&path).len()
    };
    assert_eq!(count_after(File::append(&path).unwrap()), 1);
    assert_eq!(count_after(File::append(&path).unwrap()), 2);
    assert_eq!(count_after(File::create(&path).unwrap()), 1);
}

#[test]
fn a_child_appends_to_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    let mut parent = File::create(&path).unwrap();
    parent.deliver(&spans(&["parent"])).unwrap();
    let mut child = parent.for_child().unwrap();
    child.deliver(&spans(&["child"])).unwrap();
    parent.deliver(&spans(&["parent"])).unwrap();
    let lines = lines(&path);
    assert_eq!(lines.len(), 3);
    assert!(lines[1].contains(r#""name":"child""#));
}

#[test]
fn a_missing_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing/out.jsonl");
    let error = File::create(&path).unwrap_err();
    assert_eq!(error.path, path);
    assert!(
        error.to_string().contains("check that its folder exists"),
        "{error}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_tried_again() {
    let mut file = File::append("/dev/full").unwrap();
    let result = file.deliver(&spans(&["one"]));
    let Err(DeliveryError::Retry { message, .. }) = result else {
        panic!("{result:?}")
    };
    assert!(message.starts_with("/dev/full cannot be written"), "{message}");
    assert!(file.flush().is_ok());
}
