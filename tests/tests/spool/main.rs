//! The spool as programs have it: killed, forked, sharing a folder, and in `disks` on disks that fail.

#![allow(clippy::unwrap_used, reason = "a test may")]

#[cfg(target_os = "linux")]
mod disks;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const KILLS: usize = 200;

/// A folder with a spool, and a backend that is away or not.
struct Place(tempfile::TempDir);

impl Place {
    fn new(away: bool) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.away(away);
        place
    }

    fn out(&self) -> PathBuf {
        self.0.path().join("out.txt")
    }

    fn away(&self, away: bool) {
        let path = self.out().with_extension("away");
        if away {
            std::fs::write(path, "").unwrap();
        } else {
            let _ = std::fs::remove_file(path);
        }
    }

    fn spool(&self) -> PathBuf {
        self.0.path().join("spool")
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env("SPANWRIGHT_SPOOL_DIR", self.spool())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command
    }

    fn start(&self, name: &str, count: u64) -> Child {
        let mut command = self.command(env!("CARGO_BIN_EXE_spooling"));
        command.arg(self.out()).args([name, &count.to_string()]);
        command.spawn().unwrap()
    }

    /// Runs to the end; answers the account.
    fn run(&self, name: &str, count: u64) -> BTreeMap<String, u64> {
        account(self.start(name, count))
    }

    /// Starts programs until nothing is spooled any more, and answers how often each name arrived.
    fn arrived(&self) -> BTreeMap<String, usize> {
        self.away(false);
        for _ in 0..100 {
            let account = self.run("rest", 1);
            assert_eq!(account["dropped"], 0, "what is on disk can be read: {account:?}");
            if folders(&self.spool()) == 0 {
                break;
            }
        }
        assert_eq!(folders(&self.spool()), 0);
        let mut arrived = BTreeMap::new();
        for name in std::fs::read_to_string(self.out()).unwrap().lines() {
            if !name.starts_with("rest/") {
                *arrived.entry(name.to_owned()).or_default() += 1;
            }
        }
        arrived
    }
}

fn folders(spool: &Path) -> usize {
    spool.read_dir().map_or(0, Iterator::count)
}

/// The last line of a process, as numbers by their names.
fn account(process: Child) -> BTreeMap<String, u64> {
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    numbers(text.lines().last().unwrap())
}

/// Numbers by the names before them.
fn numbers(line: &str) -> BTreeMap<String, u64> {
    let words: Vec<&str> = line.split(' ').collect();
    words
        .chunks_exact(2)
        .map(|pair| (pair[0].to_owned(), pair[1].parse().unwrap()))
        .collect()
}

/// Kills a process this long after it has flushed so many spans; answers how many it said it had.
fn kill_after(mut process: Child, count: usize, pause: Duration) -> usize {
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut flushed = 0;
    for line in lines.by_ref().map_while(Result::ok) {
        assert!(line.ends_with(" undelivered 0"), "{line}");
        flushed += 1;
        if flushed >= count {
            break;
        }
    }
    assert!(flushed >= count, "it ended by itself");
    std::thread::sleep(pause);
    process.kill().unwrap();
    process.wait().unwrap();
    flushed
        + lines
            .map_while(Result::ok)
            .filter(|line| line.ends_with(" 0"))
            .count()
}

#[test]
fn what_is_left_at_the_end_arrives_by_the_next_start() {
    let place = Place::new(true);
    let first = place.run("first", 5);
    assert_eq!((first["offered"], first["spooled"], first["pending"]), (5, 5, 0));
    let second = place.run("second", 3);
    assert_eq!(
        (second["recovered"], second["offered"], second["spooled"]),
        (5, 3, 8)
    );
    let arrived = place.arrived();
    assert_eq!(arrived.len(), 8);
    assert!(arrived.values().all(|times| *times == 1), "{arrived:?}");
}

#[test]
fn what_was_flushed_survives_being_killed() {
    // Two lanes, of which each has a folder of its own: the next start is to find what a killed process left.
    std::thread::scope(|scope| {
        for lane in 0..2 {
            scope.spawn(move || kill_often(lane));
        }
    });
}

fn kill_often(lane: usize) {
    let place = Place::new(true);
    let mut flushed = BTreeMap::new();
    let mut kills_in_delivery = 0;
    for at in (lane..KILLS).step_by(2) {
        // Now and then the backend is there for a while.
        let is_there = at % 8 >= 6;
        place.away(!is_there);
        kills_in_delivery += usize::from(is_there);
        let name = format!("p{at}");
        let pause = Duration::from_micros((at * 37 % 23 * 100) as u64);
        flushed.insert(name.clone(), kill_after(place.start(&name, 0), 1 + at % 7, pause));
    }
    let arrived = place.arrived();
    for (name, count) in &flushed {
        for at in 0..*count {
            assert!(
                arrived.contains_key(&format!("{name}/{at}")),
                "{name}/{at} of {count} is lost"
            );
        }
    }
    // Each batch has one span here: at most the one that was being delivered when a process was killed comes again.
    let twice = arrived.values().map(|times| times - 1).sum::<usize>();
    assert!(twice <= kills_in_delivery, "{twice} came again: {arrived:?}");
}

#[test]
fn four_live_processes_share_the_folder_with_one_that_is_killed() {
    let place = Place::new(true);
    let live: Vec<_> = (0..4).map(|at| place.start(&format!("live{at}"), 40)).collect();
    let killed = kill_after(place.start("killed", 0), 5, Duration::ZERO);
    for process in live {
        let account = account(process);
        assert_eq!((account["dropped"], account["pending"]), (0, 0));
        // One that starts when another has ended already, or was killed, takes over what that left.
        assert_eq!(account["spooled"], 40 + account["recovered"]);
    }
    let arrived = place.arrived();
    let of = |name: &str| arrived.keys().filter(|span| span.starts_with(name)).count();
    assert_eq!(of("live"), 160);
    assert!(of("killed/") >= killed);
    assert!(arrived.values().all(|times| *times == 1), "{arrived:?}");
}

#[test]
fn parent_and_child_of_a_fork_have_a_folder_each_and_lose_nothing() {
    let place = Place::new(true);
    let mut command = place.command(env!("CARGO_BIN_EXE_spooling"));
    command.arg(place.out()).args(["parent", "3", "fork"]);
    let mut parent = command.spawn().unwrap();
    let mut lines = BufReader::new(parent.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    assert!(lines.any(|line| line == "the child has recorded"));
    assert_eq!(folders(&place.spool()), 2);
    assert_eq!(place.run("other", 1)["recovered"], 0, "both are locked");

    // The child has copies of all that its parent had open. They do not keep what the parent left.
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert_eq!(place.run("second", 1)["recovered"], 3 + 1);
    std::fs::write(place.out().with_extension("end"), "").unwrap();
    let account = numbers(&lines.last().unwrap());
    assert_eq!(
        [account["offered"], account["recovered"], account["spooled"]],
        [3, 0, 3],
        "{account:?}"
    );
    let arrived = place.arrived();
    let names = ["parent", "parent-child"].map(|name| (0..3).map(move |at| format!("{name}/{at}")));
    let names: Vec<_> = names.into_iter().flatten().collect();
    assert!(names.iter().all(|name| arrived.contains_key(name)), "{arrived:?}");
    assert_eq!(arrived.len(), names.len() + 2);
    assert!(arrived.values().all(|times| *times == 1), "{arrived:?}");
}
