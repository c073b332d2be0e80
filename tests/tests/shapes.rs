//! Every shape of function behaves with an attribute as it does without: its result, its panics, what it drops and
//! when, the auto traits and the size of what it returns. Each shape exists once; a module compiles it plain, and
//! one each with the four attributes.

#![allow(unreachable_pub, dead_code, clippy::unit_arg, clippy::let_unit_value, clippy::manual_async_fn)]

#[macro_use]
#[path = "shapes/probe.rs"]
mod probe;

#[path = "shapes/futures.rs"]
mod futures;
#[path = "shapes/methods.rs"]
mod methods;
#[path = "shapes/streams.rs"]
mod streams;
#[path = "shapes/sync.rs"]
mod sync;

use probe::Observed;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tracing::Subscriber;
use tracing::span::{Attributes, Id};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context as LayerContext, SubscriberExt};

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
}

fn annotated() -> Vec<(&'static str, fn() -> Observed)> {
    vec![("#[traced]", traced::run)]
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
        assert!(size <= plain.1 + FUTURE_GROWTH, "{attribute}: {name} grew from {} to {size} bytes", plain.1);
    }
}

/// Counts the spans that `tracing` is told of.
#[derive(Clone, Default)]
struct Count(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Count {
    fn on_new_span(&self, _: &Attributes<'_>, _: &Id, _: LayerContext<'_, S>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Runs a module's shapes; answers with what was seen, and with the number of spans.
fn recorded(run: fn() -> Observed) -> (Observed, usize) {
    let count = Count::default();
    // With a `tracing` subscriber every span is recorded and mirrored, also where nothing was initialised.
    let seen = tracing::subscriber::with_default(tracing_subscriber::registry().with(count.clone()), run);
    (seen, count.0.load(Ordering::Relaxed))
}

#[test]
fn every_shape_behaves_as_without_the_attribute() {
    let plain = plain::run();
    assert!(plain.lines.len() >= 35, "the corpus has shrunk to {} shapes", plain.lines.len());
    let (plain_recorded, none) = recorded(plain::run);
    compare("nothing", &plain, &plain_recorded);
    assert_eq!(none, 0); eprintln!("{:#?}", plain.lines); eprintln!("{:#?}", plain.sizes);
    for (attribute, run) in annotated() {
        compare(attribute, &plain, &run());
        let (seen, spans) = recorded(run); eprintln!("{spans} {:?}", seen.sizes);
        compare(attribute, &plain, &seen);
        assert!(spans >= plain.lines.len(), "{attribute}: {spans} spans for {} shapes", plain.lines.len());
    }
}
