//! Small programs that record spans while their destinations misbehave. `tests/tests/delivery.rs` and
//! `tests/tests/endings.rs` run them as processes of their own, beside a server that does what it should not.
//!
//! `delivery SCENARIO NUMBER…` is configured by the environment and prints its accounts as one line of JSON.

use serde_json::{Value, json};
use spanwright::backend::{Datadog, Tempo};
use spanwright::{
    Batch, Builder, Delivered, DeliveryError, Destination, Guard, Health, Report, Signals, in_span,
};
use spanwright_tests::model_calls;
use std::borrow::Cow;
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn builder() -> Builder {
    spanwright::builder("delivery").install_subscriber(false)
}

fn start() -> Guard {
    builder().init().expect("it starts")
}

fn spans(count: u64) {
    (0..count).for_each(|_| one_span());
}

/// With some 200 bytes of attributes.
fn one_span() {
    in_span("one", || {
        let span = spanwright::current();
        for key in [
            "first.of.four.keys",
            "second.of.four.keys",
            "third.of.four.keys",
            "fourth.of.four.keys",
        ] {
            span.set(key, "a value of 24 characters");
        }
    });
}

/// Waits until all of so many spans are delivered or given up, up to this long.
fn settle(guard: &Guard, count: u64, most: Duration) {
    let began = Instant::now();
    while began.elapsed() < most {
        let health = guard.health();
        let pending = health.pending + health.destinations.iter().map(|one| one.pending).sum::<u64>();
        if health.ended >= count && pending == 0 {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// All that a test wants to know of a process that ends.
fn print(health: &Health, more: Value) {
    let mut line = json!({
        "ended": health.ended,
        "recorded": health.recorded,
        "pending": health.pending,
        "dropped": reasons(&health.dropped),
        "destinations": health.destinations.iter().map(|one| json!({
            "name": one.name,
            "offered": one.offered,
            "recovered": one.recovered,
            "exported": one.exported,
            "rejected": one.rejected,
            "dropped": reasons(&one.dropped),
            "pending": one.pending,
            "spooled": one.spooled,
            "retries": one.retries,
            "on": one.on,
            "paused": one.paused,
            "last_error": one.last_error,
        })).collect::<Vec<_>>(),
    });
    if let (Value::Object(line), Value::Object(more)) = (&mut line, more) {
        line.extend(more);
    }
    println!("{line}");
}

fn reasons(dropped: &std::collections::BTreeMap<spanwright::DropReason, u64>) -> Value {
    dropped
        .iter()
        .map(|(reason, count)| (reason.as_str().to_owned(), (*count).into()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn shut_down(guard: Guard, wait: Duration, mut more: Value) {
    let began = Instant::now();
    let report = guard.shutdown(wait);
    finish(&report, began, &mut more);
}

fn finish(report: &Report, began: Instant, more: &mut Value) {
    more["shutdown_ms"] = (began.elapsed().as_millis() as u64).into();
    more["complete"] = report.complete.into();
    more["undelivered"] = report.undelivered().into();
    print(&report.health, more.take());
}

/// A number of `/proc/self/status` or `/proc/thread-self/status`.
fn status(file: &str, line: &str) -> u64 {
    let status = std::fs::read_to_string(file).unwrap_or_default();
    let value = status.lines().find_map(|own| own.strip_prefix(line));
    let digits = value.map(|value| value.trim().trim_end_matches(" kB").to_owned());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// Memory by the name of its line, in KiB.
fn memory(line: &str) -> u64 {
    status("/proc/self/status", line)
}

/// How often the system took the processor from this thread. A thread that waits gives it away, and is not counted.
fn preemptions() -> u64 {
    status("/proc/thread-self/status", "nonvoluntary_ctxt_switches:")
}

/// Makes so many spans a second for so long; answers the 99.9th percentile of what one took, in nanoseconds. For each
/// time that other programs got the processor, the slowest span of that burst does not count.
fn steady(rate: u64, time: Duration) -> u64 {
    let began = Instant::now();
    let mut took = Vec::with_capacity((rate * (time.as_secs() + 1)) as usize);
    let mut burst = Vec::with_capacity(rate as usize);
    let mut made = 0;
    while began.elapsed() < time {
        // In bursts: after each sleep the first spans find cold caches, and that is not theirs.
        let due = (began.elapsed().as_secs_f64() * rate as f64) as u64;
        // What is measured is a span, not the way back from sleep.
        one_span();
        in_span("measured", || ());
        let preempted = preemptions();
        while made < due && burst.len() < rate as usize {
            let at = Instant::now();
            in_span("measured", || ());
            burst.push(at.elapsed().as_nanos() as u64);
            made += 1;
            if made % 2 == 0 {
                one_span();
            }
        }
        burst.sort_unstable();
        let others = (preemptions() - preempted) as usize;
        burst.truncate(burst.len().saturating_sub(others));
        took.append(&mut burst);
        std::thread::sleep(Duration::from_millis(200));
    }
    took.sort_unstable();
    took.get(took.len() * 999 / 1000).copied().unwrap_or(0)
}

/// What a destination of our own does wrong.
struct Faulty {
    kind: String,
    calls: u64,
}

/// The faulty ones work again from then on.
static RECOVERED: AtomicBool = AtomicBool::new(false);
static ARRIVED: AtomicU64 = AtomicU64::new(0);

impl Destination for Faulty {
    fn name(&self) -> Cow<'static, str> {
        self.kind.clone().into()
    }

    fn signals(&self) -> Signals {
        Signals::TRACES
    }

    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        self.calls += 1;
        if !RECOVERED.load(Ordering::Relaxed) {
            match self.kind.as_str() {
                "panicking" => panic!("on purpose"),
                "panicking-at-times" if self.calls % 10 == 1 => panic!("on purpose"),
                "slow" => std::thread::sleep(Duration::from_millis(700)),
                "hung" => {
                    while !RECOVERED.load(Ordering::Relaxed) {
                        std::thread::sleep(Duration::from_millis(5));
                    }
                }
                "failing" => return Err(DeliveryError::retry("not now")),
                _ => {}
            }
        }
        ARRIVED.fetch_add(batch.len() as u64, Ordering::Relaxed);
        Ok(Delivered::default())
    }
}

/// A good destination, from the environment, beside one that is not.
fn beside(kind: &str, rate: u64, time: Duration) {
    std::panic::set_hook(Box::new(|_| {}));
    let faulty = Faulty {
        kind: kind.to_owned(),
        calls: 0,
    };
    let guard = builder().destination(faulty).init().expect("it starts");
    let p999 = steady(rate, time);
    let during = guard.health();
    RECOVERED.store(true, Ordering::Relaxed);
    let before = ARRIVED.load(Ordering::Relaxed);
    spans(100);
    let began = Instant::now();
    let report = guard.shutdown(Duration::from_secs(10));
    let recovered = ARRIVED.load(Ordering::Relaxed) - before;
    let good = during.destinations.iter().find(|one| one.name == "otlp");
    let mut more = json!({
        "p999_ns": p999,
        "recovered": recovered,
        "arrived": ARRIVED.load(Ordering::Relaxed),
        "good_dropped": good.map(|good| good.dropped.values().sum::<u64>()),
    });
    finish(&report, began, &mut more);
}

/// Steady work through an outage; what the tests start and stop meanwhile is theirs.
fn outage(rate: u64, time: Duration) {
    let guard = start();
    spans(1000);
    let resting = memory("VmRSS:");
    let p999 = steady(rate, time);
    let peak = memory("VmHWM:");
    let more = json!({ "p999_ns": p999, "memory": (peak - resting) * 1024 });
    shut_down(guard, Duration::from_secs(20), more);
}

/// Tells the test that all is ready, and waits for the end.
fn wait_for_the_end() -> ! {
    println!("ready");
    let _ = std::io::stdout().flush();
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

fn in_runtime(kind: &str, wait: Duration) {
    let runtime = match kind {
        "current-thread" => tokio::runtime::Builder::new_current_thread().enable_all().build(),
        _ => tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build(),
    };
    runtime.expect("a runtime").block_on(async {
        let guard = start();
        spans(5);
        tokio::time::sleep(Duration::from_millis(100)).await;
        let began = Instant::now();
        let report = guard.shutdown_async(wait).await;
        finish(&report, began, &mut json!({}));
    });
}

/// No unwinding leaves it: the process aborts after the panic hook.
extern "C" fn aborts_at_a_panic() {
    panic!("on purpose");
}

static GUARD: std::sync::Mutex<Option<Guard>> = std::sync::Mutex::new(None);

thread_local! {
    static THREADS_GUARD: std::cell::Cell<Option<Guard>> = const { std::cell::Cell::new(None) };
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| {
        arguments
            .get(at)
            .and_then(|text| text.parse::<u64>().ok())
            .unwrap_or(0)
    };
    let millis = |at: usize| Duration::from_millis(number(at));
    match arguments.first().map(String::as_str).unwrap_or_default() {
        // COUNT, how long they may take to be settled, WAIT at the end; both in ms.
        "spans" => {
            let guard = start();
            spans(number(1));
            settle(&guard, number(1), millis(2));
            shut_down(guard, millis(3), json!({}));
        }
        // Sends what earlier runs spooled; for so long at most.
        "spooled" => {
            let guard = start();
            let began = Instant::now();
            let one = || guard.health().destinations.swap_remove(0);
            // What is there is known once it was read.
            while (one().recovered == 0 || one().spooled > 0) && began.elapsed() < millis(1) {
                std::thread::sleep(Duration::from_millis(10));
            }
            shut_down(guard, millis(2), json!({}));
        }
        // NAME, and the same: spans of model calls, and one of that name. BACKEND and URL for one that no variable sends
        // to a URL.
        "model-calls" => {
            let url = arguments.get(5).map_or("", String::as_str);
            let builder = match arguments.get(4).map(String::as_str) {
                Some("datadog") => builder().destination(Datadog::new("s3cr3t").endpoint(url)),
                Some("tempo") => builder().destination(Tempo::new(url).tenant("team-a")),
                _ => builder(),
            };
            let guard = builder.init().expect("it starts");
            model_calls::request();
            in_span(arguments[1].as_str(), || ());
            settle(&guard, model_calls::SPANS + 1, millis(2));
            shut_down(guard, millis(3), json!({}));
        }
        // COUNT, PAUSE, how often, WAIT.
        "rounds" => {
            let guard = start();
            for _ in 0..number(3) {
                spans(number(1));
                let _ = guard.flush(millis(2));
            }
            shut_down(guard, millis(4), json!({}));
        }
        "dropped" => {
            let began = Instant::now();
            let guard = start();
            spans(5);
            drop(guard);
            println!("{}", json!({ "dropped_ms": began.elapsed().as_millis() as u64 }));
        }
        "outage" => outage(number(1), millis(2)),
        "beside" => beside(&arguments[1], number(2), millis(3)),
        "runtime" => in_runtime(&arguments[1], millis(2)),
        "switch" => {
            let guard = start();
            assert!(!spanwright::set_destination("elsewhere", false));
            spans(1);
            let _ = guard.flush(Duration::from_secs(5));
            assert!(spanwright::set_destination("otlp", false));
            spans(2);
            let _ = guard.flush(Duration::from_secs(5));
            assert!(spanwright::set_destination("otlp", true));
            spans(4);
            shut_down(guard, Duration::from_secs(5), json!({}));
        }
        "signals" => {
            let guard = builder()
                .shutdown_on_signals(millis(1))
                .init()
                .expect("it starts");
            spans(50);
            std::mem::forget(guard);
            wait_for_the_end();
        }
        "abort" => {
            let _guard = builder().flush_on_panic(millis(1)).init().expect("it starts");
            spans(50);
            aborts_at_a_panic();
        }
        "exec" => {
            use std::os::unix::process::CommandExt;
            let guard = start();
            spans(50);
            guard
                .flush(Duration::from_secs(5))
                .into_result()
                .expect("all is delivered");
            let error = std::process::Command::new("true").exec();
            panic!("{error}");
        }
        "static" => {
            *GUARD.lock().expect("nobody panicked") = Some(start());
            spans(50);
        }
        "thread-local" => {
            THREADS_GUARD.set(Some(start()));
            spans(50);
        }
        "no-thread" => {
            let error = builder().init().expect_err("the system refuses threads");
            assert!(matches!(error, spanwright::InitError::Thread(_)), "{error}");
            spans(50);
            println!("{}", json!({ "error": error.to_string() }));
        }
        other => panic!("no scenario {other}"),
    }
}
