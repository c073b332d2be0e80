//! Traces that are not sampled and yet kept, since their local root failed or was slow.

#![allow(clippy::unwrap_used, reason = "a test may")]

use spanwright::{
    Batch, Context, Delivered, DeliveryError, Destination, DropReason, Guard, Sampler, SpanRecord, traced,
};
use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Clone, Default)]
struct Collected(Arc<Mutex<Vec<SpanRecord>>>);

impl Destination for Collected {
    fn name(&self) -> Cow<'static, str> {
        "collected".into()
    }

    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        self.0.lock().unwrap().extend(batch.spans.iter().cloned());
        Ok(Delivered::default())
    }
}

impl Collected {
    /// What has arrived since the last call, by name; all of it must be marked, and of the flag 0.
    fn take(&self, guard: &Guard) -> Vec<String> {
        assert!(guard.flush(Duration::from_secs(10)).complete);
        let spans = std::mem::take(&mut *self.0.lock().unwrap());
        let mut names = Vec::new();
        for span in spans {
            assert!(span.attribute("spanwright.promoted").is_some(), "{span:?}");
            assert_eq!(span.flags.to_byte() & 1, 0);
            names.push(span.name.into_owned());
        }
        names
    }
}

#[traced]
fn request(fail: bool) -> Result<String, std::fmt::Error> {
    let sent = query();
    let context = Context::current();
    let other = std::thread::spawn(move || context.in_scope(other_thread));
    assert_eq!(other.join().unwrap(), 1);
    if fail { Err(std::fmt::Error) } else { Ok(sent) }
}

/// What a call from here would say in its headers.
#[traced]
fn query() -> String {
    let mut headers: Vec<(String, String)> = Vec::new();
    spanwright::propagate::inject(&mut headers);
    let parent = headers.into_iter().find(|(name, _)| name == "traceparent");
    parent.unwrap().1
}

#[traced]
fn other_thread() -> u8 {
    1
}

#[traced]
fn slow() {
    query();
    std::thread::sleep(Duration::from_millis(60));
}

#[traced]
fn open_at_the_end(guard: Guard) -> spanwright::Report {
    query();
    assert_eq!(spanwright::active_spans().len(), 1);
    guard.shutdown(Duration::from_secs(10))
}

#[test]
fn failed_and_slow_traces_are_kept_and_all_spans_accounted_for() {
    let collected = Collected::default();
    let sampler = Sampler::always_off()
        .keep_errors()
        .slower_than(Duration::from_millis(50));
    let guard = spanwright::builder("kept")
        .sampler(sampler)
        .destination(collected.clone())
        .install_subscriber(false)
        .init()
        .unwrap();

    let sent = request(false).unwrap();
    // Random, not sampled.
    assert!(sent.ends_with("-02"), "{sent}");
    assert!(collected.take(&guard).is_empty());
    assert_eq!(guard.health().dropped[&DropReason::NotSampled], 3);

    assert!(request(true).is_err());
    assert_eq!(collected.take(&guard), ["query", "other_thread", "request"]);

    slow();
    assert_eq!(collected.take(&guard), ["query", "slow"]);

    let report = open_at_the_end(guard);
    assert!(collected.0.lock().unwrap().is_empty());
    let health = &report.health;
    assert_eq!(health.dropped[&DropReason::NotSampled], 5, "{health:?}");
    assert_eq!((health.ended, health.recorded), (10, 5), "{health:?}");
    assert_eq!((health.held, health.pending), (0, 0));
    assert!(report.into_result().is_ok());
}
