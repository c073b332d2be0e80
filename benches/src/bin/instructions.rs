//! Instructions of the caller for each span, counted by callgrind: the same on a noisy machine as on a quiet one.
//!
//! ```text
//! cargo run --release -p spanwright-benches --bin instructions
//! ```
//!
//! Needs `valgrind`. Compares with `benches/instructions.txt` and fails where a case takes more than it allows there. The
//! pipeline's thread runs, but only this thread is counted.

#![forbid(unsafe_code)]

use spanwright::{Batch, Delivered, DeliveryError, Destination, Sampler, traced};
use spanwright_benches::numbers::thousands;
use spanwright_benches::table::Table;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::process::{Command, ExitCode, Stdio};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// The cases, and the spans (for `poll` the polls) of each of its requests.
const CASES: [(&str, u64); 5] = [
    ("attributes", 11),
    ("bare", 11),
    ("unsampled", 1_001),
    ("disabled", 1_001),
    ("poll", 1_000),
];
const REQUESTS: u64 = 100;

fn main() -> ExitCode {
    let case = std::env::args().nth(1);
    let result = match &case {
        Some(case) => serve(case).map(|()| true),
        None => compare(),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("instructions: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether each case keeps within what is allowed.
fn compare() -> Result<bool, Box<dyn Error>> {
    let allowed = allowed()?;
    let mut table = Table::new(["", "instructions per span", "allowed"]);
    let mut good = true;
    for (case, units) in CASES {
        let counted = count(case)? / (REQUESTS * units);
        let most = allowed.get(case).copied();
        good &= most.is_none_or(|most| counted <= most);
        table.row(vec![
            case.to_owned(),
            thousands(counted as i64),
            most.map_or("–".to_owned(), |most| thousands(most as i64)),
        ]);
    }
    writeln!(std::io::stdout(), "{table}")?;
    if !good {
        eprintln!(
            "instructions: more than benches/instructions.txt allows; raise it there only with a reason"
        );
    }
    Ok(good)
}

/// Lines of a case and a number; `#` begins a comment.
fn allowed() -> Result<BTreeMap<String, u64>, Box<dyn Error>> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.txt"))?;
    let lines = text
        .lines()
        .filter_map(|line| line.split('#').next()?.split_once(' '));
    lines
        .map(|(case, most)| Ok((case.to_owned(), most.trim().parse()?)))
        .collect()
}

/// Runs a case under callgrind; the total of the first thread.
fn count(case: &str) -> Result<u64, Box<dyn Error>> {
    let base = std::env::temp_dir().join(format!("spanwright-callgrind-{}-{case}", std::process::id()));
    let status = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--separate-threads=yes",
            "--toggle-collect=*measured_requests*",
            "-q",
        ])
        .arg(format!("--callgrind-out-file={}", base.display()))
        .arg(std::env::current_exe()?)
        .arg(case)
        .env_clear()
        .stderr(Stdio::null())
        .status()
        .map_err(|error| format!("valgrind cannot be run: {error}"))?;
    if !status.success() {
        return Err(format!("{case} failed under valgrind").into());
    }
    // One file for each thread; the first is the program's own.
    let first = PathBuf::from(format!("{}-01", base.display()));
    let text = std::fs::read_to_string(&first)?;
    for thread in 1..100 {
        let file = format!("{}-{thread:02}", base.display());
        if std::fs::remove_file(file).is_err() {
            break;
        }
    }
    let _ = std::fs::remove_file(&base);
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    Ok(total.ok_or("callgrind wrote no total")?.trim().parse()?)
}

/// One case, in the process that callgrind watches.
fn serve(case: &str) -> Result<(), Box<dyn Error>> {
    let builder = spanwright::builder("instructions")
        .destination(Dropped)
        .install_subscriber(false);
    let builder = match case {
        "unsampled" => builder.sampler(Sampler::always_off()),
        "disabled" => builder.trace_filter("off"),
        _ => builder,
    };
    let guard = builder.init()?;
    let work: fn() = match case {
        "attributes" => || request(black_box(10)),
        "bare" => || bare_request(black_box(10)),
        "unsampled" | "disabled" => || request(black_box(1_000)),
        "poll" => || drive(turns(999)),
        other => return Err(format!("no case {other}").into()),
    };
    for _ in 0..3 {
        requests(work);
        let _ = guard.flush(Duration::from_secs(60));
    }
    measured_requests(work);
    Ok(guard.shutdown(Duration::from_secs(60)).into_result()?)
}

fn requests(work: fn()) {
    (0..REQUESTS).for_each(|_| work());
}

/// Callgrind counts only what runs below this.
#[inline(never)]
fn measured_requests(work: fn()) {
    requests(black_box(work));
}

struct Dropped;

impl Destination for Dropped {
    fn name(&self) -> Cow<'static, str> {
        "dropped".into()
    }

    fn deliver(&mut self, _: &Batch) -> Result<Delivered, DeliveryError> {
        Ok(Delivered::default())
    }
}

#[traced]
#[inline(never)]
fn request(children: i64) {
    let (user, query) = black_box(("user-4711", "orders by customer"));
    for items in 0..children {
        child(user, query, items, 65_536);
    }
}

#[traced(capture(user, query, items, bytes))]
#[inline(never)]
fn child(user: &str, query: &str, items: i64, bytes: i64) {
    black_box(items);
}

#[traced]
#[inline(never)]
fn bare_request(children: i64) {
    for items in 0..children {
        bare_child(items);
    }
}

#[traced]
#[inline(never)]
fn bare_child(items: i64) {
    black_box(items);
}

#[traced]
async fn turns(count: usize) {
    Turns(count).await;
}

/// Is pending this many times.
struct Turns(usize);

impl Future for Turns {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = black_box(left);
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

fn drive(future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    while future.as_mut().poll(&mut context).is_pending() {}
}
