//! A good destination beside one that misbehaves: what a span takes on the caller's thread, and what the good one gets.
//!
//! Held is what spans take that are not the first after a sleep of the producer's: these find cold caches, whatever
//! they do, and are shown apart. At a tenth of the rate so does each change of chunk, one in 455 spans, which is then
//! what the 99.9th percentile is.

use crate::exporters::child;
use crate::sink::Sink;
use serde_json::{Value, json};
use spanwright::destination::Otlp;
use spanwright::{Batch, Delivered, DeliveryError, Destination, Signals};
use spanwright_benches::limits;
use spanwright_benches::machine::Machine;
use spanwright_benches::numbers::thousands;
use spanwright_benches::table::Table;
use std::borrow::Cow;
use std::error::Error;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What stands beside the good destination. The first is the control.
const KINDS: [&str; 5] = ["nothing", "hung", "panicking", "slow", "refusing"];

/// How long each try lasts, in seconds.
const SECONDS: u64 = 5;

/// How long the program runs before, so that all queues are as full as they get.
const WARMING: Duration = Duration::from_secs(2);

/// How often what is due is done.
const TICK: Duration = Duration::from_millis(10);

/// The destination that misbehaves, until it is told to end.
struct Bad(String);

static OVER: AtomicBool = AtomicBool::new(false);

impl Destination for Bad {
    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed("bad")
    }

    fn signals(&self) -> Signals {
        Signals::TRACES
    }

    fn deliver(&mut self, _: &Batch) -> Result<Delivered, DeliveryError> {
        match self.0.as_str() {
            _ if OVER.load(Ordering::Relaxed) => Ok(Delivered::default()),
            "hung" => {
                while !OVER.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Ok(Delivered::default())
            }
            "panicking" => std::panic::resume_unwind(Box::new("on purpose")),
            "slow" => {
                std::thread::sleep(Duration::from_millis(700));
                Ok(Delivered::default())
            }
            _ => Err(DeliveryError::permanent("refused on purpose")),
        }
    }
}

/// The process that is measured: one line of JSON with the percentiles.
pub(crate) fn serve(kind: &str, port: u16) -> Result<(), Box<dyn Error>> {
    let builder = spanwright::builder("benches").destination(Otlp::http(format!("http://127.0.0.1:{port}")));
    let builder = match kind {
        "nothing" => builder,
        kind => builder.destination(Bad(kind.to_owned())),
    };
    let guard = builder.install_subscriber(false).init()?;
    // What memory costs that is taken for the first time is another matter: a page fault each.
    drop(measure(WARMING));
    let measured = measure(Duration::from_secs(SECONDS));
    OVER.store(true, Ordering::Relaxed);
    let report = guard.shutdown(Duration::from_secs(30));
    let lost: u64 = report
        .health
        .destinations
        .iter()
        .filter(|one| one.name != "bad")
        .map(|one| one.offered - one.exported)
        .sum();
    let line = json!({
        "spans": measured.took.len(),
        "made": report.health.recorded,
        "lost": lost,
        "p50": percentile(&measured.took, 0.5),
        "p99": percentile(&measured.took, 0.99),
        "p999": percentile(&measured.took, 0.999),
        "most": percentile(&measured.took, 1.0),
        "woken": percentile(&measured.woken, 0.5),
        "interrupted": measured.interrupted,
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// What spans took, in nanoseconds.
struct Measured {
    /// The least first.
    took: Vec<u64>,
    /// Those that were the first after a sleep, in no order.
    woken: Vec<u64>,
    /// How often the system took the processor from this thread meanwhile.
    interrupted: u64,
}

/// Makes spans at the rate of steady work.
fn measure(length: Duration) -> Measured {
    let mut took = Vec::with_capacity((limits::RATE_BESIDE * SECONDS) as usize);
    let mut woken = Vec::with_capacity(took.capacity() / 10);
    let interrupted = interruptions();
    let start = Instant::now();
    loop {
        let elapsed = start.elapsed().min(length);
        let due = (elapsed.as_secs_f64() * limits::RATE_BESIDE as f64) as usize;
        if took.len() + woken.len() < due {
            woken.push(one_span());
        }
        while took.len() + woken.len() < due {
            took.push(one_span());
        }
        if elapsed == length {
            took.sort_unstable();
            woken.sort_unstable();
            return Measured {
                took,
                woken,
                interrupted: interruptions() - interrupted,
            };
        }
        std::thread::sleep(TICK);
    }
}

fn one_span() -> u64 {
    let at = Instant::now();
    child("user-4711", "orders by customer", 1, 65_536);
    at.elapsed().as_nanos() as u64
}

/// How often the system took the processor from this thread. A thread that sleeps gives it away, and is not counted.
fn interruptions() -> u64 {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("nonvoluntary_ctxt_switches:"));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

fn percentile(sorted: &[u64], share: f64) -> u64 {
    let at = (sorted.len() as f64 * share) as usize;
    sorted
        .get(at.min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or(0)
}

/// Measures every kind; fails where one is over the limit, or the good destination lacks a span, in every try.
pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let mut table = Table::new([
        "beside the good one",
        "try",
        "spans",
        "p50, ns",
        "p99, ns",
        "p99.9, ns",
        "most, ns",
        "first after a sleep, ns",
        "interrupted",
        "the good one lacks",
    ]);
    let mut wrong = Vec::new();
    for kind in KINDS {
        let mut good = false;
        for number in 1..=limits::TRIES {
            let line = one(kind)?;
            let figure = |key: &str| line[key].as_u64().ok_or(format!("no {key}"));
            let text = |key: &str| figure(key).map(|value| thousands(value as i64));
            let (p999, lost) = (figure("p999")?, figure("lost")?);
            table.row(vec![
                kind.to_owned(),
                number.to_string(),
                text("spans")?,
                text("p50")?,
                text("p99")?,
                text("p999")?,
                text("most")?,
                text("woken")?,
                text("interrupted")?,
                text("lost")?,
            ]);
            if Duration::from_nanos(p999) <= limits::SPAN && lost == 0 {
                good = true;
                break;
            }
        }
        if !good {
            wrong.push(kind);
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}\n", Machine::read())?;
    writeln!(
        out,
        "A span's whole life on the caller's thread, {} a second for {SECONDS} s, to a sink in another process.\n",
        thousands(limits::RATE_BESIDE as i64)
    )?;
    writeln!(out, "{table}")?;
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!(
        "over {:?} at the 99.9th percentile, or a span is missing, in {} tries beside: {}",
        limits::SPAN,
        limits::TRIES,
        wrong.join(", ")
    )
    .into())
}

fn one(kind: &str) -> Result<Value, Box<dyn Error>> {
    let sink = Sink::start()?;
    let output = Command::new(std::env::current_exe()?)
        .args(["--beside-one", kind, &sink.port.to_string()])
        .env_clear()
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("the process beside `{kind}` failed").into());
    }
    let mut line: Value = serde_json::from_slice(&output.stdout)?;
    let missing = line["made"].as_u64().unwrap_or(0).saturating_sub(sink.count()?);
    line["lost"] = line["lost"].as_u64().unwrap_or(0).max(missing).into();
    Ok(line)
}
