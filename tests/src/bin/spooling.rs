//! A program that records spans while its backend is away, or is there again. `tests/tests/spool.rs` starts it, lets it
//! fail in many ways, and kills it.
//!
//! `spooling OUT NAME COUNT` spools as the environment says. The backend is a file OUT, which gets each span's name, and
//! is away while a file `OUT.away` is there. So many spans are made, or without end for 0; each line says how many were
//! flushed.

use spanwright::{Batch, Delivered, DeliveryError, Destination, Signals, in_span};
use std::borrow::Cow;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

struct Backend {
    out: PathBuf,
}

impl Destination for Backend {
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

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, out, name, count] = &arguments[..] else {
        panic!("usage: spooling OUT NAME COUNT")
    };
    let count: u64 = count.parse().expect("a number");
    let guard = spanwright::builder("spooling")
        .destination(Backend { out: out.into() })
        .install_subscriber(false)
        .init()
        .expect("it starts");
    let mut at = 0_u64;
    while count == 0 || at < count {
        in_span(&format!("{name}/{at}"), || ());
        at += 1;
        let report = guard.flush(Duration::from_secs(60));
        println!("flushed {at} undelivered {}", report.undelivered());
    }
    let report = guard.shutdown(Duration::from_secs(60));
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
