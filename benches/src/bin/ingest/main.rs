//! A whole collector: how many spans a second it acknowledges as durable, beside its load generator, and what memory and
//! disk it takes for that.
//!
//! ```text
//! cargo run --release -p spanwright-benches --bin ingest -- [--seconds N] [--per-request N] [--rich] [--jaeger PROGRAM]
//! ```
//!
//! Every request has new trace ids. With `--jaeger`, the same load goes to that program afterwards, once with its store in memory and once
//! on disk.

mod load;
mod server;

use std::time::Duration;

use load::Load;
use server::Server;
use spanwright_benches::table::Table;
use spanwright_collector::generate::Data;

struct Options {
    time: Duration,
    per_request: usize,
    data: Data,
    connections: usize,
    jaeger: Option<String>,
}

fn main() {
    let options = options();
    let mut table = Table::new([
        "server",
        "spans/s",
        "p50 ms",
        "p99 ms",
        "resident MiB",
        "bytes a span",
        "lost",
    ]);
    let load = Load::new(options.data, options.per_request);
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::spanwright(folder.path());
    table.row(measure("spanwright", &server, &load, &options));
    drop(server);
    if let Some(program) = &options.jaeger {
        let server = Server::jaeger(program);
        table.row(measure("jaeger, in memory", &server, &load, &options));
        drop(server);
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::jaeger_on_disk(program, folder.path());
        table.row(measure("jaeger, badger", &server, &load, &options));
    }
    println!("{table}");
}

fn measure(name: &str, server: &Server, load: &Load, options: &Options) -> Vec<String> {
    let idle = server.resident("VmRSS:");
    let sent = load.send(server.address, options.connections, options.time);
    let resident = server.resident("VmHWM:");
    let rate = sent.spans as f64 / sent.time.as_secs_f64();
    let (bytes, lost) = match server.stored() {
        Some((spans, bytes)) => (
            format!("{:.1}", bytes as f64 / spans as f64),
            (sent.spans as i64 - spans as i64).to_string(),
        ),
        None => ("-".into(), "-".into()),
    };
    eprintln!("{name}: {idle:.0} MiB idle, {} requests refused", sent.refused);
    vec![
        name.into(),
        format!("{rate:.0}"),
        format!("{:.1}", sent.quantile(0.5)),
        format!("{:.1}", sent.quantile(0.99)),
        format!("{resident:.0}"),
        bytes,
        lost,
    ]
}

fn options() -> Options {
    let mut options = Options {
        time: Duration::from_secs(60),
        per_request: 1000,
        data: Data::Short,
        connections: 4,
        jaeger: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value");
        match argument.as_str() {
            "--seconds" => options.time = Duration::from_secs(value().parse().expect("a number")),
            "--per-request" => options.per_request = value().parse().expect("a number"),
            "--connections" => options.connections = value().parse().expect("a number"),
            "--rich" => options.data = Data::Rich,
            "--jaeger" => options.jaeger = Some(value()),
            other => {
                panic!("{other} is not known: --seconds, --per-request, --connections, --rich, --jaeger")
            }
        }
    }
    options
}
