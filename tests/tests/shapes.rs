//! Every shape of function behaves with an attribute as it does without: its result, its panics, what it drops and
//! when, the auto traits and the size of what it returns. Each shape exists once; a module compiles it plain, and
//! one each with the four attributes.

// The corpus is written as users write, oddities included; and under the feature `off` what only an annotation
// names is unused.
#![allow(clippy::all, unused_variables, unreachable_pub, dead_code)]

#[macro_use]
#[path = "shapes/probe.rs"]
mod probe;

#[path = "shapes/domains.rs"]
mod domains;
#[path = "shapes/futures.rs"]
mod futures;
#[path = "shapes/methods.rs"]
mod methods;
#[path = "shapes/options.rs"]
mod options;
#[path = "shapes/streams.rs"]
mod streams;
#[path = "shapes/sync.rs"]
mod sync;

use probe::Observed;
use spanwright::testing::TestTraces;
use spanwright::{Batch, Delivered, DeliveryError, Destination, Redactor, SpanRecord};
use std::borrow::Cow;
use std::time::Duration;

macro_rules! corpus {
    ($($module:ident: [$($shape:path, [$($arg:tt)*])?];)*) => {$(
        mod $module {
            use super::probe;
            pub mod sync { crate::sync::sync_shapes!($($shape, [$($arg)*])?); }
            pub mod methods { pub use crate::methods::Local; crate::methods::method_shapes!($($shape, [$($arg)*])?); }
            pub mod futures { crate::futures::future_shapes!($($shape, [$($arg)*])?); }
            pub mod streams { crate::streams::stream_shapes!($($shape, [$($arg)*])?); }

            pub fn run() -> probe::Observed {
                let mut seen = probe::Observed::default();
                sync::run(&mut seen);
                methods::run(&mut seen);
                futures::run(&mut seen);
                streams::run(&mut seen);
                seen
            }
        }
    )*};
}

corpus! {
    plain: [];
    traced: [spanwright::traced, []];
    captured: [spanwright::traced, [fields(number = 7, text = "t"), new_root, metrics,]];
    llm: [spanwright::trace_llm_call, [provider = "openai", model = "gpt", prompt = "hi",]];
    db: [spanwright::trace_db_query, [system = "sqlite", query = "SELECT 1",]];
    tool: [spanwright::trace_tool_call, [server = "files", protocol = mcp,]];
}

fn annotated() -> Vec<(&'static str, fn() -> Observed)> {
    vec![
        ("#[traced]", traced::run),
        ("#[traced(…)]", captured::run),
        ("#[trace_llm_call]", llm::run),
        ("#[trace_db_query]", db::run),
        ("#[trace_tool_call]", tool::run),
    ]
}

/// Bytes that the attribute may add to a future.
const FUTURE_GROWTH: usize = 128;

#[track_caller]
fn compare(attribute: &str, plain: &Observed, annotated: &Observed) {
    assert_eq!(plain.lines.len(), annotated.lines.len());
    for (plain, annotated) in plain.lines.iter().zip(&annotated.lines) {
        assert_eq!(plain, annotated, "{attribute}: left without it, right with it");
    }
    for (plain, annotated) in plain.sizes.iter().zip(&annotated.sizes) {
        let (name, size) = *annotated;
        assert!(
            size <= plain.1 + FUTURE_GROWTH,
            "{attribute}: {name} grew from {} to {size} bytes",
            plain.1
        );
    }
}

/// Runs a module's shapes while spans are collected; answers with what was seen, and with the spans.
fn recorded(run: fn() -> Observed) -> (Observed, Vec<SpanRecord>) {
    let traces = TestTraces::start();
    let seen = run();
    (seen, traces.spans())
}

#[test]
fn every_shape_behaves_as_without_the_attribute() {
    let plain = plain::run();
    assert!(
        plain.lines.len() >= 35,
        "the corpus has shrunk to {} shapes",
        plain.lines.len()
    );
    let (plain_recorded, none) = recorded(plain::run);
    compare("nothing", &plain, &plain_recorded);
    assert_eq!(none.len(), 0);
    for (attribute, run) in annotated() {
        compare(attribute, &plain, &run());
        let (seen, spans) = recorded(run);
        compare(attribute, &plain, &seen);
        let (spans, shapes) = (spans.len(), plain.lines.len());
        assert!(spans >= shapes, "{attribute}: {spans} spans for {shapes} shapes");
    }
}

/// How the pipeline of [`beside_a_pipeline_that_fails`] fails.
const FAILS: &str = "SHAPES_PIPELINE";

#[test]
fn every_shape_behaves_the_same_beside_a_pipeline_that_fails() {
    for how in ["hangs", "panics"] {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "beside_a_pipeline_that_fails",
                "--ignored",
                "--nocapture",
            ])
            .env(FAILS, how)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && text.contains("1 passed"),
            "{how}: {text}"
        );
    }
}

struct Fails {
    hangs: bool,
}

impl Destination for Fails {
    fn name(&self) -> Cow<'static, str> {
        "fails".into()
    }

    fn deliver(&mut self, _: &Batch) -> Result<Delivered, DeliveryError> {
        while self.hangs {
            std::thread::park();
        }
        panic!("a destination")
    }
}

#[test]
#[ignore = "the test before starts it, in a process of its own"]
fn beside_a_pipeline_that_fails() {
    let Ok(how) = std::env::var(FAILS) else { return };
    let hangs = how == "hangs";
    let plain = plain::run();
    let builder = spanwright::builder("shapes")
        .destination(Fails { hangs })
        .delay(Duration::from_millis(1))
        // So little that it is full at once, where nothing is delivered.
        .queue_bytes(256 << 10)
        .install_subscriber(false);
    let builder = if hangs {
        builder
    } else {
        builder
            .redactor(Redactor::default().rule(|_| panic!("a rule")))
            .hook(|span| {
                assert!(span.name.len() % 2 == 1, "a hook");
                true
            })
    };
    let guard = builder.init().unwrap();
    for _ in 0..20 {
        for (attribute, run) in annotated() {
            compare(attribute, &plain, &run());
        }
    }
    let health = guard.flush(Duration::from_millis(100)).health;
    assert!(health.ended > 10_000, "{health:?}");
    let exported: u64 = health.destinations.iter().map(|one| one.exported).sum();
    assert_eq!(exported, 0);
}
