//! A wall clock that jumps by hours while spans are open, batches wait and a destination fails. In a process of its own,
//! since all of a process has one clock.

use crate::clock::AHEAD_NS;
use crate::{Batch, Delivered, DeliveryError, Destination, in_span};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const HOUR_NS: i64 = 3_600_000_000_000;
const SPANS: usize = 200;
/// What two readings of different clocks may differ by.
const TOLERATED: Duration = Duration::from_millis(1);

#[derive(Clone, Default)]
struct Kept {
    failures: usize,
    /// Start and end by name.
    spans: Arc<Mutex<Vec<(String, u64, u64)>>>,
}

impl Destination for Kept {
    fn name(&self) -> Cow<'static, str> {
        "kept".into()
    }

    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        if self.failures > 0 {
            self.failures -= 1;
            return Err(DeliveryError::retry("not now"));
        }
        let spans = batch.spans.iter();
        let spans = spans.map(|span| (span.name.to_string(), span.start_ns, span.end_ns));
        self.spans.lock().unwrap().extend(spans);
        Ok(Delivered::default())
    }
}

fn wait(what: impl Fn() -> bool) {
    let began = Instant::now();
    while !what() {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "a timer follows the wall clock"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
#[ignore = "a process that another test starts"]
fn process() {
    let kept = Kept {
        failures: 2,
        ..Kept::default()
    };
    let spans = Arc::clone(&kept.spans);
    let guard = crate::builder("clock").destination(kept).init().unwrap();
    // Also as if it had not been set yet.
    let ahead = [3, -3, 0, -24 * 365 * 50, 5, -1].map(|hours| hours * HOUR_NS);
    let mut took = BTreeMap::new();
    for at in 0..SPANS {
        let name = format!("span {at}");
        let outside = Instant::now();
        let inside = in_span(&name, || {
            let inside = Instant::now();
            AHEAD_NS.store(ahead[at % ahead.len()], Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(2));
            inside.elapsed()
        });
        took.insert(name, (inside, outside.elapsed()));
    }
    // Nobody asks for a flush: the delay of a batch and the backoff end by themselves.
    wait(|| spans.lock().unwrap().len() >= SPANS);
    let health = guard.health();
    assert_eq!(
        (health.destinations[0].retries, health.destinations[0].exported),
        (2, SPANS as u64)
    );
    for (name, start, end) in spans.lock().unwrap().drain(..) {
        let (inside, outside) = took.remove(&name).expect("each comes once");
        let recorded = Duration::from_nanos(end.checked_sub(start).expect("the end is not before the start"));
        assert!(
            recorded + TOLERATED >= inside && recorded <= outside + TOLERATED,
            "{name}: {recorded:?}, not {inside:?} to {outside:?}"
        );
    }
    assert!(took.is_empty());

    AHEAD_NS.store(3 * HOUR_NS, Ordering::SeqCst);
    in_span("after", || ());
    let _ = guard.shutdown(Duration::from_secs(60)).into_result();
    let (_, start, _) = spans.lock().unwrap()[0];
    let minute = 60_000_000_000;
    assert!(
        start.abs_diff(crate::clock::wall_ns()) < minute,
        "the new time is followed"
    );
}

#[test]
fn a_wall_clock_that_jumps_changes_no_duration_and_no_timer() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "setup::clock_tests::process",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("OTEL_BSP_SCHEDULE_DELAY", "20")
        .env("OTEL_TRACES_EXPORTER", "none")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}
