//! Several processes share a folder.

use super::kill::{Said, start};
use super::*;

/// Four live on and one is killed: its spans, and only these, go to the next start.
#[test]
fn four_live_processes_and_one_killed() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("spool");
    let live: Vec<_> = (0..4).map(|at| start(&folder, &format!("live{at}"))).collect();
    let mut killed = Said::default();
    killed.kill_after(start(&folder, "killed"), 10);

    let mut backlog = open(&Spool::at(&folder));
    assert!(backlog.take_errors().is_empty());
    let rest = drain(&mut backlog);
    assert!(
        !rest.is_empty() && rest.iter().all(|span| span.starts_with("killed/")),
        "{rest:?}"
    );
    killed.check(rest, 1);
    // Whoever started in between must not have found anything else either.
    assert_eq!(open(&Spool::at(&folder)).records(), 0);

    let mut said = Said::default();
    live.into_iter().for_each(|process| said.kill_after(process, 5));
    let rest = drain(&mut open(&Spool::at(&folder)));
    said.check(rest, 4);
    drop(backlog);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn what_is_settled_after_it_was_dropped_is_not_taken_for_what_came_next() {
    let root = tempfile::tempdir().unwrap();
    let spool = spool(root.path());
    let mut gone = [open(&spool), open(&spool)];
    for (backlog, name) in gone.iter_mut().zip(["a", "b"]) {
        backlog.push(&spans(&[name])).unwrap();
        std::thread::sleep(Duration::from_millis(2));
    }
    drop(gone);
    let mut backlog = open(&spool);
    let front = backlog.front().unwrap().unwrap();
    assert!(backlog.holds(&front));
    backlog.drop_oldest();
    assert!(!backlog.holds(&front));
    backlog.done(&front);
    assert_eq!((backlog.records(), backlog.take_losses().full), (1, 1));
    assert_eq!(drain(&mut backlog), ["b"]);
}
