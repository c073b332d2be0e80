//! A program that records spans while its backend is away, or is there again. `tests/tests/spool.rs` starts it, lets it
//! fail in many ways, and kills it.
//!
//! `spooling OUT NAME COUNT` spools as the environment says. The backend is a file OUT, which gets each span's name, and
//! is away while a file `OUT.away` is there. So many spans are made, or without end for 0; each line says how many were
//! flushed. With `fork` as a fourth argument a forked child then does the same as `NAME-child`, and both wait for a file
//! `OUT.end` before they end.

use spanwright::{Batch, Delivered, DeliveryError, Destination, Guard, Signals, in_span};
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
    let count: u64 = count.parse().expect("a number");
    let guard = spanwright::builder("spooling")
        .destination(Backend { out: out.into() })
        .install_subscriber(false)
        .init()
        .expect("it starts");
    record(&guard, name, count);
    if !forks.is_empty() {
        if let fork::Fork::Child = fork::fork().expect("the system forks") {
            record(&guard, &format!("{name}-child"), count);
            println!("the child has recorded");
        }
        let began = Instant::now();
        while !Path::new(out).with_extension("end").exists() && began.elapsed() < WATCHDOG {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    let report = guard.shutdown(WATCHDOG);
    let one = &report.health.destinations[0];
    println!(
        "offered {} recovered {} exported {} dropped {} pending {} spooled {}",
        one.offered,
        one.recovered,
        one.exported,
        one.dropped.values().sum::<u64>(),
        one.pending,
        one.spooled
    );
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
