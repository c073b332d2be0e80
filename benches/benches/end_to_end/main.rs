//! From the annotated function to a sink in another process: what is delivered, what it costs, what it holds.
//!
//! ```text
//! cargo bench -p spanwright-benches --bench end_to_end
//! cargo bench -p spanwright-benches --bench end_to_end -- --quick       # one second for each row
//! cargo bench -p spanwright-benches --bench end_to_end -- --json FILE
//! cargo bench -p spanwright-benches --bench end_to_end -- --soak SECONDS  # 10,000 a second, held to limits
//! cargo bench -p spanwright-benches --bench end_to_end -- --beside        # beside bad destinations, held to limits
//! cargo bench -p spanwright-benches --bench end_to_end -- --headers       # what strangers may send, held to a limit
//! ```
//!
//! Each row is a fresh producer and a fresh sink. The processor time is the whole producer's: its own threads and the
//! exporter's; the sink's is not in it, though it shares the cores.

#![forbid(unsafe_code)]

mod beside;
mod exporters;
mod headers;
mod producer;
mod protobuf;
mod report;
mod sink;

use producer::Order;
use report::Row;
use sink::Sink;
use spanwright_benches::limits;
use std::error::Error;
use std::io::Write;
use std::process::{Command, ExitCode, Stdio};

/// What is ordered of each system: spans for each second (0: as many as it can), and threads.
const ORDERS: [(&str, u64, usize); 15] = [
    ("spanwright", 20_000, 1),
    ("spanwright", 100_000, 1),
    ("spanwright", 600_000, 1),
    ("spanwright", 0, 1),
    ("spanwright", 0, 2),
    ("tracing-opentelemetry", 20_000, 1),
    ("tracing-opentelemetry", 100_000, 1),
    ("tracing-opentelemetry", 600_000, 1),
    ("tracing-opentelemetry", 0, 1),
    ("tracing-opentelemetry", 0, 2),
    ("fastrace", 20_000, 1),
    ("fastrace", 100_000, 1),
    ("fastrace", 600_000, 1),
    ("fastrace", 0, 1),
    ("fastrace", 0, 2),
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("end_to_end: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (mut seconds, mut json, mut only) = (5, None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
        match argument.as_str() {
            "--bench" => {}
            "--quick" => seconds = 1,
            "--json" => json = Some(value()?),
            "--only" => only = Some(value()?),
            "--soak" => return soak(value()?.parse()?),
            "--beside" => return beside::run(),
            "--beside-one" => return beside::serve(&value()?, value()?.parse()?),
            "--headers" => return headers::run(),
            "--sink" => return sink::serve(),
            "--produce" => return producer::serve(&Order::read(arguments)?),
            other => {
                return Err(format!(
                    "unknown argument {other}; known: --quick, --json FILE, --only NAME, --soak SECONDS, --beside, --headers"
                )
                .into());
            }
        }
    }
    let mut rows = Vec::new();
    for (system, rate, threads) in ORDERS {
        if only.as_ref().is_none_or(|only| system.contains(only.as_str())) {
            let order = Order {
                system: system.to_owned(),
                rate,
                threads,
                seconds,
                port: 0,
            };
            rows.push(measure(order)?);
        }
    }
    report::print(&rows, seconds)?;
    if let Some(path) = json {
        std::fs::write(path, report::json(&rows)?)?;
    }
    Ok(())
}

/// Steady work for long: fails where a span is missing, or it takes more of a core or of memory than it may.
fn soak(seconds: u64) -> Result<(), Box<dyn Error>> {
    let row = measure(Order {
        system: "spanwright".to_owned(),
        rate: limits::RATE,
        threads: 1,
        seconds,
        port: 0,
    })?;
    report::print(std::slice::from_ref(&row), seconds)?;
    let core = row.core(seconds);
    writeln!(std::io::stdout(), "{:.1} % of a core", core * 100.0)?;
    if row.is_whole() && core <= limits::CORE && row.peak_mib() <= limits::MEMORY_MIB {
        return Ok(());
    }
    Err(format!(
        "more than {} of a core or {} MiB, or a span is missing",
        limits::CORE,
        limits::MEMORY_MIB
    )
    .into())
}

/// Runs a sink and a producer.
fn measure(mut order: Order) -> Result<Row, Box<dyn Error>> {
    let sink = Sink::start()?;
    order.port = sink.port;
    let produced = Command::new(std::env::current_exe()?)
        .arg("--produce")
        .args(order.arguments())
        .env_clear()
        .stderr(Stdio::inherit())
        .output()?;
    if !produced.status.success() {
        return Err(format!("{} failed", order.system).into());
    }
    let delivered = sink.count()?;
    Row::read(order, delivered, &produced.stdout)
}
