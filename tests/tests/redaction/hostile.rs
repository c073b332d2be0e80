//! Values and rules that misbehave: nothing hangs, nothing recurses, and the function's result is what it was.

use spanwright::testing::TestTraces;
use spanwright::{Capture, Captured, Redactor, current, in_span, traced};
use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

/// Runs `case` on a thread of its own; one that hangs fails the test and is left behind.
#[track_caller]
fn in_time<R: Send + 'static>(case: impl FnOnce() -> R + Send + 'static) -> R {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(case()));
    receiver
        .recv_timeout(Duration::from_secs(120))
        .expect("it hangs, or panicked")
}

/// How a hostile value misbehaves while it is written.
#[derive(Clone, Copy, PartialEq)]
enum Mischief {
    Panics,
    Fails,
    NeverEnds,
    Traces,
    SetsTheSpan,
    Nests,
    DropsAPanic,
    Poisons,
}

const ALL: [Mischief; 8] = [
    Mischief::Panics,
    Mischief::Fails,
    Mischief::NeverEnds,
    Mischief::Traces,
    Mischief::SetsTheSpan,
    Mischief::Nests,
    Mischief::DropsAPanic,
    Mischief::Poisons,
];

struct Hostile(Mischief);

/// Panics when it is dropped, unless that is during a panic.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("dropped");
        }
    }
}

#[traced]
fn traced_inside(depth: u32) -> u32 {
    depth + 1
}

static LOCK: Mutex<u32> = Mutex::new(0);

impl Hostile {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Mischief::Panics => std::panic::panic_any(Bomb),
            Mischief::Fails => return Err(fmt::Error),
            Mischief::NeverEnds => loop {
                f.write_str("password=hunter2 ")?;
            },
            Mischief::Traces => {
                tracing::info!("inside");
                write!(f, "{}", traced_inside(1))?;
            }
            Mischief::SetsTheSpan => {
                current()
                    .set("inside", &Hostile(Mischief::Traces))
                    .event("inside", |_| ());
            }
            Mischief::Nests => {
                in_span("nested", || {
                    current().set("again", &Hostile(Mischief::SetsTheSpan));
                });
            }
            Mischief::DropsAPanic => drop(Bomb),
            Mischief::Poisons => {
                let _held = LOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                panic!("poisons the lock");
            }
        }
        f.write_str("written")
    }
}

impl fmt::Debug for Hostile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

impl fmt::Display for Hostile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

impl std::error::Error for Hostile {}

impl Capture for Hostile {
    fn capture(&self, out: &mut Captured<'_>) {
        out.debug(self);
    }
}

#[traced(capture(value, ?value as "debug", %value as "display"), ret(|sum| *sum as "sum"))]
fn annotated(value: &Hostile, number: u32) -> u32 {
    current().set("late", value).name(value);
    current().event("event", |event| {
        event.set("value", value);
    });
    number + 1
}

#[traced(capture(?value), err)]
fn failing(value: &Hostile) -> Result<u32, Hostile> {
    current().error(&Hostile(value.0));
    Err(Hostile(value.0))
}

#[test]
fn hostile_values_change_nothing() {
    for mischief in ALL {
        let (sum, error, text) = in_time(move || {
            let traces = TestTraces::start();
            let value = Hostile(mischief);
            let sum = annotated(&value, 1);
            let error = failing(&value).is_err_and(|error| error.0 == mischief);
            assert!(traces.find("failing").is_some());
            (sum, error, super::everything_of(&traces))
        });
        assert_eq!(sum, 2);
        assert!(error);
        assert!(!text.contains("hunter2"));
    }
}

#[test]
fn drop_may_trace_and_panic() {
    struct Traces(Arc<AtomicUsize>);
    impl Drop for Traces {
        fn drop(&mut self) {
            self.0.fetch_add(traced_inside(0) as usize, Ordering::SeqCst);
            if !std::thread::panicking() {
                panic!("dropped");
            }
        }
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&dropped);
    in_time(move || {
        #[traced]
        fn holds(value: Traces) -> usize {
            value.0.load(Ordering::SeqCst)
        }
        let traces = TestTraces::start();
        let thrown = catch_unwind(AssertUnwindSafe(|| holds(Traces(count))));
        assert!(thrown.is_err(), "the panic is the function's own and goes on");
        assert!(traces.find("holds").is_some() && traces.find("traced_inside").is_some());
    });
    assert_eq!(dropped.load(Ordering::SeqCst), 1);
}

/// Rules that trace, that panic, that panic when their payload is dropped, and that wait for a lock which was
/// poisoned.
fn hostile_rules() -> Redactor {
    thread_local!(static DEPTH: Cell<u32> = const { Cell::new(0) });
    Redactor::default()
        .rule(|text| {
            DEPTH.set(DEPTH.get() + 1);
            assert!(
                DEPTH.get() < 5,
                "the redactor is asked for what it records itself"
            );
            let traced = in_span("inside a rule", || traced_inside(1));
            tracing::error!(text, traced, "inside a rule");
            DEPTH.set(DEPTH.get() - 1);
            None
        })
        .rule(|text| match text {
            "panics" => panic!("a rule fails"),
            "drops a panic" => std::panic::panic_any(Bomb),
            "poisons" => {
                let _held = LOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                panic!("poisons the lock");
            }
            _ => None,
        })
}

#[traced(capture(text))]
fn observed(text: &str) -> usize {
    text.len()
}

#[test]
fn a_rule_that_traces_or_panics_withholds_and_goes_on() {
    in_time(|| {
        let traces = TestTraces::with(hostile_rules());
        for text in ["fine", "panics", "drops a panic", "poisons", "fine again"] {
            assert_eq!(observed(text), text.len());
        }
        let seen: Vec<_> = traces
            .spans()
            .iter()
            .map(|span| span.attribute("text").unwrap().to_string())
            .collect();
        let failed = "[REDACTION_FAILED]";
        assert_eq!(seen, ["fine", failed, failed, failed, "fine again"]);
    });
}

#[test]
fn megabytes_of_hostile_text_are_captured_and_redacted() {
    let pieces = [
        "a@",
        "a@a.",
        "://",
        "eyJa.",
        "password=",
        "\"password\":\"",
        "-----BEGIN PRIVATE KEY-----",
        "4111 ",
        "1-",
        "DE89 ",
        "%40",
        "a%3A%2F%2F",
        "\\n",
        "(\"token\",",
        "{",
        "é",
    ];
    in_time(move || {
        let traces = TestTraces::start();
        for piece in pieces {
            let text = piece.repeat((1 << 20) / piece.len());
            assert_eq!(observed(&text), text.len());
            let span = traces.spans().pop().unwrap();
            traces.clear();
            assert!(span.attribute("text").unwrap().as_str().unwrap().chars().count() <= 4096 + 30);
        }
    });
}
