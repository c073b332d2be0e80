//! Spans follow work to tasks, threads, pools and through channels, and know when time ran out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use rayon::prelude::*;
use spanwright::testing::TestTraces;
use spanwright::{
    Carrying, Context, JoinSetExt, Outcome, SpanRecord, Status, TimedOut, assert_trace, in_span, span,
};
use std::future::pending;
use std::time::Duration;
use tokio::task::JoinSet;

fn work() {
    in_span("work", || ());
}

/// One caller with `work` below it.
#[track_caller]
fn one_child(traces: &TestTraces) {
    assert_trace!(traces, "caller" => { "work" });
    traces.clear();
}

/// Two traces, and `work` points back.
#[track_caller]
fn one_link(traces: &TestTraces) {
    let (caller, work) = (traces.find("caller").unwrap(), traces.find("work").unwrap());
    assert_ne!(caller.trace_id, work.trace_id);
    assert_eq!(work.parent_span_id, None);
    let links: Vec<_> = work
        .links
        .iter()
        .map(|link| (link.trace_id, link.span_id))
        .collect();
    assert_eq!(links, [(caller.trace_id, caller.span_id)]);
    traces.clear();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks() {
    let traces = TestTraces::start();
    span!("caller")
        .instrument(async { spanwright::spawn(async { work() }).await.unwrap() })
        .await;
    one_child(&traces);
    span!("caller")
        .instrument(async { spanwright::spawn_blocking(work).await.unwrap() })
        .await;
    one_child(&traces);
    span!("caller")
        .instrument(async { spanwright::spawn_detached(async { work() }).await.unwrap() })
        .await;
    one_link(&traces);
    span!("caller")
        .instrument(async { spanwright::spawn_blocking_detached(work).await.unwrap() })
        .await;
    one_link(&traces);
}

#[tokio::test]
async fn local_tasks() {
    let traces = TestTraces::start();
    let local = tokio::task::LocalSet::new();
    let caller = span!("caller");
    let call = async { spanwright::spawn_local(async { work() }).await.unwrap() };
    local.run_until(caller.instrument(call)).await;
    one_child(&traces);
    let caller = span!("caller");
    let call = async { spanwright::spawn_local_detached(async { work() }).await.unwrap() };
    local.run_until(caller.instrument(call)).await;
    one_link(&traces);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn join_sets() {
    let traces = TestTraces::start();
    let call = async {
        let mut set = JoinSet::new();
        set.spawn_traced(async { work() });
        set.spawn_blocking_traced(work);
        set.join_all().await;
    };
    span!("caller").instrument(call).await;
    assert_trace!(traces, "caller" => { "work", "work" });
    traces.clear();
    let call = async {
        let mut set = JoinSet::new();
        set.spawn_traced_detached(async { work() });
        set.join_all().await;
    };
    span!("caller").instrument(call).await;
    one_link(&traces);
}

#[test]
fn threads() {
    let traces = TestTraces::start();
    in_span("caller", || spanwright::thread::spawn(work).join().unwrap());
    one_child(&traces);
    let builder = std::thread::Builder::new().name("worker".to_owned());
    in_span("caller", || {
        spanwright::thread::spawn_with(builder, work)
            .unwrap()
            .join()
            .unwrap()
    });
    one_child(&traces);
    in_span("caller", || {
        spanwright::thread::spawn_detached(work).join().unwrap()
    });
    one_link(&traces);
    let borrowed = [1, 2];
    in_span("caller", || {
        spanwright::thread::scope(|scope| {
            for item in &borrowed {
                scope.spawn(move || {
                    in_span("part", || scope.spawn(work).join().unwrap());
                    item
                });
            }
        });
    });
    assert_trace!(traces, "caller" => { "part" => { "work" }, "part" => { "work" } });
}

#[test]
fn rayon_pool() {
    let traces = TestTraces::start();
    in_span("caller", || {
        let sum: u32 = (0..4_u32)
            .into_par_iter()
            .map(spanwright::rayon::in_context(|n| in_span("work", || n)))
            .sum();
        assert_eq!(sum, 6);
    });
    assert_trace!(traces, "caller" => { "work", "work", "work", "work" });
    traces.clear();

    in_span("caller", || spanwright::rayon::join(work, work));
    assert_trace!(traces, "caller" => { "work", "work" });
    traces.clear();

    let (done, wait) = std::sync::mpsc::channel();
    let also = done.clone();
    in_span("caller", || {
        spanwright::rayon::spawn(move || {
            work();
            done.send(()).unwrap();
        });
        wait.recv().unwrap();
    });
    one_child(&traces);
    in_span("caller", || {
        spanwright::rayon::spawn_detached(move || {
            work();
            also.send(()).unwrap();
        });
        wait.recv().unwrap();
    });
    one_link(&traces);
}

#[test]
fn channels() {
    let traces = TestTraces::start();
    let (sender, receiver) = std::sync::mpsc::channel::<Carrying<u32>>();
    let worker = std::thread::spawn(move || {
        let (order, guard) = receiver.recv().unwrap().enter();
        work();
        drop(guard);
        let doubled = receiver.recv().unwrap().map(|order| order * 2).in_scope(|order| {
            work();
            order
        });
        assert!(!Context::current().span().is_valid());
        (order, doubled)
    });
    in_span("caller", || sender.send(Carrying::new(7)).unwrap());
    in_span("other", || sender.send(Carrying::detached(8)).unwrap());
    assert_eq!(worker.join().unwrap(), (7, 16));
    let spans = traces.spans();
    let named = |name| spans.iter().filter(move |span: &&SpanRecord| span.name == name);
    let (caller, other) = (named("caller").next().unwrap(), named("other").next().unwrap());
    let child = named("work")
        .find(|span| span.parent_span_id == Some(caller.span_id))
        .unwrap();
    assert_eq!(child.trace_id, caller.trace_id);
    let linked = named("work").find(|span| span.parent_span_id.is_none()).unwrap();
    assert_eq!(linked.links[0].span_id, other.span_id);
}

#[test]
fn what_flows_goes_along_when_detached() {
    let traces = TestTraces::start();
    let mut baggage = spanwright::propagate::Baggage::default();
    baggage.insert("tenant", "acme").unwrap();
    let tenant = Context::current().with_baggage(baggage).in_scope(|| {
        in_span("caller", || {
            let read = || {
                Context::current()
                    .baggage()
                    .unwrap()
                    .get("tenant")
                    .unwrap()
                    .to_owned()
            };
            spanwright::thread::spawn_detached(read).join().unwrap()
        })
    });
    assert_eq!(tenant, "acme");
    drop(traces);
}

#[tokio::test(start_paused = true)]
async fn spans_know_that_time_ran_out() {
    let traces = TestTraces::start();
    let slow = span!("outer").instrument(async { span!("inner").instrument(pending::<()>()).await });
    let answer = spanwright::timeout(Duration::from_secs(2), slow).await;
    let error: TimedOut = answer.unwrap_err();
    assert_eq!(
        (error.to_string(), error.after()),
        ("timed out after 2s".to_owned(), Duration::from_secs(2))
    );
    let spans = traces.spans();
    assert_eq!(spans.len(), 2);
    for span in &spans {
        assert_eq!(span.outcome, Outcome::Timeout, "{}", span.name);
        assert!(matches!(span.status, Status::Error(_)));
        assert_eq!(span.attribute("error.type"), Some(&"timeout".into()));
    }
}

#[tokio::test(start_paused = true)]
async fn other_drops_are_cancelled() {
    let traces = TestTraces::start();
    let slow = span!("cancelled").instrument(pending::<()>());
    let limited = spanwright::timeout(Duration::from_secs(60), slow);
    tokio::time::timeout(Duration::from_secs(1), limited)
        .await
        .unwrap_err();
    assert_eq!(traces.find("cancelled").unwrap().outcome, Outcome::Cancelled);

    let quick = span!("quick").instrument(async { 7 });
    assert_eq!(spanwright::timeout(Duration::from_secs(1), quick).await, Ok(7));
    assert_eq!(traces.find("quick").unwrap().outcome, Outcome::Ok);

    // The marker does not outlast the drop.
    let slow = span!("late").instrument(pending::<()>());
    spanwright::timeout(Duration::from_secs(1), pending::<()>())
        .await
        .unwrap_err();
    drop(Box::pin(async {
        tokio::time::timeout(Duration::from_secs(1), slow).await
    }));
    let after = span!("after").instrument(pending::<()>());
    tokio::time::timeout(Duration::from_secs(1), after)
        .await
        .unwrap_err();
    assert_eq!(traces.find("after").unwrap().outcome, Outcome::Cancelled);
}

#[test]
fn a_new_trace_knows_nothing_of_the_last() {
    let traces = TestTraces::start();
    in_span("caller", work);
    traces.clear();
    // `work` is built in the block of the former, which had a parent: the latest block is in use above it.
    in_span("holder", || traces.context().in_scope(work));
    let span = traces.find("work").unwrap();
    assert_eq!((span.parent_span_id, span.parent_is_remote), (None, false));
}
