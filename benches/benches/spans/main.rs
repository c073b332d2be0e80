//! The caller's cost of a span: Spanwright and its peers in one table.
//!
//! ```text
//! cargo bench -p spanwright-benches                  # about a minute
//! cargo bench -p spanwright-benches -- --quick       # half of that, for a look and for CI
//! cargo bench -p spanwright-benches -- --json FILE   # the results for `chart` too
//! ```
//!
//! Each system runs in a process of its own, since a program can have one global subscriber; the processes take turns,
//! so that a machine that slows down or speeds up favours none of them.

#![forbid(unsafe_code)]

mod case;
mod report;
mod rounds;
mod systems;
mod threads;
mod turns;
mod worker;

use case::Case;
use std::error::Error;
use std::process::ExitCode;

/// What the command line asks for.
#[derive(Debug, Default)]
struct Options {
    quick: bool,
    json: Option<String>,
    /// Only systems whose name holds this.
    only: Option<String>,
    /// This process is one system's: its name and the case.
    worker: Option<(String, Case)>,
}

fn main() -> ExitCode {
    match options().and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("spans: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut options = Options {
        // Cargo passes `--bench` for a benchmark; without it this is `cargo test --benches`.
        quick: !std::env::args().any(|argument| argument == "--bench"),
        ..Options::default()
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
        match argument.as_str() {
            "--bench" => {}
            "--quick" => options.quick = true,
            "--json" => options.json = Some(value()?),
            "--only" => options.only = Some(value()?),
            "--worker" => options.worker = Some((value()?, value()?.parse()?)),
            other => {
                return Err(
                    format!("unknown argument {other}; known: --quick, --json FILE, --only NAME").into(),
                );
            }
        }
    }
    Ok(options)
}

fn run(options: Options) -> Result<(), Box<dyn Error>> {
    if let Some((system, case)) = options.worker {
        return worker::serve(&system, case);
    }
    let rounds = if options.quick { 3 } else { 9 };
    let results = rounds::run(rounds, options.only.as_deref())?;
    report::print(&results)?;
    if let Some(path) = options.json {
        std::fs::write(path, report::json(&results)?)?;
    }
    Ok(())
}
