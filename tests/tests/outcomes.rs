//! How a span ended is told right: ok, error, cancelled, panicked, abandoned; and set by hand.

use futures_util::StreamExt;
use spanwright::testing::TestTraces;
use spanwright::{Outcome, Status, traced};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

#[traced]
async fn waits_for_ever() -> u8 {
    std::future::pending().await
}

#[traced]
async fn yields(times: u8) -> u8 {
    for _ in 0..times {
        tokio::task::yield_now().await;
    }
    times
}

#[test]
fn a_future_that_is_dropped_is_cancelled_and_one_never_polled_has_no_span() {
    let traces = TestTraces::start();
    drop(waits_for_ever());
    assert!(traces.spans().is_empty());
    let mut future = Box::pin(waits_for_ever());
    assert!(
        future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
    assert!(traces.spans().is_empty());
    drop(future);
    let span = traces.find("waits_for_ever").unwrap();
    assert_eq!(
        (span.outcome, span.status.clone()),
        (Outcome::Cancelled, Status::Unset)
    );
    assert_eq!(
        span.attribute("spanwright.outcome").unwrap().as_str(),
        Some("cancelled")
    );
}

#[tokio::test]
async fn ok_sets_no_status() {
    let traces = TestTraces::start();
    assert_eq!(yields(3).await, 3);
    let span = traces.find("yields").unwrap();
    assert_eq!((span.outcome, span.status), (Outcome::Ok, Status::Unset));
    assert!(span.attributes.is_empty());
}

#[test]
fn a_panic_is_told_and_goes_on() {
    #[traced]
    fn inner() {
        panic!("on purpose");
    }
    #[traced]
    fn outer() {
        inner();
    }
    let traces = TestTraces::start();
    let payload = std::panic::catch_unwind(outer).unwrap_err();
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"on purpose"));
    for name in ["inner", "outer"] {
        let span = traces.find(name).unwrap();
        assert_eq!(span.outcome, Outcome::Panicked, "{name}");
        assert!(matches!(span.status, Status::Error(_)));
        assert_eq!(span.attribute("error.type").unwrap().as_str(), Some("panic"));
    }
    assert_eq!(
        traces.spans().iter().map(|span| span.events.len()).sum::<usize>(),
        1
    );
}

#[test]
fn a_span_made_while_unwinding_is_not_a_panic() {
    #[traced]
    fn cleanup() {}
    struct Cleanup;
    impl Drop for Cleanup {
        fn drop(&mut self) {
            cleanup();
        }
    }
    let traces = TestTraces::start();
    let _ = std::panic::catch_unwind(|| {
        let _cleanup = Cleanup;
        panic!("on purpose");
    });
    assert_eq!(traces.find("cleanup").unwrap().outcome, Outcome::Ok);
}

#[test]
fn a_panicking_future_is_told() {
    #[traced]
    async fn breaks() {
        tokio::task::yield_now().await;
        panic!("on purpose");
    }
    let traces = TestTraces::start();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| runtime.block_on(breaks()))).unwrap_err();
    assert_eq!(traces.find("breaks").unwrap().outcome, Outcome::Panicked);
    assert!(!spanwright::Context::current().span().is_valid());
}

#[tokio::test]
async fn streams_end_with_their_last_item_or_are_abandoned() {
    #[traced]
    fn count(to: u64) -> impl futures_core::Stream<Item = u64> {
        futures_util::stream::iter(0..to)
    }
    let traces = TestTraces::start();
    assert_eq!(count(4).collect::<Vec<_>>().await, [0, 1, 2, 3]);
    let span = traces.find("count").unwrap();
    assert_eq!(span.outcome, Outcome::Ok);
    assert_eq!(
        span.attribute("spanwright.stream.items").unwrap().as_int(),
        Some(4)
    );
    traces.clear();
    {
        let mut stream = pin!(count(4));
        stream.next().await;
    }
    assert_eq!(traces.find("count").unwrap().outcome, Outcome::Abandoned);
    traces.clear();
    drop(count(1));
    assert!(traces.spans().is_empty());
}

#[test]
fn what_is_never_polled_is_not_open_either() {
    #[traced]
    fn returned() -> impl Future<Output = u8> {
        std::future::ready(1)
    }
    #[traced]
    fn streamed() -> impl futures_core::Stream<Item = u8> {
        futures_util::stream::pending()
    }
    let traces = TestTraces::start();
    let trace_id = spanwright::TraceId::random();
    let parent = spanwright::SpanContext {
        trace_id,
        span_id: spanwright::SpanId::random(),
        flags: spanwright::TraceFlags::SAMPLED,
        ..Default::default()
    };
    let open = || {
        spanwright::active_spans()
            .iter()
            .filter(|span| span.trace_id == trace_id)
            .count()
    };
    traces.context().with_span(parent).in_scope(|| {
        let (future, stream) = (returned(), streamed());
        assert_eq!(open(), 0);
        let (mut future, mut stream) = (Box::pin(future), Box::pin(stream));
        let mut context = Context::from_waker(Waker::noop());
        assert!(stream.poll_next_unpin(&mut context).is_pending());
        assert_eq!(open(), 1);
        assert!(future.as_mut().poll(&mut context).is_ready());
    });
    assert_eq!(open(), 0);
    assert_eq!(traces.spans().len(), 2);
}

#[test]
fn set_by_hand() {
    #[traced]
    fn told() -> u8 {
        spanwright::current().outcome(Outcome::Timeout);
        1
    }
    #[traced]
    fn swallowed() -> u8 {
        spanwright::current().error(&std::io::Error::other("no luck"));
        1
    }
    let traces = TestTraces::start();
    told();
    swallowed();
    let span = traces.find("told").unwrap();
    assert_eq!(
        (span.outcome, span.attribute("error.type").unwrap().as_str()),
        (Outcome::Timeout, Some("timeout"))
    );
    let span = traces.find("swallowed").unwrap();
    assert_eq!(span.status, Status::Error("no luck".into()));
    assert_eq!(span.events.len(), 1);
}

#[test]
fn time_out_errors_are_time_outs() {
    #[traced]
    fn late() -> std::io::Result<()> {
        Err(std::io::ErrorKind::TimedOut.into())
    }
    let traces = TestTraces::start();
    late().unwrap_err();
    assert_eq!(traces.find("late").unwrap().outcome, Outcome::Timeout);
}

#[tokio::test]
async fn a_time_out_below_another_error_is_one() {
    #[derive(Debug, thiserror::Error)]
    enum CallError {
        #[error("no answer")]
        Late(#[from] tokio::time::error::Elapsed),
        #[error("no answer")]
        Own(#[from] spanwright::TimedOut),
    }
    let moment = std::time::Duration::from_millis(1);
    #[traced]
    async fn theirs(moment: std::time::Duration) -> Result<(), CallError> {
        Ok(tokio::time::timeout(moment, std::future::pending()).await?)
    }
    #[traced]
    async fn ours(moment: std::time::Duration) -> Result<(), CallError> {
        Ok(spanwright::timeout(moment, std::future::pending()).await?)
    }
    let traces = TestTraces::start();
    theirs(moment).await.unwrap_err();
    ours(moment).await.unwrap_err();
    for name in ["theirs", "ours"] {
        assert_eq!(traces.find(name).unwrap().outcome, Outcome::Timeout, "{name}");
    }
}

#[tokio::test]
async fn spans_of_interleaved_futures_keep_their_own_children() {
    #[traced]
    fn leaf(#[capture] owner: &'static str) {
        let _ = owner;
    }
    #[traced(name = "task", capture(owner))]
    async fn task(owner: &'static str) {
        for _ in 0..3 {
            leaf(owner);
            tokio::task::yield_now().await;
        }
    }
    let traces = TestTraces::start();
    tokio::join!(task("a"), task("b"));
    let spans = traces.spans();
    for leaf in spans.iter().filter(|span| span.name == "leaf") {
        let parent = spans
            .iter()
            .find(|span| Some(span.span_id) == leaf.parent_span_id)
            .unwrap();
        assert_eq!(parent.attribute("owner"), leaf.attribute("owner"));
    }
    assert_eq!(spans.len(), 8);
}

#[test]
fn a_guard_that_is_leaked_in_a_poll_does_not_stay_current() {
    #[traced]
    async fn leaks() {
        std::mem::forget(spanwright::span!("leaked").enter());
        tokio::task::yield_now().await;
    }
    let traces = TestTraces::start();
    let mut future = Box::pin(leaks());
    assert!(
        future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
    assert!(!spanwright::current().is_recording());
    drop(future);
    assert_eq!(traces.find("leaked").unwrap().outcome, Outcome::Abandoned);
}
