//! What a test's own code leaves in its [`TestTraces`].

use spanwright::SpanRecord;
use spanwright::testing::TestTraces;
use tracing_subscriber::prelude::*;

/// The one span that `run` makes.
///
/// # Panics
/// Where it makes none, or more.
#[track_caller]
pub fn one(run: impl FnOnce()) -> SpanRecord {
    let traces = TestTraces::start();
    run();
    let mut spans = traces.spans();
    assert_eq!(spans.len(), 1, "{}", traces.tree());
    spans.remove(0)
}

/// The span of this name.
///
/// # Panics
/// Where there is none.
#[track_caller]
pub fn find(traces: &TestTraces, name: &str) -> SpanRecord {
    traces
        .find(name)
        .unwrap_or_else(|| panic!("no span {name} in\n{}", traces.tree()))
}

/// Runs `body` with a registry that has our layer, and collects.
pub fn with_layer(body: impl FnOnce(&TestTraces)) -> TestTraces {
    let traces = TestTraces::start();
    let subscriber = tracing_subscriber::registry().with(spanwright::layer());
    tracing::subscriber::with_default(subscriber, || body(&traces));
    traces
}
