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

/// The files of a folder by name, which is by time, and the names of the spans in each.
fn rotated(folder: &std::path::Path) -> Vec<(String, Vec<String>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let name = |path: &std::path::Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    files.iter().map(|path| (name(path), span_names(path))).collect()
}

fn span_names(path: &std::path::Path) -> Vec<String> {
    let name = |line: &String| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let span = &line["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
        span["name"].as_str().unwrap().to_owned()
    };
    lines(path).iter().map(name).collect()
}

#[test]
fn a_full_file_is_renamed_and_no_line_is_divided() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    let mut probe = File::create(&path).unwrap();
    probe.deliver(&spans(&["00"])).unwrap();
    let line = path.metadata().unwrap().len();
    let mut file = File::create(&path).unwrap().rotate_at_bytes(3 * line + line / 2);
    let names: Vec<_> = (0..10).map(|at| format!("{at:02}")).collect();
    for name in &names {
        file.deliver(&spans(&[name])).unwrap();
    }
    let files = rotated(folder.path());
    let counts: Vec<_> = files.iter().map(|(_, names)| names.len()).collect();
    assert_eq!(counts, [3, 3, 3, 1], "{files:?}");
    assert_eq!(
        files
            .iter()
            .flat_map(|(_, names)| names.clone())
            .collect::<Vec<_>>(),
        names
    );
    assert_eq!(files[3].0, "out.jsonl");
    assert!(
        files[0].0.starts_with("out.2") && files[0].0.ends_with(&format!("Z-{}.jsonl", std::process::id()))
    );
}

#[test]
fn an_old_file_is_renamed_and_one_that_is_empty_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let mut file = File::create(&path)
        .unwrap()
        .rotate_every(std::time::Duration::ZERO);
    file.deliver(&spans(&["a"])).unwrap();
    assert_eq!(rotated(folder.path()).len(), 1);
    file.deliver(&spans(&["b"])).unwrap();
    file.deliver(&spans(&["c"])).unwrap();
    let names: Vec<_> = rotated(folder.path())
        .into_iter()
        .flat_map(|(_, names)| names)
        .collect();
    // The name without a time sorts first.
    assert_eq!(names, ["c", "a", "b"]);
}

#[cfg(unix)]
#[test]
fn a_process_follows_when_another_one_rotates() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    let mut one = File::append(&path).unwrap().rotate_at_bytes(1);
    let mut other = File::append(&path).unwrap().rotate_at_bytes(1 << 30);
    one.deliver(&spans(&["a"])).unwrap();
    one.deliver(&spans(&["b"])).unwrap();
    other.deliver(&spans(&["c"])).unwrap();
    let files: Vec<_> = rotated(folder.path())
        .into_iter()
        .map(|(_, names)| names)
        .collect();
    assert_eq!(files, [vec!["a"], vec!["b", "c"]]);
}

#[test]
fn rotated_files_are_kept_for_the_days_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    let mut file = File::create(&path).unwrap().rotate_at_bytes(1);
    for name in ["a", "b", "c"] {
        file.deliver(&spans(&[name])).unwrap();
    }
    let other = folder.path().join("out.mine.jsonl");
    std::fs::write(&other, "").unwrap();
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(25 * 3600);
    let oldest = folder.path().join(&rotated(folder.path())[0].0);
    for path in [&oldest, &other] {
        let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    assert_eq!(rotated(folder.path()).len(), 4);
    let mut file = File::append(&path).unwrap().rotate_at_bytes(1).keep_days(2);
    assert_eq!(rotated(folder.path()).len(), 4);
    file = file.keep_days(1);
    let left: Vec<_> = rotated(folder.path()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(left.len(), 3);
    assert!(!oldest.exists() && other.exists());
    file.deliver(&spans(&["d"])).unwrap();
    assert_eq!(rotated(folder.path()).len(), 4);
}

#[test]
fn where_it_cannot_be_renamed_lines_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    let mut file = File::create(&path).unwrap().rotate_at_bytes(1);
    file.deliver(&spans(&["a"])).unwrap();
    std::fs::remove_dir_all(folder.path()).unwrap();
    assert!(file.deliver(&spans(&["b"])).is_ok());
    std::fs::create_dir(folder.path()).unwrap();
    file.deliver(&spans(&["c"])).unwrap();
    assert_eq!(span_names(&path), ["c"]);
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
