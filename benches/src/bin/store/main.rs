//! The collector's store alone: how fast it takes spans, how much disk they need, and how fast they are found.
//!
//! ```text
//! cargo run --release -p spanwright-benches --bin store -- [--spans N] [--per-request N] [--rich] [--folder DIR] [--meanwhile N]
//! ```
//!
//! With `--meanwhile` so many spans a second arrive while the queries are answered. The generator runs in the same process, and its time is in the figures.

mod queries;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use spanwright_benches::table::Table;
use spanwright_collector::generate::{Data, Generator};
use spanwright_collector::store::{Append, Store, StoreConfig};
use spanwright_collector::wire::{Limits, Request, Signal};

/// Requests on their way at once.
const CONNECTIONS: usize = 16;

struct Options {
    spans: usize,
    per_request: usize,
    data: Data,
    folder: Option<PathBuf>,
    /// Spans a second that arrive during the queries.
    meanwhile: usize,
}

fn main() {
    let options = options();
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = options
        .folder
        .clone()
        .unwrap_or_else(|| temporary.path().to_owned());
    let store = Store::open(StoreConfig {
        bytes: 100 << 30,
        ..StoreConfig::new(&folder)
    })
    .expect("opened");
    let mut table = Table::new(["what", "figure"]);
    let began = Instant::now();
    let stored = load(&store, &options);
    let acknowledged = began.elapsed();
    while store.inventory().unsealed >= 8192 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let sealed = began.elapsed();
    let rate = |seconds: f64| format!("{:.0}", stored as f64 / seconds);
    table.row(vec!["spans".into(), stored.to_string()]);
    table.row(vec![
        "acknowledged, spans/s".into(),
        rate(acknowledged.as_secs_f64()),
    ]);
    table.row(vec!["in blocks, spans/s".into(), rate(sealed.as_secs_f64())]);
    table.row(vec![
        "bytes a span on disk".into(),
        format!("{:.1}", bytes(&folder) as f64 / stored as f64),
    ]);
    table.row(vec![
        "resident at most, MiB".into(),
        format!("{:.0}", resident("VmHWM:")),
    ]);
    store.close();
    drop(store);
    let began = Instant::now();
    let store = Store::open(StoreConfig {
        bytes: 100 << 30,
        ..StoreConfig::new(&folder)
    })
    .expect("opened again");
    table.row(vec![
        "opened again, ms".into(),
        format!("{:.1}", began.elapsed().as_secs_f64() * 1e3),
    ]);
    println!("{table}");
    let stopped = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| arrive(&store, &options, stored, &stopped));
        println!("{}", queries::run(&store, options.data, stored));
        stopped.store(true, Ordering::Relaxed);
    });
    println!(
        "resident now {:.0} MiB, at most {:.0} MiB",
        resident("VmRSS:"),
        resident("VmHWM:")
    );
    store.close();
}

/// Spans that arrive while queries are answered, each request when it is due.
fn arrive(store: &Store, options: &Options, stored: usize, stopped: &AtomicBool) {
    if options.meanwhile == 0 {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let first = queries::FIRST + queries::STEP * (stored as u64 / 10);
    let mut generator = Generator::new(2, options.data, 1000, first).step(queries::STEP);
    let (began, mut arrived) = (Instant::now(), 0);
    while !stopped.load(Ordering::Relaxed) {
        let (bytes, spans) = generator.request();
        let request = Request::read(Signal::Traces, bytes, &Limits::default()).expect("a request");
        runtime.block_on(store.append(request)).expect("stored");
        arrived += spans;
        let due = Duration::from_secs_f64(arrived as f64 / options.meanwhile as f64);
        std::thread::sleep(due.saturating_sub(began.elapsed()));
    }
    let rate = arrived as f64 / began.elapsed().as_secs_f64();
    println!("{rate:.0} spans/s arrived meanwhile");
}

fn options() -> Options {
    let mut options = Options {
        spans: 1_000_000,
        per_request: 1000,
        data: Data::Short,
        folder: None,
        meanwhile: 0,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value");
        match argument.as_str() {
            "--spans" => options.spans = value().parse().expect("a number"),
            "--per-request" => options.per_request = value().parse().expect("a number"),
            "--meanwhile" => options.meanwhile = value().parse().expect("a number"),
            "--rich" => options.data = Data::Rich,
            "--folder" => options.folder = Some(value().into()),
            other => panic!("{other} is not known: --spans, --per-request, --rich, --folder, --meanwhile"),
        }
    }
    options
}

/// Stores spans. Gives how many.
fn load(store: &Store, options: &Options) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let mut generator =
        Generator::new(1, options.data, options.per_request, queries::FIRST).step(queries::STEP);
    let limits = Limits::default();
    let mut stored = 0;
    let requests = std::iter::from_fn(|| {
        (stored < options.spans).then(|| {
            let (bytes, spans) = generator.request();
            stored += spans;
            Request::read(Signal::Traces, bytes, &limits).expect("a request")
        })
    });
    let sent = futures_util::stream::iter(requests).map(|request| store.append(request));
    runtime.block_on(
        sent.buffer_unordered(CONNECTIONS)
            .for_each(|result| async { result.expect("stored") }),
    );
    stored
}

fn bytes(folder: &std::path::Path) -> u64 {
    let files = std::fs::read_dir(folder).expect("readable");
    files
        .map(|file| file.and_then(|file| file.metadata()).map_or(0, |file| file.len()))
        .sum()
}

fn resident(field: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1024.0
}
