//! The spool as a whole, on real files.

mod damage;
#[cfg(feature = "spool-encryption")]
mod encryption;
mod faults;
mod kill;
mod model;
mod shared;

use super::backlog::Backlog;
use super::{Losses, Spool, SpoolError};
use crate::destination::Batch;
use crate::id::{SpanId, TraceId};
use crate::record::{LogRecord, Metric, MetricData, Resource, Severity, SpanRecord};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A batch of spans with these names.
fn spans(names: &[&str]) -> Batch {
    let mut batch = Batch::new(Arc::new(Resource::new().with("service.name", "spooling")));
    batch.spans.extend(
        names
            .iter()
            .map(|name| SpanRecord::new(TraceId::random(), SpanId::random(), (*name).to_owned())),
    );
    batch
}

/// A batch of one span that takes at least this many bytes packed, since its name is random.
fn large(name: &str, bytes: usize) -> Batch {
    let mut long = name.to_owned();
    while long.len() < 2 * bytes {
        long += &TraceId::random().to_string();
    }
    spans(&[&long])
}

fn names(batch: &Batch) -> Vec<String> {
    batch.spans.iter().map(|span| span.name.to_string()).collect()
}

/// Delivers all that waits, and returns the names.
fn drain(backlog: &mut Backlog) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(front) = backlog.front().unwrap() {
        all.extend(names(&front.batch));
        backlog.done(&front);
    }
    all
}

fn spool(root: &Path) -> Spool {
    Spool::at(root.join("spool"))
}

fn open(spool: &Spool) -> Backlog {
    Backlog::open(spool.clone(), "otlp")
}

/// All files below a folder.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn segments(root: &Path) -> Vec<PathBuf> {
    let mut files = files(root);
    files.retain(|path| path.extension().is_some_and(|extension| extension == "segment"));
    files
}

#[test]
fn what_was_spooled_comes_back_in_order_and_leaves_nothing_behind() {
    let root = tempfile::tempdir().unwrap();
    let mut backlog = open(&spool(root.path()));
    assert!(files(root.path()).is_empty() && backlog.front().unwrap().is_none());
    backlog.push(&spans(&["a", "b"])).unwrap();
    backlog.push(&spans(&["c"])).unwrap();
    assert_eq!(backlog.records(), 3);
    let front = backlog.front().unwrap().unwrap();
    assert_eq!(names(&front.batch), ["a", "b"]);
    assert_eq!(front.batch.resource.service_name(), "spooling");
    assert_eq!(names(&backlog.front().unwrap().unwrap().batch), ["a", "b"]);
    backlog.done(&front);
    backlog.push(&spans(&["d"])).unwrap();
    assert_eq!(drain(&mut backlog), ["c", "d"]);
    assert!(backlog.is_empty() && backlog.records() == 0);
    assert_eq!(backlog.close().map(|error| error.to_string()), None);
    assert!(files(root.path()).is_empty());
    assert_eq!(std::fs::read_dir(root.path().join("spool")).unwrap().count(), 0);
}

#[test]
fn all_three_signals_of_a_batch_are_spooled() {
    let root = tempfile::tempdir().unwrap();
    let mut backlog = open(&spool(root.path()));
    let mut batch = spans(&["a"]);
    batch.logs.push(LogRecord {
        time_ns: 5,
        severity: Severity::Warn,
        event_name: "e".into(),
        body: None,
        trace_id: TraceId::INVALID,
        span_id: SpanId::INVALID,
        flags: Default::default(),
        scope: "".into(),
        attributes: Vec::new(),
        dropped_attributes: 0,
    });
    batch.metrics.push(Metric {
        name: "m".into(),
        description: "".into(),
        unit: "s".into(),
        scope: "".into(),
        data: MetricData::Gauge(Vec::new()),
    });
    backlog.push(&batch).unwrap();
    assert_eq!(backlog.records(), 3);
    let mut counts = Vec::new();
    while let Some(front) = backlog.front().unwrap() {
        let batch = &front.batch;
        counts.push((batch.spans.len(), batch.logs.len(), batch.metrics.len()));
        backlog.done(&front);
    }
    assert_eq!(counts, [(1, 0, 0), (0, 1, 0), (0, 0, 1)]);
}

#[test]
fn the_next_start_goes_on_where_the_last_one_ended() {
    let root = tempfile::tempdir().unwrap();
    let spool = spool(root.path());
    let mut first = open(&spool);
    for name in ["a", "b", "c"] {
        first.push(&spans(&[name])).unwrap();
    }
    let front = first.front().unwrap().unwrap();
    first.done(&front);
    assert!(first.close().is_none());
    let mut second = open(&spool);
    assert_eq!(second.records(), 2);
    second.push(&spans(&["d"])).unwrap();
    assert_eq!(drain(&mut second), ["b", "c", "d"]);
    assert!(second.close().is_none());
    assert!(files(root.path()).is_empty());
}

#[test]
fn another_destination_leaves_it_alone() {
    let root = tempfile::tempdir().unwrap();
    let spool = spool(root.path());
    let mut first = open(&spool);
    first.push(&spans(&["a"])).unwrap();
    drop(first);
    assert_eq!(Backlog::open(spool.clone(), "otlp-logs").records(), 0);
    assert_eq!(Backlog::open(spool.clone(), "file").records(), 0);
    assert_eq!(open(&spool).records(), 1);
}

#[test]
fn the_oldest_make_room_and_are_counted() {
    let root = tempfile::tempdir().unwrap();
    let spool = spool(root.path()).max_bytes(1 << 20);
    let mut backlog = open(&spool);
    for at in 0..64 {
        backlog.push(&large(&format!("{at:02}-"), 40 << 10)).unwrap();
        let bytes: u64 = files(root.path())
            .iter()
            .filter(|path| path.extension().is_some())
            .map(|path| path.metadata().unwrap().len())
            .sum();
        assert!(bytes <= 1 << 20, "{bytes}");
    }
    let losses = backlog.take_losses();
    let kept = drain(&mut backlog);
    assert_eq!(losses.full + kept.len() as u64, 64);
    assert!(
        kept.len() > 10 && kept[0] > format!("{:02}", losses.full - 1),
        "{}",
        kept.len()
    );
    assert!(kept.is_sorted() && kept.last().unwrap().starts_with("63-"));
    assert_eq!(backlog.take_losses(), Losses::default());
    let too_large = backlog.push(&large("x", 2 << 20));
    assert!(matches!(
        too_large,
        Err(SpoolError::TooLarge { most: 1_048_576, .. })
    ));
}

#[test]
fn what_another_process_left_makes_room_first() {
    let root = tempfile::tempdir().unwrap();
    let spool = spool(root.path()).max_bytes(256 << 10);
    let mut first = open(&spool);
    (0..3).for_each(|_| first.push(&large("old", 40 << 10)).unwrap());
    drop(first);
    let mut second = open(&spool);
    (0..5).for_each(|_| second.push(&large("new", 40 << 10)).unwrap());
    assert_eq!(second.take_losses().full, 3);
    let kept = drain(&mut second);
    assert!(kept.len() == 5 && kept.iter().all(|name| name.starts_with("new")));
}

#[test]
fn what_is_too_old_is_dropped_and_counted() {
    let root = tempfile::tempdir().unwrap();
    let spool = spool(root.path()).max_age(Duration::from_secs(3600));
    let mut backlog = open(&spool);
    backlog.push(&spans(&["a", "b"])).unwrap();
    backlog.ahead_ms = 3_500_000;
    backlog.push(&spans(&["c"])).unwrap();
    backlog.tick();
    assert_eq!(backlog.take_losses(), Losses::default());
    backlog.ahead_ms = 3_700_000;
    backlog.tick();
    assert_eq!(drain(&mut backlog), ["c"]);
    assert_eq!(backlog.take_losses().expired, 2);
    backlog.push(&spans(&["d"])).unwrap();
    drop(backlog);
    let mut later = open(&spool);
    later.ahead_ms = 9_000_000;
    later.tick();
    assert_eq!((later.take_losses().expired, later.records()), (1, 0));
    assert!(files(root.path()).is_empty());
}

#[test]
fn a_newer_version_is_refused_by_name_and_kept() {
    let root = tempfile::tempdir().unwrap();
    let spool = spool(root.path());
    let mut first = open(&spool);
    first.push(&spans(&["a"])).unwrap();
    drop(first);
    let path = segments(root.path()).remove(0);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[8] = 9;
    std::fs::write(&path, &bytes).unwrap();
    for _ in 0..2 {
        let mut backlog = open(&spool);
        assert_eq!(drain(&mut backlog), [""; 0]);
        let [error] = &backlog.take_errors()[..] else {
            panic!("one error")
        };
        assert!(matches!(error, SpoolError::NewerFormat { found: 9, .. }));
        let text = error.to_string();
        assert!(text.contains(path.to_str().unwrap()), "{text}");
        assert!(
            text.contains("has format version 9, and this program knows up to 1"),
            "{text}"
        );
        assert!(backlog.close().is_none());
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
    // The version that wrote it finds it again, although this process still runs.
    bytes[8] = 1;
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(drain(&mut open(&spool)), ["a"]);
}
