//! Failures that code which we did not annotate tells `tracing` of: `#[instrument(err)]`, and `error!` with an error.

#![allow(clippy::unwrap_used, reason = "a test may")]

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use spanwright::testing::TestTraces;
use spanwright::{Event, Outcome, SpanRecord, Status, traced};
use spanwright_tests::traces::{find, with_layer};
use std::error::Error;
use std::fmt;
use tracing::instrument;
use tracing_subscriber::prelude::*;

fn names(span: &SpanRecord) -> Vec<&str> {
    span.events.iter().map(|event| event.name.as_ref()).collect()
}

fn text(event: &Event, key: &str) -> Option<String> {
    let found = event.attributes.iter().find(|(own, _)| *own == key);
    found.map(|(_, value)| value.to_string())
}

fn exceptions(traces: &TestTraces) -> usize {
    let spans = traces.spans();
    let events = spans.iter().flat_map(|span| &span.events);
    events.filter(|event| event.name == "exception").count()
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

#[derive(Debug)]
struct Broken(std::io::Error);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the order is broken")
    }
}

impl Error for Broken {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[instrument(err)]
fn theirs_fails() -> Result<(), String> {
    Err("bad".into())
}

#[test]
fn an_instrumented_function_that_fails_is_a_failed_span() {
    let traces = with_layer(|_| drop(theirs_fails()));
    let span = find(&traces, "theirs_fails");
    assert_eq!(span.outcome, Outcome::Error);
    assert_eq!(span.status, Status::Error("bad".into()));
    assert_eq!(span.attribute("error.type").unwrap().to_string(), "_OTHER");
    assert_eq!(names(&span), ["exception"]);
    let exception = &span.events[0];
    assert_eq!(text(exception, "exception.message").as_deref(), Some("bad"));
    assert_eq!(text(exception, "target").as_deref(), Some("tracing_errors"));
    assert_eq!(text(exception, "error"), None, "it is there once");
}

/// The measure: what the same function is through `tracing-opentelemetry`.
#[test]
fn the_same_as_through_the_layer_it_came_from() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        drop(theirs_fails());
    });
    let exported = exporter.get_finished_spans().unwrap();
    let [theirs] = &exported[..] else {
        panic!("{exported:?}")
    };
    let traces = with_layer(|_| drop(theirs_fails()));
    let ours = find(&traces, "theirs_fails");
    assert_eq!(theirs.status, opentelemetry::trace::Status::error("bad"));
    assert_eq!(ours.status, Status::Error("bad".into()));
    let of_theirs: Vec<_> = theirs.events.events.iter().map(|event| &*event.name).collect();
    assert_eq!(names(&ours), of_theirs);
}

#[instrument(err)]
async fn theirs_above() -> Result<(), String> {
    tokio::task::yield_now().await;
    ours_between().await
}

#[traced]
async fn ours_between() -> Result<(), String> {
    tokio::task::yield_now().await;
    theirs_below().await
}

#[instrument(err)]
async fn theirs_below() -> Result<(), String> {
    tokio::task::yield_now().await;
    theirs_fails()
}

#[test]
fn one_failure_on_its_way_up_is_one_exception() {
    let traces = with_layer(|_| drop(block_on(theirs_above())));
    for name in ["theirs_above", "ours_between", "theirs_below", "theirs_fails"] {
        let span = find(&traces, name);
        assert_eq!(span.status, Status::Error("bad".into()), "{name}");
        let expected: &[&str] = if name == "theirs_fails" {
            &["exception"]
        } else {
            &[]
        };
        assert_eq!(names(&span), expected, "{name}");
    }
}

#[traced]
fn ours_fails() -> Result<(), Broken> {
    Err(Broken(std::io::Error::other("the disk is full")))
}

#[instrument]
fn theirs_tells() {
    if let Err(error) = ours_fails() {
        tracing::error!(
            error = &error as &(dyn Error + 'static),
            order = 7,
            "charge failed"
        );
    }
}

#[test]
fn an_event_with_a_message_stays_beside_the_exception() {
    let traces = with_layer(|_| theirs_tells());
    let span = find(&traces, "theirs_tells");
    assert_eq!(span.status, Status::Error("the order is broken".into()));
    assert_eq!(names(&span), ["charge failed"]);
    assert_eq!(text(&span.events[0], "order").as_deref(), Some("7"));
    assert_eq!(
        text(&span.events[0], "error").as_deref(),
        Some("the order is broken")
    );
    assert_eq!(exceptions(&traces), 1, "the one of `ours_fails`");

    let traces = with_layer(|_| {
        tracing::info_span!("alone").in_scope(|| {
            let error = Broken(std::io::Error::other("the disk is full"));
            tracing::error!(err = &error as &(dyn Error + 'static), "charge failed");
        });
    });
    let span = find(&traces, "alone");
    assert_eq!(names(&span), ["exception", "charge failed"]);
    let sources = text(&span.events[0], "spanwright.exception.sources").unwrap();
    assert!(sources.contains("the disk is full"), "{sources}");
}

#[test]
fn fields_of_opentelemetrys_exceptions_are_understood() {
    let traces = with_layer(|_| {
        tracing::info_span!("span").in_scope(|| {
            tracing::error!(
                exception.r#type = "Declined",
                exception.message = "no money",
                exception.stacktrace = "at the till",
                "exception"
            );
        });
    });
    let span = find(&traces, "span");
    assert_eq!(span.status, Status::Error("no money".into()));
    assert_eq!(span.attribute("error.type").unwrap().to_string(), "Declined");
    assert_eq!(names(&span), ["exception"]);
    let of = |key| text(&span.events[0], key).unwrap_or_default();
    assert_eq!(of("exception.type"), "Declined");
    assert_eq!(of("exception.message"), "no money");
    assert_eq!(of("exception.stacktrace"), "at the till");
}

#[test]
fn other_events_fail_nothing() {
    let traces = with_layer(|_| {
        tracing::info_span!("span", otel.status_code = tracing::field::Empty).in_scope(|| {
            tracing::warn!(error = "slow", "tried again");
            tracing::error!(code = 7, "no error in it");
            tracing::error!(error = true, "a flag is none");
        });
        tracing::info_span!("a success", otel.status_code = "OK")
            .in_scope(|| tracing::error!(error = "handled", "told all the same"));
    });
    assert_eq!(find(&traces, "span").status, Status::Unset);
    assert_eq!(find(&traces, "span").outcome, Outcome::Ok);
    let success = find(&traces, "a success");
    assert_eq!(success.status, Status::Ok);
    assert_eq!(names(&success), ["exception", "told all the same"]);
}

#[instrument(ret)]
fn theirs_returns() -> u8 {
    tracing::info!(user.id = 7, count = 3);
    tracing::info!(name: "cache.miss", count = 3);
    7
}

#[test]
fn an_event_without_a_message_is_called_by_its_fields() {
    let traces = with_layer(|_| {
        theirs_returns();
    });
    let span = find(&traces, "theirs_returns");
    assert_eq!(names(&span), ["user.id, count", "cache.miss", "return"]);
}

#[test]
fn an_error_that_is_told_from_another_thread_counts() {
    let traces = with_layer(|_| {
        let span = tracing::info_span!("shared");
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        span.in_scope(|| {
            let span = &span;
            let tell = move || {
                let _dispatch = tracing::dispatcher::set_default(&dispatch);
                tracing::error!(parent: span, error = "from there");
            };
            std::thread::scope(|scope| scope.spawn(tell).join().unwrap());
        });
    });
    let span = find(&traces, "shared");
    assert_eq!(span.status, Status::Error("from there".into()));
    assert_eq!(names(&span), ["exception"]);
    assert!((span.start_ns..=span.end_ns).contains(&span.events[0].time_ns));
}

struct Panics;

impl fmt::Display for Panics {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("as planned")
    }
}

#[test]
fn an_error_that_panics_does_not_unwind() {
    let traces = with_layer(|_| {
        tracing::info_span!("span").in_scope(|| tracing::error!(error = %Panics));
    });
    assert_eq!(
        find(&traces, "span").status,
        Status::Error("[capture panicked]".into())
    );
}

/// Found by reading: each was lost, or said twice.
#[test]
fn what_is_told_in_the_middle_of_a_span() {
    #[traced]
    fn retries() {
        for _ in 0..3 {
            tracing::error!(error = "refused");
        }
    }
    #[traced]
    fn below() -> Result<(), String> {
        Err("first".into())
    }
    #[traced]
    fn cleans_up() -> Result<(), String> {
        let result = below();
        tracing::error!(error = "no cleaning up");
        result
    }
    #[traced]
    fn typed() {
        tracing::error!(exception.type = %"my::Kind", exception.message = %"it failed");
    }
    #[traced]
    async fn waits() {
        tracing::error!(error = "not yet");
        std::future::pending().await
    }
    let traces = with_layer(|_| {
        retries();
        drop(cleans_up());
        typed();
        let mut waiting = Box::pin(waits());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(waiting.as_mut().poll(&mut context).is_pending());
    });
    // The failure once, and that it came again.
    assert_eq!(names(&find(&traces, "retries")), ["exception", "error", "error"]);
    // What came from below is not recorded again on its way up.
    let cleans_up = find(&traces, "cleans_up");
    assert_eq!(names(&cleans_up), ["exception"]);
    assert_eq!(
        text(&cleans_up.events[0], "exception.message").as_deref(),
        Some("no cleaning up")
    );
    assert_eq!(names(&find(&traces, "below")), ["exception"]);
    let typed = find(&traces, "typed");
    assert_eq!(typed.attribute("error.type").unwrap().to_string(), "my::Kind");
    assert_eq!(
        text(&typed.events[0], "exception.type").as_deref(),
        Some("my::Kind")
    );
    assert_eq!(typed.outcome, Outcome::Error);
    assert_eq!(find(&traces, "waits").outcome, Outcome::Cancelled);
}
