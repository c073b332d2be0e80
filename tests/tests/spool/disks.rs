//! Disks that are full or read-only, and processes without file descriptors: the program goes on, each span is accounted
//! for, and spooling goes on when it can.

use super::{Place, account, numbers};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// A program that does what it is told.
struct Told {
    process: Child,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

type Account = BTreeMap<String, u64>;

impl Told {
    /// Starts it behind this line of a shell, in which `$SPANWRIGHT_SPOOL_DIR` is its spool's folder.
    fn start(place: &Place, before: &[&str], line: &str) -> Self {
        let program = format!("{line} && exec \"$@\"");
        let words = [
            before,
            &["sh", "-c", &program, "sh", env!("CARGO_BIN_EXE_spooling")],
        ]
        .concat();
        let mut command = place.command(words[0]);
        command
            .args(&words[1..])
            .arg(place.out())
            .args(["span", "-"])
            .env("SPANWRIGHT_QUEUE_BYTES", "1MiB")
            .env("SPANWRIGHT_SPOOL_DIR", place.spool().join("own"))
            .stdin(Stdio::piped());
        std::fs::create_dir(place.spool()).unwrap();
        let mut process = command.spawn().unwrap();
        Self {
            orders: process.stdin.take().unwrap(),
            answers: BufReader::new(process.stdout.take().unwrap()).lines(),
            process,
        }
    }

    /// Tells it something; its account afterwards.
    fn tell(&mut self, order: &str) -> Account {
        writeln!(self.orders, "{order}").unwrap();
        checked(&self.answers.next().expect("it runs").unwrap())
    }

    /// Waits for an account.
    fn wait(&mut self, what: impl Fn(&Account) -> bool) -> Account {
        let began = Instant::now();
        loop {
            let account = self.tell("spans 0");
            if what(&account) {
                return account;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "{account:?}");
        }
    }

    fn end(mut self) -> Account {
        drop(self.orders);
        let last = self.answers.by_ref().map_while(Result::ok).last();
        assert!(self.process.wait().unwrap().success());
        checked(&last.unwrap())
    }
}

/// An account, in which each span is in one place.
#[track_caller]
fn checked(line: &str) -> Account {
    let account = numbers(line);
    let sum = |names: &[&str]| -> u64 { names.iter().map(|name| account[*name]).sum() };
    assert_eq!(
        sum(&["offered", "recovered"]),
        sum(&["exported", "dropped", "pending", "spooled"]),
        "{line}"
    );
    assert_eq!(account["dropped"], account["queue-full"], "{line}");
    assert_eq!(account["ended"], sum(&["waiting", "lost", "recorded"]), "{line}");
    account
}

/// What is on the way when the backend is back arrives, each span once; the rest was counted.
fn assert_arrives(place: &Place, mut program: Told, made: u64) {
    place.away(false);
    program.wait(|account| account["spooled"] + account["pending"] == 0);
    let account = program.end();
    assert_eq!(account["ended"], made);
    let gone = account["dropped"] + account["lost"];
    assert_eq!(account["exported"] + gone, made, "{account:?}");
    let text = std::fs::read_to_string(place.out()).unwrap();
    let mut names: Vec<&str> = text.lines().collect();
    assert_eq!(names.len() as u64, account["exported"]);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len() as u64, account["exported"], "none comes twice");
}

/// The words before a program that has mounts of its own; nothing where this machine does not allow that, which is said.
fn with_own_mounts() -> Option<[&'static str; 2]> {
    let words = ["unshare", "-rm"];
    let folder = tempfile::tempdir().unwrap();
    let tried = Command::new(words[0])
        .args([words[1], "mount", "-t", "tmpfs", "none"])
        .arg(folder.path())
        .output();
    if tried.is_ok_and(|output| output.status.success()) {
        return Some(words);
    }
    let _ = writeln!(
        std::io::stderr(),
        "skipped: this machine allows no mounts of our own, for a disk that is full or read-only"
    );
    None
}

#[test]
fn a_full_disk_costs_counted_spans_and_is_used_again_when_there_is_room() {
    let Some(words) = with_own_mounts() else { return };
    let place = Place::new(true);
    let disk = place.spool();
    let disk = disk.display();
    let mut program = Told::start(
        &place,
        &words,
        &format!("mount -t tmpfs -o size=1m none {disk} && head -c 600000 /dev/zero > {disk}/other"),
    );
    program.tell("spans 2000");
    let full = program.wait(|account| account["ended"] == 2000 && account["waiting"] == 0);
    assert!(
        full["spooled"] > 0 && full["dropped"] > 0 && full["pending"] > 0,
        "{full:?}"
    );

    program.tell(&format!("run rm {disk}/other"));
    let freed = program.wait(|account| account["pending"] == 0);
    assert!(freed["spooled"] > full["spooled"], "{full:?} {freed:?}");
    assert_eq!(freed["dropped"], full["dropped"]);
    program.tell("spans 10");
    let more =
        program.wait(|account| account["ended"] == 2010 && account["waiting"] + account["pending"] == 0);
    assert_eq!(
        more["spooled"] + more["lost"],
        freed["spooled"] + freed["lost"] + 10
    );
    assert_arrives(&place, program, 2010);
}

#[test]
fn a_disk_that_is_read_only_is_used_when_it_is_not_any_more() {
    let Some(words) = with_own_mounts() else { return };
    let place = Place::new(true);
    let disk = place.spool();
    let disk = disk.display();
    let mount = format!("mount -t tmpfs -o ro,size=8m none {disk}");
    let mut program = Told::start(&place, &words, &mount);
    program.tell("spans 1000");
    let refused = program.wait(|account| account["ended"] == 1000 && account["waiting"] == 0);
    assert_eq!(refused["spooled"], 0, "{refused:?}");
    assert!(refused["dropped"] > 0 && refused["pending"] > 0, "{refused:?}");
    program.tell(&format!("run mount -o remount,rw {disk}"));
    let account = program.wait(|account| account["pending"] == 0);
    assert_eq!(account["spooled"] + account["dropped"] + account["lost"], 1000);
    assert!(account["spooled"] > 0);
    assert_arrives(&place, program, 1000);
}

#[test]
fn a_process_without_file_descriptors_spools_when_it_has_some() {
    let place = Place::new(true);
    let mut program = Told::start(&place, &[], "ulimit -S -n 4");
    program.tell("spans 1000");
    let refused = program.wait(|account| account["ended"] == 1000 && account["waiting"] == 0);
    assert_eq!(refused["spooled"], 0, "{refused:?}");
    let pid = program.process.id().to_string();
    let raised = Command::new("prlimit")
        .args(["--nofile=256", "--pid", &pid])
        .status();
    assert!(raised.unwrap().success());
    let account = program.wait(|account| account["pending"] == 0);
    assert!(account["spooled"] > 0, "{account:?}");
    assert_arrives(&place, program, 1000);
}

/// Files may not grow beyond half a kilobyte, or there are too few descriptors: the program runs as without a spool.
#[test]
fn a_disk_that_refuses_does_not_disturb_the_program() {
    for limit in ["trap '' XFSZ; ulimit -f 0", "ulimit -n 7"] {
        let place = Place::new(true);
        let mut command = place.command("sh");
        let program = format!("{limit}; exec \"$@\"");
        command.args(["-c", &program, "sh", env!("CARGO_BIN_EXE_spooling")]);
        command.arg(place.out()).args(["limited", "0"]);
        let mut process = command.spawn().unwrap();
        std::thread::sleep(Duration::from_secs(2));
        assert!(process.try_wait().unwrap().is_none(), "{limit}");
        process.kill().unwrap();
        process.wait().unwrap();
    }
}

#[test]
fn a_folder_that_cannot_be_made_leaves_spans_in_memory() {
    let place = Place::new(true);
    std::fs::write(place.spool(), "in the way").unwrap();
    let mut process = place.start("one", 3);
    std::thread::sleep(Duration::from_millis(500));
    assert!(process.try_wait().unwrap().is_none());
    place.away(false);
    let account = account(process);
    assert_eq!((account["exported"], account["spooled"]), (3, 0));
}
