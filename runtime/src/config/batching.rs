//! `OTEL_BSP_*`, `OTEL_BLRP_*`, `OTEL_METRIC_EXPORT_*` and the queue's size in bytes.

use super::env::{Env, quoted, whole};
use crate::pipeline::PATIENCE;
use std::time::Duration;

/// How spans or log records gather before they are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batching {
    /// The longest that a record waits.
    pub(crate) delay: Duration,
    /// A batch is given up after this time of attempts; `None` is no limit.
    pub(crate) export_timeout: Option<Duration>,
    /// Records that may wait; `None` leaves it to the budget in bytes.
    pub(crate) queue_records: Option<usize>,
    /// Records in one batch.
    pub(crate) batch_records: usize,
}

/// When metrics are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MetricTiming {
    pub(crate) interval: Duration,
    /// As for spans.
    pub(crate) timeout: Option<Duration>,
}

/// Bytes of one batch, for all kinds of records.
pub(crate) const BATCH_BYTES: usize = 1 << 20;
const BATCH_RECORDS: usize = 8192;
const DELAY: Duration = Duration::from_secs(1);
const METRIC_INTERVAL: Duration = Duration::from_secs(60);

const QUEUE: &str = "SPANWRIGHT_QUEUE_BYTES";
const QUEUE_BYTES: usize = 32 << 20;
/// Less than a few chunks of the recorder would drop records at once.
const LEAST_QUEUE_BYTES: u64 = 256 << 10;

impl Batching {
    /// `prefix` is `OTEL_BSP` or `OTEL_BLRP`.
    pub(super) fn read(env: &mut Env<'_>, prefix: &str) -> Self {
        let size = format!("{prefix}_MAX_EXPORT_BATCH_SIZE");
        let queue_records = env.count(&format!("{prefix}_MAX_QUEUE_SIZE"), 1, "the budget in bytes");
        let given = env.count(&size, 1, &BATCH_RECORDS.to_string());
        let batch_records = given.unwrap_or(BATCH_RECORDS);
        let most = queue_records.unwrap_or(usize::MAX);
        if given.is_some_and(|given| given > most) {
            let message = format!("is larger than {prefix}_MAX_QUEUE_SIZE; {most} is used");
            env.refuse(&size, message);
        }
        Self {
            delay: env.millis(&format!("{prefix}_SCHEDULE_DELAY"), DELAY),
            export_timeout: env.timeout(&format!("{prefix}_EXPORT_TIMEOUT"), PATIENCE),
            queue_records,
            batch_records: batch_records.min(most),
        }
    }
}

impl MetricTiming {
    pub(super) fn read(env: &mut Env<'_>) -> Self {
        const INTERVAL: &str = "OTEL_METRIC_EXPORT_INTERVAL";
        let mut interval = env.millis(INTERVAL, METRIC_INTERVAL);
        if interval.is_zero() {
            env.refuse(INTERVAL, "0 is below 1; 60000 ms is used");
            interval = METRIC_INTERVAL;
        }
        Self {
            interval,
            timeout: env.timeout("OTEL_METRIC_EXPORT_TIMEOUT", PATIENCE),
        }
    }
}

/// After how many attempts a batch is given up.
pub(super) fn attempts(env: &mut Env<'_>) -> Option<u32> {
    let attempts = env.count("SPANWRIGHT_EXPORT_ATTEMPTS", 1, "the time alone")?;
    Some(u32::try_from(attempts).unwrap_or(u32::MAX))
}

/// Bytes that all records in the process may take, in thousands or 1,024s where a unit says so.
pub(super) fn queue_bytes(env: &mut Env<'_>) -> usize {
    env.parsed(QUEUE, "32 MiB", bytes).unwrap_or(QUEUE_BYTES)
}

fn bytes(text: &str) -> Result<usize, String> {
    let total = number_of_bytes(text)?;
    if total < LEAST_QUEUE_BYTES {
        return Err(format!("{} is below 256 KiB", quoted(text)));
    }
    usize::try_from(total).map_err(|_| format!("{} is too large", quoted(text)))
}

/// Bytes, in thousands or 1,024s where a unit says so.
pub(super) fn number_of_bytes(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 6] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("KB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
    ];
    let (digits, unit) = UNITS
        .iter()
        .find_map(|(name, size)| Some((text.strip_suffix(name)?.trim_end(), *size)))
        .unwrap_or((text, 1));
    whole(digits, 0)
        .map_err(|_| format!("{} is not a number of bytes", quoted(text)))?
        .checked_mul(unit)
        .ok_or_else(|| format!("{} is too large", quoted(text)))
}
