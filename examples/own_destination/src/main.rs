//! A destination of one's own, and a hook: the spans of a small program become a table in Markdown, without the health
//! checks.
//!
//! ```text
//! cargo run -p own-destination
//! ```

mod table;

use spanwright::{Outcome, SpanRecord, traced};
use std::process::ExitCode;
use std::time::Duration;
use table::Table;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("own-destination: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let guard = spanwright::builder("shop")
        .destination(Table::new(std::io::stdout()))
        .hook(is_wanted)
        .init()?;
    for number in 1..=6 {
        health_check();
        // The table says how many failed.
        let _ = order(number);
    }
    let report = guard.shutdown(Duration::from_secs(5));
    Ok(report.into_result()?)
}

/// Sees each ended span before anything is redacted, and may change it. Health checks are of interest only when they
/// fail.
fn is_wanted(span: &mut SpanRecord) -> bool {
    span.name != "health_check" || span.outcome != Outcome::Ok
}

#[traced]
fn health_check() {}

#[derive(Debug, thiserror::Error)]
#[error("order {0} cannot be paid")]
struct Unpaid(u32);

#[traced(capture(number))]
fn order(number: u32) -> Result<u32, Unpaid> {
    pay(number).map(|()| number)
}

#[traced(kind = client)]
fn pay(number: u32) -> Result<(), Unpaid> {
    if number.is_multiple_of(3) {
        Err(Unpaid(number))
    } else {
        Ok(())
    }
}
