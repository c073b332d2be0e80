//! What a stranger may send as headers, and how long reading it takes: held to a limit, whatever the lines are.

use spanwright::propagate::Propagators;
use spanwright_benches::limits;
use spanwright_benches::numbers::thousands;
use spanwright_benches::table::Table;
use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const LINES: usize = 10_000;
const BYTES: usize = 1 << 20;

/// All formats, so that each looks for its own.
const FORMATS: &str = "tracecontext,baggage,b3,b3multi,jaeger,xray,legacy";

type Lines = Vec<(&'static str, String)>;

fn many(name: &'static str) -> (String, Lines) {
    let mut lines = vec![("traceparent", PARENT.to_owned())];
    lines.extend((0..LINES).map(|n| (name, format!("k{n}={}", "v".repeat(n % 300)))));
    (format!("{} lines of {name}", thousands(LINES as i64)), lines)
}

fn long(name: &'static str, piece: &str) -> (String, Lines) {
    let lines = vec![
        ("traceparent", PARENT.to_owned()),
        (name, piece.repeat(BYTES / piece.len())),
    ];
    (format!("1 MiB of {piece} in {name}"), lines)
}

/// Reads all of them; fails where one takes too long in every try.
pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let mut table = Table::new(["", "least of three tries, µs"]);
    let mut wrong = Vec::new();
    for (name, lines) in [
        many("baggage"),
        many("tracestate"),
        many("traceparent"),
        many("b3"),
        many("uberctx-a"),
        many("x-unknown"),
        long("tracestate", "a=1,"),
        long("baggage", "a=1;b=2,"),
        long("baggage", "%2C"),
        long("uber-trace-id", "1"),
        long("x-amzn-trace-id", ";"),
    ] {
        let propagators = Propagators::parse(FORMATS).0;
        let tries = (0..limits::TRIES).map(|_| {
            let began = Instant::now();
            black_box(propagators.extract(&lines));
            began.elapsed()
        });
        let least = tries.min().unwrap_or(Duration::MAX);
        table.row(vec![name.clone(), format!("{:.1}", least.as_secs_f64() * 1e6)]);
        if least > limits::HEADERS {
            wrong.push(name);
        }
    }
    writeln!(std::io::stdout(), "{table}")?;
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!(
        "over {:?} in {} tries: {}",
        limits::HEADERS,
        limits::TRIES,
        wrong.join(", ")
    )
    .into())
}
