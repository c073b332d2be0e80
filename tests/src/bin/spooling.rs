//! A program that records spans while its backend is away, or is there again. `tests/tests/spool.rs` starts it, lets it
//! fail in many ways, and kills it.
//!
//! `spooling OUT NAME COUNT` spools as the environment says. The backend is a file OUT, which gets each span's name, and
//! is away while a file `OUT.away` is there. So many spans are made, or without end for 0; each line says how many were
//! flushed. With `fork` as a fourth argument a forked child then does the same as `NAME-child`, and both wait for a file
//! `OUT.end` before they end. With `-` for COUNT it does what its standard input says, until that ends: `spans N` makes
//! so many of some 2 kB each, `run COMMAND` is for the shell; after each line it prints its account.

use spanwright::{
    Batch, Delivered, DeliveryError, Destination, DropReason, Guard, Health, Signals, TraceId, in_span,
};
use std::borrow::Cow;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[derive(Clone)]
struct Backend {
    out: PathBuf,
}

impl Destination for Backend {
    fn for_child(&self) -> Option<Box<dyn Destination>> {
        Some(Box::new(self.clone()))
    }

    fn name(&self) -> Cow<'static, str> {
        "backend".into()
    }

    fn signals(&self) -> Signals {
        Signals::TRACES
    }

    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        if self.out.with_extension("away").exists() {
            return Err(DeliveryError::Retry {
                after: Some(Duration::from_millis(50)),
                message: "the backend is away".to_owned(),
            });
        }
        let names: String = batch
            .spans
            .iter()
            .map(|span| format!("{}\n", span.name))
            .collect();
        let mut out = open(&self.out).map_err(|error| DeliveryError::retry(error.to_string()))?;
        match out.write_all(names.as_bytes()) {
            Ok(()) => Ok(Delivered::default()),
            Err(error) => Err(DeliveryError::retry(error.to_string())),
        }
    }
}

fn open(path: &Path) -> std::io::Result<std::fs::File> {
    OpenOptions::new().append(true).create(true).open(path)
}

/// No process waits longer for the test that started it.
const WATCHDOG: Duration = Duration::from_secs(60);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, out, name, count, forks @ ..] = &arguments[..] else {
        panic!("usage: spooling OUT NAME COUNT [fork]")
    };
    let guard = spanwright::builder("spooling")
        .destination(Backend { out: out.into() })
        .install_subscriber(false)
        .init()
        .expect("it starts");
    if count == "-" {
        obey(&guard, name);
    } else {
        record(&guard, name, count.parse().expect("a number"));
    }
    if !forks.is_empty() {
        if let fork::Fork::Child = fork::fork().expect("the system forks") {
            record(&guard, &format!("{name}-child"), count.parse().expect("a number"));
            println!("the child has recorded");
        }
        let began = Instant::now();
        while !Path::new(out).with_extension("end").exists() && began.elapsed() < WATCHDOG {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    print(&guard.shutdown(WATCHDOG).health);
}

fn print(health: &Health) {
    let one = &health.destinations[0];
    let reason = |reason: DropReason| one.dropped.get(&reason).copied().unwrap_or(0);
    println!(
        "ended {} waiting {} lost {} recorded {} offered {} recovered {} exported {} dropped {} queue-full {} pending {} spooled {}",
        health.ended,
        health.pending,
        health.dropped.values().sum::<u64>(),
        health.recorded,
        one.offered,
        one.recovered,
        one.exported,
        one.dropped.values().sum::<u64>(),
        reason(DropReason::QueueFull),
        one.pending,
        one.spooled
    );
}

/// Does what the lines of the standard input say. Nothing waits for the disk or the backend.
fn obey(guard: &Guard, name: &str) {
    let mut at = 0_u64;
    for line in std::io::stdin().lines() {
        let line = line.expect("a line");
        match line.split_once(' ') {
            Some(("spans", count)) => {
                let end = at + count.parse::<u64>().expect("a number");
                for at in at..end {
                    in_span(&format!("{name}/{at}"), || {
                        // Hardly to be packed.
                        let text: String = (0..64).map(|_| TraceId::random().to_string()).collect();
                        spanwright::current().set("note", &text);
                    });
                    if at % 50 == 49 {
                        let _ = guard.flush(Duration::from_millis(20));
                    }
                }
                at = end;
            }
            Some(("run", command)) => {
                let status = std::process::Command::new("sh").args(["-c", command]).status();
                assert!(status.expect("a shell").success(), "{command}");
            }
            _ => panic!("{line}"),
        }
        let _ = guard.flush(Duration::from_millis(100));
        print(&guard.health());
    }
}

fn record(guard: &Guard, name: &str, count: u64) {
    let mut at = 0_u64;
    while count == 0 || at < count {
        in_span(&format!("{name}/{at}"), || ());
        at += 1;
        let report = guard.flush(WATCHDOG);
        println!("flushed {at} undelivered {}", report.undelivered());
    }
}
