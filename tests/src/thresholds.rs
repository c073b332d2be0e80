//! Times and sizes that the timed suites hold the pipeline to, in one place, and the three tries that each row has: other
//! programs run on the machine too. Release builds are held to `benches/src/limits.rs`.

use std::time::Duration;

/// A span's whole life on the caller's thread, at the 99.9th percentile, whatever the destinations do.
pub const SPAN: Duration = Duration::from_micros(5);
/// Where a busy machine or a debug build makes spans slower than that with good destinations only, a bad one may cost this
/// many times as much: the two are measured one after the other.
pub const NOISE: u64 = 4;
/// A shutdown ends this long after its deadline at the latest.
pub const PAST_THE_DEADLINE: Duration = Duration::from_millis(50);
/// Memory that an outage may cost, in bytes.
pub const OUTAGE_MEMORY: u64 = 64 << 20;
/// Memory that values, names and counts without measure may cost, in bytes: twice what may wait.
pub const HOSTILE_MEMORY: u64 = 64 << 20;
/// What a wait may be longer than asked for: scheduling, a connection, an attempt.
pub const SLACK: Duration = Duration::from_millis(400);
/// From the address of a trace of 10,000 spans to a page that answers, in a browser, and by a debug build of the collector.
pub const TRACE_PAGE: Duration = Duration::from_secs(1);
/// Leaving a guard, or the process, without a shutdown takes this long at most.
pub const UNATTENDED: Duration = Duration::from_millis(2_000 + 50);

/// Reading what a stranger may send as headers, however many lines; a debug build may take ten times as long.
pub const fn headers() -> Duration {
    Duration::from_millis(if cfg!(debug_assertions) { 10 } else { 1 })
}

/// Tries a timed row three times.
///
/// # Panics
/// When it failed each time, with what was wrong each time.
pub fn three_tries(row: impl Fn() -> Result<(), String>) {
    let mut wrong = Vec::new();
    for _ in 0..3 {
        match row() {
            Ok(()) => return,
            Err(error) => wrong.push(error),
        }
    }
    panic!("three tries failed:\n{}", wrong.join("\n"));
}

/// An error that says what was measured.
///
/// # Errors
/// Where it does not hold.
pub fn hold(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}
