//! What redaction and the limits cost on the pipeline's thread, for a span of ten attributes.
//!
//! ```text
//! cargo bench -p spanwright-benches --bench redaction
//! ```
//!
//! A process for each measurement, by turns with redaction and without: the processor time of the whole process but its
//! calling thread, for each span. The destination takes encoded spans, as OTLP does, and drops them, so that redaction is
//! what differs. Once with values that come again and again, as most do, and once with six texts that never do.

#![forbid(unsafe_code)]

use rustix::time::{ClockId, clock_gettime};
use spanwright::{Batch, Delivered, DeliveryError, Destination, Redactor, traced};
use spanwright_benches::table::Table;
use std::borrow::Cow;
use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::process::{Command, ExitCode};
use std::time::Duration;

const ROUNDS: usize = 7;
/// What fits the buffers, so that nothing is dropped.
const BURST: u32 = 10_000;
const BURSTS: u32 = 20;

fn main() -> ExitCode {
    let argument = std::env::args().nth(1).filter(|argument| argument != "--bench");
    let result = match argument.as_deref() {
        None => compare(),
        Some(setting) => serve(setting),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("redaction: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare() -> Result<(), Box<dyn Error>> {
    let settings = ["off", "on", "off-different", "on-different"];
    let mut times = settings.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for (setting, times) in settings.into_iter().zip(&mut times) {
            let output = Command::new(std::env::current_exe()?).arg(setting).output()?;
            times.push(String::from_utf8(output.stdout)?.trim().parse::<f64>()?);
        }
    }
    let [off, on, off_different, on_different] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    });
    let mut table = Table::new(["texts", "without redaction", "with redaction", "redaction"]);
    for (texts, off, on) in [
        ("that come again", off, on),
        ("all different", off_different, on_different),
    ] {
        let cells = [off, on, on - off].map(|time| format!("{time:.0}"));
        table.row([vec![texts.to_owned()], cells.to_vec()].concat());
    }
    writeln!(
        std::io::stdout(),
        "Off the caller's thread, ns of processor time for each span of ten attributes, median of {ROUNDS}.\n\n{table}"
    )?;
    Ok(())
}

/// One measurement.
fn serve(setting: &str) -> Result<(), Box<dyn Error>> {
    let builder = spanwright::builder("redaction")
        .destination(Dropped)
        .install_subscriber(false);
    let builder = if setting.starts_with("on") {
        builder
    } else {
        builder.redactor(Redactor::disabled_for_debugging())
    };
    let guard = builder.init()?;
    let different = setting.ends_with("different");
    let mut number = 0;
    let mut burst = |guard: &spanwright::Guard| {
        for _ in 0..BURST {
            number += 1;
            if different {
                different_order(number)
            } else {
                order(number)
            }
        }
        guard.flush(Duration::from_secs(60)).into_result()
    };
    burst(&guard)?;
    let before = behind();
    for _ in 0..BURSTS {
        burst(&guard)?;
    }
    let spent = behind().saturating_sub(before);
    let spans = f64::from(BURST * BURSTS);
    writeln!(std::io::stdout(), "{:.1}", spent.as_nanos() as f64 / spans)?;
    guard.shutdown(Duration::from_secs(60)).into_result()?;
    Ok(())
}

/// Processor time of all threads but this one.
fn behind() -> Duration {
    let read = |clock| Duration::try_from(clock_gettime(clock)).unwrap_or_default();
    read(ClockId::ProcessCPUTime).saturating_sub(read(ClockId::ThreadCPUTime))
}

fn order(number: u32) {
    let (customer, path) = black_box(("customer-4711", "/api/v2/orders/81723/items"));
    let query = black_box("SELECT id, total FROM orders WHERE customer = ? ORDER BY created DESC");
    let (region, model, note) = black_box(("eu-central-1", "gpt-4o-mini", "second reminder was sent"));
    price(customer, path, query, region, model, note, number);
}

#[traced(
    capture(customer, path, query, region, model, note, number),
    fields(retries = 2, cached = false, share = 0.25)
)]
#[inline(never)]
fn price(customer: &str, path: &str, query: &str, region: &str, model: &str, note: &str, number: u32) {
    black_box(number);
}

/// The same with other texts each time. Making them is the calling thread's, and not counted.
fn different_order(number: u32) {
    price(
        &format!("customer-{number}"),
        &format!("/api/v2/orders/{number}/items"),
        &format!("SELECT id, total FROM orders_{number} WHERE customer = ? ORDER BY created DESC"),
        &format!("eu-central-{number}"),
        &format!("gpt-4o-mini-{number}"),
        &format!("reminder {number} was sent"),
        number,
    );
}

struct Dropped;

impl Destination for Dropped {
    fn name(&self) -> Cow<'static, str> {
        "dropped".into()
    }

    fn takes_encoded_spans(&self) -> bool {
        true
    }

    fn deliver(&mut self, _: &Batch) -> Result<Delivered, DeliveryError> {
        Ok(Delivered::default())
    }
}
