//! Spans and events of other crates through `spanwright::layer()`: one trace with ours.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may")]

use spanwright::testing::TestTraces;
use spanwright::{Context, Kind, Outcome, Status, Value, assert_trace, traced};
use spanwright_tests::traces::{find, with_layer};
use std::fmt;
use std::sync::{Arc, Barrier, Mutex};
use tracing::Instrument;
use tracing_subscriber::prelude::*;

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

#[traced]
fn ours() {
    tracing::info_span!("theirs below").in_scope(innermost);
}

#[traced]
fn innermost() {}

#[traced]
async fn ours_later() {
    async {
        tokio::task::yield_now().await;
        innermost_later().await;
    }
    .instrument(tracing::info_span!("theirs later"))
    .await;
}

#[traced]
async fn innermost_later() {
    tokio::task::yield_now().await;
}

#[test]
fn one_tree() {
    let traces = with_layer(|_| tracing::info_span!("theirs").in_scope(ours));
    assert_trace!(traces, "theirs" => { "ours" => { "theirs below" => { "innermost" } } });
}

#[test]
fn one_tree_of_futures() {
    let traces = with_layer(|_| {
        block_on(async { futures_util::join!(ours_later(), ours_later()) });
    });
    assert_trace!(traces,
        "ours_later" => { "theirs later" => { "innermost_later" } },
        "ours_later" => { "theirs later" => { "innermost_later" } });
}

#[test]
fn fields_arrive_typed() {
    let traces = with_layer(|_| {
        let error = std::io::Error::other("broken");
        let span = tracing::warn_span!(
            "typed",
            int = -1,
            unsigned = 2_u64,
            huge = u64::MAX,
            float = 0.5,
            yes = true,
            text = "a",
            debug = ?Some(1),
            display = %"b",
            error = &error as &(dyn std::error::Error + 'static),
            late = tracing::field::Empty,
            never = tracing::field::Empty,
        );
        span.record("late", 7);
    });
    let span = find(&traces, "typed");
    let is = |key: &str, value: Value| assert_eq!(span.attribute(key), Some(&value), "{key}");
    is("int", Value::Int(-1));
    is("unsigned", Value::Int(2));
    is("huge", Value::String(u64::MAX.to_string()));
    is("float", Value::Float(0.5));
    is("yes", Value::Bool(true));
    is("text", Value::String("a".into()));
    is("debug", Value::String("Some(1)".into()));
    is("display", Value::String("b".into()));
    is("error", Value::String("broken".into()));
    is("late", Value::Int(7));
    assert_eq!(span.attribute("never"), None);
}

#[test]
fn fields_of_opentelemetry_are_obeyed() {
    let traces = with_layer(|_| {
        let span = tracing::info_span!(
            "static",
            otel.name = "GET /users",
            otel.kind = "server",
            otel.status_code = tracing::field::Empty,
            otel.status_description = tracing::field::Empty,
        );
        span.in_scope(|| {
            span.record("otel.status_code", "ERROR");
            span.record("otel.status_description", "no such user");
        });
    });
    let span = find(&traces, "GET /users");
    assert_eq!(span.kind, Kind::Server);
    assert_eq!(span.status, Status::Error("no such user".into()));
    assert_eq!(span.attribute("otel.kind"), None);
}

#[test]
fn events_go_to_the_innermost_span() {
    let traces = with_layer(|_| {
        tracing::info!("outside of any span");
        tracing::info_span!("theirs").in_scope(|| {
            spanwright::in_span("ours", || tracing::error!(code = 7, "it {}", "failed"));
            tracing::debug!("below the level");
            tracing::info!("{}", "x".repeat(300));
        });
    });
    let ours = find(&traces, "ours");
    assert_eq!(ours.events.len(), 1);
    assert_eq!(ours.events[0].name, "it failed");
    let attribute = |key: &str| {
        let found = ours.events[0].attributes.iter().find(|(own, _)| *own == key);
        found.map(|(_, value)| value.to_string())
    };
    assert_eq!(attribute("level").as_deref(), Some("ERROR"));
    assert_eq!(attribute("target").as_deref(), Some("tracing_in"));
    assert_eq!(attribute("code").as_deref(), Some("7"));
    assert_eq!(ours.status, Status::Unset, "an event is not an outcome");
    let theirs = find(&traces, "theirs");
    assert_eq!(theirs.events.len(), 1);
    // A long message is an attribute. What is left of it as the name might end in the half of a secret, so half goes.
    let long = &theirs.events[0];
    assert!(
        long.name.starts_with(&"x".repeat(128)) && long.name.len() < 256,
        "{}",
        long.name
    );
    let message = long.attributes.iter().find(|(key, _)| *key == "message");
    assert_eq!(message.unwrap().1.as_str().unwrap(), "x".repeat(300));
}

#[test]
fn explicit_parents_roots_and_links() {
    let traces = with_layer(|_| {
        let first = tracing::info_span!("first");
        let root = first.in_scope(|| tracing::info_span!(parent: None, "root"));
        root.follows_from(&first);
        let child = tracing::info_span!(parent: &first, "child");
        child.in_scope(|| spanwright::in_span("ours", || ()));
        tracing::info!(parent: &first, "by name");
    });
    assert_trace!(traces, "first" => { "child" => { "ours" } }, "root");
    let (first, root) = (find(&traces, "first"), find(&traces, "root"));
    assert_ne!(first.trace_id, root.trace_id);
    assert_eq!(root.links.len(), 1);
    assert_eq!(root.links[0].span_id, first.span_id);
    assert_eq!(first.events[0].name, "by name");
}

#[test]
fn a_span_that_two_threads_are_in() {
    let traces = with_layer(|traces| {
        let span = tracing::info_span!("shared", late = tracing::field::Empty);
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let (inside, barrier) = (span.clone(), Arc::new(Barrier::new(2)));
        let context = traces.context();
        let other = std::thread::spawn({
            let barrier = Arc::clone(&barrier);
            move || {
                let _dispatch = tracing::dispatcher::set_default(&dispatch);
                let _context = context.attach();
                barrier.wait();
                inside.in_scope(|| {
                    spanwright::in_span("there", || ());
                    tracing::info!("from there");
                    inside.record("late", 1);
                });
                drop(inside);
                barrier.wait();
            }
        });
        span.in_scope(|| {
            barrier.wait();
            span.in_scope(|| spanwright::in_span("here", || ()));
            barrier.wait();
            tracing::info!("from here");
        });
        other.join().unwrap();
    });
    let shared = find(&traces, "shared");
    assert_eq!(find(&traces, "here").parent_span_id, Some(shared.span_id));
    assert_eq!(find(&traces, "there").parent_span_id, Some(shared.span_id));
    let mut events: Vec<_> = shared.events.iter().map(|event| event.name.to_string()).collect();
    events.sort();
    assert_eq!(events, ["from here", "from there"]);
    assert_eq!(shared.attribute("late"), Some(&Value::Int(1)));
    assert!(
        shared
            .events
            .iter()
            .all(|event| event.time_ns >= shared.start_ns && event.time_ns <= shared.end_ns)
    );
}

#[test]
fn an_unbalanced_exit_disturbs_nobody() {
    let traces = with_layer(|_| {
        let (first, second) = (tracing::info_span!("first"), tracing::info_span!("second"));
        let in_first = first.enter();
        let in_second = second.enter();
        drop(in_first);
        spanwright::in_span("in second", || ());
        drop(in_second);
        spanwright::in_span("outside", || ());
    });
    let second = find(&traces, "second");
    assert_eq!(find(&traces, "in second").parent_span_id, Some(second.span_id));
    assert_eq!(find(&traces, "outside").parent_span_id, None);
}

struct Hostile;

impl fmt::Debug for Hostile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        tracing::info_span!("in debug").in_scope(|| tracing::info!("in debug"));
        tracing::Span::current().record("late", "from debug");
        spanwright::in_span("ours in debug", || ());
        f.write_str("hostile")
    }
}

struct Panics;

impl fmt::Debug for Panics {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("as planned")
    }
}

#[test]
fn hostile_values_neither_hang_nor_unwind() {
    let traces = with_layer(|_| {
        let span =
            tracing::info_span!("span", first = ?Hostile, late = tracing::field::Empty, panics = ?Panics);
        span.in_scope(|| {
            span.record("late", tracing::field::debug(Hostile));
            tracing::info!(value = ?Hostile, "event");
        });
    });
    let span = find(&traces, "span");
    assert_eq!(span.attribute("first"), Some(&Value::String("hostile".into())));
    assert_eq!(span.attribute("late"), Some(&Value::String("hostile".into())));
    assert_eq!(
        span.attribute("panics"),
        Some(&Value::String("[capture panicked]".into()))
    );
    assert!(span.events.iter().any(|event| event.name == "event"));
}

#[traced(fields(known = tracing::field::Empty))]
fn with_late_field() {
    tracing::Span::current().record("known", 5);
}

#[test]
fn a_declared_field_is_recorded_by_the_tracing_span() {
    let traces = with_layer(|_| {
        tracing::info_span!("theirs", known = tracing::field::Empty).in_scope(with_late_field);
    });
    assert_trace!(traces, "theirs" => { "with_late_field" ["known" = 5] });
    assert_eq!(find(&traces, "theirs").attribute("known"), None);
}

#[test]
fn a_late_field_needs_our_layer_to_see_the_span() {
    let run = || {
        with_late_field();
        spanwright::in_span("by hand", || {
            spanwright::current().set("known", &5);
        });
    };
    let subscriber = tracing_subscriber::registry()
        .with(tracing_subscriber::filter::LevelFilter::WARN)
        .with(spanwright::layer());
    for subscriber in [None, Some(subscriber)] {
        let traces = TestTraces::start();
        let _guard = subscriber.map(tracing_subscriber::util::SubscriberInitExt::set_default);
        run();
        assert_eq!(find(&traces, "with_late_field").attribute("known"), None);
        assert_trace!(traces, "with_late_field", "by hand"["known" = 5]);
    }
}

#[test]
fn what_is_not_wanted_costs_and_records_nothing() {
    let evaluated = Mutex::new(0);
    let count = || {
        *evaluated.lock().unwrap() += 1;
        "value"
    };
    let traces = with_layer(|_| {
        tracing::info_span!("kept").in_scope(|| {
            tracing::info_span!(target: "h2::codec", "frame", value = count()).in_scope(|| ());
            tracing::debug_span!("detail", value = count()).in_scope(|| ());
            tracing::info!(target: "hyper::proto", value = count(), "parsed");
            tracing::info_span!(target: "tower_http::trace", "request").in_scope(|| ());
        });
    });
    assert_trace!(traces, "kept" => { "request" });
    assert_eq!(*evaluated.lock().unwrap(), 0);
}

#[test]
fn a_neighbours_filter_loses_nothing() {
    let traces = TestTraces::start();
    let quiet = tracing_subscriber::fmt::layer()
        .with_writer(std::io::sink)
        .with_filter(tracing_subscriber::filter::LevelFilter::ERROR);
    let subscriber = tracing_subscriber::registry()
        .with(quiet)
        .with(spanwright::layer());
    tracing::subscriber::with_default(subscriber, || {
        tracing::info_span!("theirs").in_scope(ours);
    });
    assert_trace!(traces, "theirs" => { "ours" => { "theirs below" => { "innermost" } } });
}

#[test]
fn nothing_below_what_is_suppressed() {
    let traces = with_layer(|_| {
        Context::suppressed().in_scope(|| {
            let span = tracing::info_span!("silent");
            Context::new().in_scope(|| span.in_scope(|| spanwright::in_span("below", || ())));
        });
    });
    assert!(traces.spans().is_empty(), "{}", traces.tree());
}

#[test]
fn the_outcome_is_ok_and_the_site_theirs() {
    let traces = with_layer(|_| drop(tracing::warn_span!("theirs")));
    let span = find(&traces, "theirs");
    assert_eq!(span.outcome, Outcome::Ok);
    let site = span.site.unwrap();
    assert_eq!(site.file(), file!());
    assert_eq!(site.target(), "tracing_in");
    assert_eq!(site.span_level(), spanwright::Level::Warn);
}

#[traced]
async fn holds_a_guard() {
    let span = tracing::info_span!("held");
    let _guard = span.enter();
    tokio::task::yield_now().await;
    tracing::info!("after");
}

#[test]
fn a_guard_held_over_an_await_does_not_leak_into_others() {
    let traces = with_layer(|_| {
        block_on(async {
            futures_util::join!(holds_a_guard(), async {
                spanwright::in_span("beside", || ());
            })
        });
    });
    let held = find(&traces, "held");
    assert_eq!(held.outcome, Outcome::Abandoned);
    assert_eq!(held.parent_span_id, Some(find(&traces, "holds_a_guard").span_id));
    assert_eq!(find(&traces, "beside").parent_span_id, None);
    assert_eq!(traces.spans().len(), 3, "{}", traces.tree());
}
