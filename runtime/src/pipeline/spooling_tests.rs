//! A worker with a spool: what is away, what comes back, and that the accounts add up.

use super::super::budget::Budget;
use super::super::latch::Latch;
use super::super::policy::Policy;
use super::super::report::{DestinationReport, DropReason};
use super::super::worker::Worker;
use super::*;
use crate::destination::{Delivered, DeliveryError, Destination};
use crate::id::{SpanId, TraceId};
use crate::record::SpanRecord;
use std::borrow::Cow;
use std::path::Path;
use std::time::{Duration, Instant};

/// How a destination answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Away,
    Takes,
    /// Takes single records alone.
    TakesOne,
    /// Takes two single records, and is away then; whether the disk is full from then on.
    TakesTwo {
        and_the_disk_is_full: bool,
    },
    Refuses,
    /// Does not answer until it is told another one.
    Hangs,
}

#[derive(Default)]
struct Seen {
    answer: Option<Answer>,
    names: Vec<String>,
    asked: bool,
}

#[derive(Clone, Default)]
struct Fake(Arc<Mutex<Seen>>);

impl Fake {
    fn answers(&self, answer: Answer) {
        self.0.lock().unwrap().answer = Some(answer);
    }

    fn is_asked(&self) -> bool {
        self.0.lock().unwrap().asked
    }

    fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().names.clone()
    }
}

impl Destination for Fake {
    fn name(&self) -> Cow<'static, str> {
        "fake".into()
    }

    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        loop {
            let mut seen = self.0.lock().unwrap();
            seen.asked = true;
            let message = "not now".to_owned();
            let two = seen.names.len() >= 2;
            let is_full = seen.answer
                == Some(Answer::TakesTwo {
                    and_the_disk_is_full: true,
                });
            crate::spool::disk_is_full(is_full && two);
            match seen.answer {
                Some(Answer::TakesTwo { .. }) if batch.len() == 1 && two => {
                    let after = Some(Duration::from_millis(20));
                    return Err(DeliveryError::Retry { after, message });
                }
                Some(Answer::Away) => {
                    let after = Some(Duration::from_millis(20));
                    return Err(DeliveryError::Retry { after, message });
                }
                Some(Answer::Refuses) => return Err(DeliveryError::permanent(message)),
                Some(Answer::TakesOne | Answer::TakesTwo { .. }) if batch.len() > 1 => {
                    return Err(DeliveryError::TooLarge { message });
                }
                Some(Answer::Takes | Answer::TakesOne | Answer::TakesTwo { .. }) => {
                    seen.names
                        .extend(batch.spans.iter().map(|span| span.name.to_string()));
                    return Ok(Delivered::default());
                }
                Some(Answer::Hangs) | None => {}
            }
            drop(seen);
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

fn start(root: &Path, fake: &Fake) -> Worker {
    start_with(Spool::at(root.join("spool")), fake)
}

fn start_with(spool: Spool, fake: &Fake) -> Worker {
    let spool = SpoolOf {
        spool,
        destination: "fake".to_owned(),
    };
    let budget = Arc::new(Budget::new(1 << 20, 1));
    Worker::start(Box::new(fake.clone()), &budget, &Policy::default(), Some(spool)).unwrap()
}

/// Offers a batch for each of these, whose spans are named by its characters.
fn offer(worker: &Worker, batches: &[&str]) {
    for names in batches {
        let mut batch = Batch::new(Default::default());
        let span = |name: char| SpanRecord::new(TraceId::random(), SpanId::random(), name.to_string());
        batch.spans.extend(names.chars().map(span));
        worker.offer(&Arc::new(batch), 100, Signal::Traces);
    }
}

/// Waits for an account, each of which must add up on the way.
#[track_caller]
fn wait(worker: &Worker, what: impl Fn(&DestinationReport) -> bool) -> DestinationReport {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let report = worker.report();
        let settled = report.exported + report.rejected + report.dropped.values().sum::<u64>();
        assert_eq!(
            report.offered + report.recovered,
            settled + report.pending + report.spooled,
            "{report:?}"
        );
        if what(&report) {
            return report;
        }
        assert!(Instant::now() < end, "{report:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn stop(worker: &Worker, wait: Duration) -> bool {
    let latch = Arc::new(Latch::new(1, wait));
    worker.stop(&latch);
    latch.wait()
}

const LONG: Duration = Duration::from_secs(60);

#[test]
fn what_waits_for_a_backend_that_is_away_is_on_disk_until_it_is_back() {
    let (root, fake) = (tempfile::tempdir().unwrap(), Fake::default());
    fake.answers(Answer::Away);
    let worker = start(root.path(), &fake);
    offer(&worker, &["ab", "c", "d"]);
    let report = wait(&worker, |report| report.spooled == 4);
    assert_eq!((report.pending, report.exported), (0, 0));
    assert!(root.path().join("spool").read_dir().unwrap().count() == 1);
    fake.answers(Answer::Takes);
    let report = wait(&worker, |report| report.exported == 4);
    assert_eq!((report.spooled, report.recovered), (0, 0));
    assert_eq!(fake.names().concat(), "abcd");
    assert!(stop(&worker, LONG));
    assert_eq!(root.path().join("spool").read_dir().unwrap().count(), 0);
}

#[test]
fn what_is_left_at_the_end_is_recovered_by_the_next_start() {
    let (root, fake) = (tempfile::tempdir().unwrap(), Fake::default());
    fake.answers(Answer::Away);
    let worker = start(root.path(), &fake);
    offer(&worker, &["ab", "c"]);
    assert!(stop(&worker, LONG));
    let report = wait(&worker, |_| true);
    assert_eq!((report.spooled, report.pending, report.dropped.len()), (3, 0, 0));

    fake.answers(Answer::Takes);
    let next = start(root.path(), &fake);
    let report = wait(&next, |report| report.exported == 3);
    assert_eq!((report.recovered, report.offered), (3, 0));
    assert_eq!(fake.names().concat(), "abc");
    assert!(stop(&next, LONG));
}

#[test]
fn what_is_being_delivered_when_time_is_up_is_spooled_too() {
    let (root, fake) = (tempfile::tempdir().unwrap(), Fake::default());
    fake.answers(Answer::Hangs);
    let worker = start(root.path(), &fake);
    offer(&worker, &["a", "b", "cd"]);
    wait(&worker, |_| fake.is_asked());
    assert!(!stop(&worker, Duration::from_millis(50)));
    worker.rescue();
    let report = wait(&worker, |report| report.spooled == 4);
    assert_eq!((report.pending, report.dropped.len()), (0, 0));
    // The attempt ends after all; nobody counts it any more.
    fake.answers(Answer::Takes);
    wait(&worker, |_| {
        root.path().join("spool").exists() && fake.names() == ["a"]
    });
    drop(worker);
    let mut recovered = 0;
    let end = Instant::now() + LONG;
    while recovered == 0 && Instant::now() < end {
        let next = start(root.path(), &fake);
        offer(&next, &["e"]);
        let report = wait(&next, |report| report.pending + report.spooled == 0);
        recovered = report.recovered;
        assert!(stop(&next, LONG));
    }
    assert_eq!(recovered, 4);
    let names = fake.names().concat().replace('e', "");
    assert_eq!(names, "aabcd", "the batch under way comes twice");
}

#[test]
fn a_shutdown_is_complete_once_all_is_on_disk() {
    let (root, fake) = (tempfile::tempdir().unwrap(), Fake::default());
    fake.answers(Answer::Hangs);
    let worker = start(root.path(), &fake);
    offer(&worker, &["a", "b"]);
    wait(&worker, |_| fake.is_asked());
    let latch = Arc::new(Latch::new(1, LONG));
    worker.stop(&latch);
    assert!(!latch.wait_for(Duration::from_millis(20)));
    worker.rescue();
    assert!(latch.wait_for(Duration::ZERO));
    let report = worker.report();
    assert_eq!((report.spooled, report.pending, report.dropped.len()), (2, 0, 0));
}

#[test]
fn a_shutdown_is_not_complete_where_the_disk_fails_too() {
    let (root, fake) = (tempfile::tempdir().unwrap(), Fake::default());
    std::fs::write(root.path().join("spool"), "in the way").unwrap();
    fake.answers(Answer::Hangs);
    let worker = start(root.path(), &fake);
    offer(&worker, &["a", "b"]);
    wait(&worker, |_| fake.is_asked());
    let latch = Arc::new(Latch::new(1, LONG));
    worker.stop(&latch);
    worker.rescue();
    assert!(!latch.wait_for(Duration::from_millis(20)));
    assert_eq!(worker.report().pending, 2);
}

#[test]
fn what_makes_room_at_the_end_is_counted_once() {
    let (root, fake) = (tempfile::tempdir().unwrap(), Fake::default());
    fake.answers(Answer::Away);
    let worker = start_with(Spool::at(root.path().join("spool")).max_bytes(1 << 20), &fake);
    // Three fill it, each in a segment of its own.
    let large = || {
        let name: String = (0..18_000).map(|_| TraceId::random().to_string()).collect();
        let mut batch = Batch::new(Default::default());
        batch
            .spans
            .push(SpanRecord::new(TraceId::random(), SpanId::random(), name));
        worker.offer(&Arc::new(batch), 100, Signal::Traces);
    };
    (0..3).for_each(|_| large());
    wait(&worker, |report| report.spooled == 3);
    fake.answers(Answer::Hangs);
    fake.0.lock().unwrap().asked = false;
    wait(&worker, |_| fake.is_asked());
    large();
    worker.stop(&Arc::new(Latch::new(1, LONG)));
    // The one that is being delivered makes room.
    worker.rescue();
    let report = worker.report();
    assert_eq!(
        (report.spooled, report.dropped.get(&DropReason::SpoolFull)),
        (3, Some(&1)),
        "{report:?}"
    );
    fake.answers(Answer::Takes);
    while fake.names().is_empty() {
        std::thread::sleep(Duration::from_millis(2));
    }
    let ended = wait(&worker, |now| now.retries > report.retries);
    assert_eq!((ended.exported, ended.dropped), (0, report.dropped));
}

#[test]
fn what_is_too_large_is_divided() {
    let (root, fake) = (tempfile::tempdir().unwrap(), Fake::default());
    fake.answers(Answer::Away);
    let worker = start(root.path(), &fake);
    offer(&worker, &["abcde"]);
    wait(&worker, |report| report.spooled == 5);
    fake.answers(Answer::TakesOne);
    wait(&worker, |report| report.exported == 5 && report.spooled == 0);
    assert_eq!(fake.names().concat(), "abcde");
}

#[test]
fn no_part_is_sent_twice_where_the_backend_goes_away_and_the_disk_fails() {
    for and_the_disk_is_full in [false, true] {
        let (root, fake) = (tempfile::tempdir().unwrap(), Fake::default());
        fake.answers(Answer::Away);
        let worker = start(root.path(), &fake);
        offer(&worker, &["abcde", "f"]);
        wait(&worker, |report| report.spooled == 6);
        fake.answers(Answer::TakesTwo { and_the_disk_is_full });
        let report = wait(&worker, |report| report.exported == 2);
        assert_eq!((report.spooled, report.pending), (4, 0));
        // It asks again a few times.
        wait(&worker, |now| now.retries > report.retries + 3);
        fake.answers(Answer::Takes);
        let report = wait(&worker, |report| report.spooled == 0);
        assert_eq!((report.exported, report.dropped.len()), (6, 0));
        let mut names: Vec<char> = fake.names().concat().chars().collect();
        names.sort_unstable();
        assert_eq!(names, ['a', 'b', 'c', 'd', 'e', 'f'], "{and_the_disk_is_full}");
        assert!(stop(&worker, LONG));
        assert_eq!(root.path().join("spool").read_dir().unwrap().count(), 0);
    }
}

#[test]
fn what_is_refused_leaves_the_spool_and_is_counted() {
    let (root, fake) = (tempfile::tempdir().unwrap(), Fake::default());
    fake.answers(Answer::Away);
    let worker = start(root.path(), &fake);
    offer(&worker, &["ab"]);
    wait(&worker, |report| report.spooled == 2);
    fake.answers(Answer::Refuses);
    let report = wait(&worker, |report| report.spooled == 0);
    assert_eq!(report.dropped.get(&DropReason::Refused), Some(&2));
}

#[test]
fn a_disk_that_fails_leaves_it_in_memory_until_it_is_there() {
    let (root, fake) = (tempfile::tempdir().unwrap(), Fake::default());
    std::fs::write(root.path().join("spool"), "in the way").unwrap();
    fake.answers(Answer::Away);
    let worker = start(root.path(), &fake);
    offer(&worker, &["a", "b"]);
    let report = wait(&worker, |report| {
        report
            .last_error
            .as_ref()
            .is_some_and(|error| error.contains("what cannot be spooled waits in memory"))
    });
    assert_eq!((report.pending, report.spooled), (2, 0));
    std::fs::remove_file(root.path().join("spool")).unwrap();
    wait(&worker, |report| report.spooled == 2);
    fake.answers(Answer::Takes);
    wait(&worker, |report| report.exported == 2);
}
