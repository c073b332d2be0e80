//! What release builds are held to, in one place. `tests/src/thresholds.rs` has what the suites, which are debug builds,
//! are held to.

use std::time::Duration;

/// Spans a second of steady work.
pub const RATE: u64 = 10_000;

/// Share of one core that steady work takes, of the whole program.
pub const CORE: f64 = 0.1;

/// Memory that steady work takes above the idle program, in MiB.
pub const MEMORY_MIB: f64 = 64.0;

/// A span's whole life on the caller's thread, at the 99.9th percentile, whatever the destinations do.
pub const SPAN: Duration = Duration::from_micros(5);

/// Spans a second beside bad destinations.
pub const RATE_BESIDE: u64 = 100_000;

/// Reading what a stranger may send as headers, however many lines, in every format.
pub const HEADERS: Duration = Duration::from_millis(1);

/// Tries that a row with a time in it has: other programs run on the machine too.
pub const TRIES: usize = 3;
