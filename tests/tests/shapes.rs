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
use spanwright::SpanRecord;
use spanwright::testing::TestTraces;

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
