//! `tracing` spans as parents and links of annotated functions.

#![allow(clippy::unwrap_used, reason = "a test may")]

use spanwright::testing::TestTraces;
use spanwright::{assert_trace, traced};
use spanwright_tests::traces::{find, with_layer};
use tracing::{Id, Span};
use tracing_subscriber::prelude::*;

/// As in code that was annotated for `tracing`.
struct Job {
    span: Span,
}

impl Job {
    #[traced(skip_all, parent = &self.span)]
    fn below(&self) {}

    #[traced(skip_all, parent = self.span.id())]
    fn below_id(&self) {}

    #[traced(skip_all, follows_from = [&self.span])]
    fn after(&self) {}

    #[traced(skip_all, follows_from = causes)]
    fn after_all(&self, causes: &[Id]) {}
}

#[test]
fn a_tracing_span_is_a_parent() {
    let traces = with_layer(|_| {
        let job = Job {
            span: tracing::info_span!("job"),
        };
        tracing::info_span!("elsewhere").in_scope(|| {
            job.below();
            job.below_id();
        });
    });
    assert_trace!(traces, "job" => { "below", "below_id" }, "elsewhere");
}

#[test]
fn tracing_spans_are_links() {
    let traces = with_layer(|_| {
        let job = Job {
            span: tracing::info_span!("job"),
        };
        let other = tracing::info_span!("other");
        job.after();
        let causes: Vec<Id> = [&job.span, &other].into_iter().filter_map(Span::id).collect();
        job.after_all(&causes);
        spanwright::in_span("by hand", || {
            spanwright::current().link(&other);
        });
    });
    let linked = |name: &str| -> Vec<_> {
        let span = find(&traces, name);
        span.links
            .iter()
            .map(|link| (link.trace_id, link.span_id))
            .collect()
    };
    let ids = |name: &str| {
        let span = find(&traces, name);
        (span.trace_id, span.span_id)
    };
    assert_eq!(linked("after"), [ids("job")]);
    assert_eq!(linked("after_all"), [ids("job"), ids("other")]);
    assert_eq!(linked("by hand"), [ids("other")]);
}

#[traced(fields(known = tracing::field::Empty))]
fn with_a_tracing_span() -> Span {
    Span::current()
}

#[test]
fn so_is_the_tracing_span_of_a_function_of_ours() {
    let traces = with_layer(|_| {
        let job = Job {
            span: with_a_tracing_span(),
        };
        job.below();
    });
    assert_trace!(traces, "with_a_tracing_span" => { "below" });
}

#[test]
fn a_span_that_nobody_recorded_tears_no_trace() {
    let run = || {
        spanwright::in_span("outer", || {
            let job = Job {
                span: tracing::debug_span!("not wanted"),
            };
            job.below();
            job.after();
        });
    };
    let traces = with_layer(|_| run());
    assert_trace!(traces, "outer" => { "below", "after" });
    assert!(find(&traces, "after").links.is_empty());

    // Nor without a subscriber, and with one that has no layer of ours.
    for subscriber in [None, Some(tracing_subscriber::registry())] {
        let traces = TestTraces::start();
        let _guard = subscriber.map(tracing_subscriber::util::SubscriberInitExt::set_default);
        run();
        assert_trace!(traces, "outer" => { "below", "after" });
    }
}

#[test]
fn a_filtered_subscriber_finds_its_spans_too() {
    let traces = TestTraces::start();
    let subscriber = tracing_subscriber::registry()
        .with(tracing_subscriber::filter::LevelFilter::INFO)
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::sink))
        .with(spanwright::layer());
    tracing::subscriber::with_default(subscriber, || {
        let job = Job {
            span: tracing::info_span!("job"),
        };
        job.below();
    });
    assert_trace!(traces, "job" => { "below" });
}

#[traced(parent = spanwright::propagate::extract(headers, spanwright::propagate::Trust::Continue))]
fn receives(headers: &[(&'static str, &'static str); 1]) {}

#[test]
fn headers_are_a_parent_once_they_are_read() {
    let traces = with_layer(|_| {
        receives(&[(
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        )]);
    });
    let span = find(&traces, "receives");
    assert_eq!(span.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(span.parent_span_id.unwrap().to_string(), "00f067aa0ba902b7");
}
