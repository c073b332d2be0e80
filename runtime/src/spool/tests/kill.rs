//! Processes that are killed while they spool. A process is this test's own program, started again for one test that
//! does nothing else.

use super::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

const KILLS: usize = 200;

/// Where the processes spool; they do nothing without it.
const FOLDER: &str = "SPANWRIGHT_TEST_SPOOL";
/// What their spans are called by.
const NAME: &str = "SPANWRIGHT_TEST_NAME";

/// Spools one span after the other, and delivers every third, until it is killed. It says what it is about to do and
/// what is done, on its standard output, which is not buffered.
#[test]
#[ignore = "a process of the other tests here"]
fn process() {
    let (Ok(folder), Ok(name)) = (std::env::var(FOLDER), std::env::var(NAME)) else {
        return;
    };
    let mut backlog = open(&Spool::at(folder));
    let mut out = std::io::stdout();
    let mut say = |text: String| {
        let _ = out.write_all(text.as_bytes());
        let _ = out.flush();
    };
    say(format!("start {}\n", backlog.records()));
    for at in 0_u64.. {
        let span = format!("{name}/{at}");
        say(format!("spool {span}\n"));
        backlog.push(&spans(&[&span])).unwrap();
        say(format!("spooled {span}\n"));
        if at % 3 == 2
            && let Some(front) = backlog.front().unwrap()
        {
            say(format!("deliver {}\n", names(&front.batch)[0]));
            backlog.done(&front);
            say(format!("delivered {}\n", names(&front.batch)[0]));
        }
    }
}

pub(super) fn start(folder: &Path, name: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "spool::tests::kill::process",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(FOLDER, folder)
        .env(NAME, name)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What the processes said.
#[derive(Debug, Default)]
pub(super) struct Said {
    spooled: BTreeSet<String>,
    tried: BTreeSet<String>,
    /// How often each was delivered, and those of which it is not known whether that was noted: a process was killed
    /// meanwhile.
    delivered: BTreeMap<String, usize>,
    under_way: Option<String>,
    unsure: BTreeSet<String>,
}

impl Said {
    /// Reads until this many spans were spooled, kills the process, and reads the rest.
    pub(super) fn kill_after(&mut self, mut process: Child, count: usize) {
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut spooled = 0;
        while spooled < count {
            let line = lines.next().expect("the process runs").unwrap();
            spooled += usize::from(line.starts_with("spooled "));
            self.line(&line);
        }
        process.kill().unwrap();
        process.wait().unwrap();
        // The last line may be cut off; a name that is cut off is no other span's.
        for line in lines.map_while(Result::ok) {
            self.line(&line);
        }
        self.unsure.extend(self.under_way.take());
    }

    fn line(&mut self, line: &str) {
        match line.split_once(' ') {
            Some(("spool", span)) => drop(self.tried.insert(span.to_owned())),
            Some(("spooled", span)) => drop(self.spooled.insert(span.to_owned())),
            Some(("deliver", span)) => {
                *self.delivered.entry(span.to_owned()).or_default() += 1;
                self.under_way = Some(span.to_owned());
            }
            Some(("delivered", _)) => self.under_way = None,
            _ => {}
        }
    }

    /// After the rest was delivered too: nothing that was spooled is lost, and only what was being delivered at a
    /// kill may be there twice.
    pub(super) fn check(mut self, rest: Vec<String>, kills: usize) {
        for span in rest {
            *self.delivered.entry(span).or_default() += 1;
        }
        let lost: Vec<_> = self
            .spooled
            .iter()
            .filter(|span| !self.delivered.contains_key(*span))
            .collect();
        assert!(
            lost.is_empty(),
            "{} of {} are lost: {lost:?}",
            lost.len(),
            self.spooled.len()
        );
        let twice: Vec<_> = self.delivered.iter().filter(|(_, count)| **count > 1).collect();
        assert!(
            twice.iter().all(|(span, _)| self.unsure.contains(*span)),
            "{twice:?} are there more than once"
        );
        let more: usize = twice.iter().map(|(_, count)| **count - 1).sum();
        assert!(more <= kills);
        assert!(self.delivered.keys().all(|span| self.tried.contains(span)));
    }
}

#[test]
fn two_hundred_kills_lose_nothing() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("spool");
    let mut said = Said::default();
    for at in 0..KILLS {
        let process = start(&folder, &at.to_string());
        said.kill_after(process, 1 + at % 17);
    }
    let mut backlog = open(&Spool::at(&folder));
    assert!(backlog.take_errors().is_empty());
    let rest = drain(&mut backlog);
    assert_eq!(backlog.take_losses(), Losses::default());
    assert!(backlog.close().is_none());
    said.check(rest, KILLS);
    assert!(files(&folder).is_empty());
}
