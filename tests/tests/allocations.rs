//! In steady state the recorder allocates nothing on the caller's thread.

use spanwright::{Batch, Delivered, DeliveryError, Destination, traced};
use std::borrow::Cow;
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

struct Nowhere;

impl Destination for Nowhere {
    fn name(&self) -> Cow<'static, str> {
        "nowhere".into()
    }
    fn deliver(&mut self, _: &Batch) -> Result<Delivered, DeliveryError> {
        Ok(Delivered::default())
    }
}

#[traced(capture(name, place, count, size))]
fn leaf(name: &str, place: &str, count: u32, size: i64) -> u32 {
    black_box((name, place, size));
    count
}

fn evaluated() -> u8 {
    panic!("evaluated")
}

#[traced]
fn bare() {}

#[traced]
async fn waits(times: u32) -> Result<u32, std::fmt::Error> {
    for _ in 0..times {
        let mut polled = false;
        std::future::poll_fn(|_| match std::mem::replace(&mut polled, true) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }
    Ok(times)
}

fn poll_to_the_end() {
    let mut future = pin!(waits(3));
    while future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
        .is_pending()
    {}
}

#[traced]
fn request() {
    for count in 0..10 {
        leaf("name", "a place that is longer", count, 7);
        bare();
    }
}

/// One test for all cases: they share the process's pipeline.
#[test]
fn nothing_is_allocated_in_steady_state() {
    let guard = spanwright::builder("allocations")
        .destination(Nowhere)
        .delay(Duration::from_millis(1))
        .install_subscriber(false)
        .init()
        .unwrap();
    // A thread's first spans take a chunk of 4 KiB, a block and a slot.
    let first = std::thread::spawn(|| allocation_counter::measure(bare)).join();
    let bytes = first.unwrap().bytes_max;
    assert!(
        (4096..8192).contains(&bytes),
        "{bytes} bytes for the first span of a thread"
    );

    let cases: [(&str, fn()); 2] = [("synchronous", request), ("asynchronous", poll_to_the_end)];
    for (name, run) in cases {
        // Pools and buffers fill; the chunks of this thread come back from the pipeline.
        for _ in 0..2_000 {
            run();
        }
        guard.flush(Duration::from_secs(5)).into_result().unwrap();
        let counted = allocation_counter::measure(|| {
            for _ in 0..20 {
                run();
            }
        });
        assert_eq!(counted.count_total, 0, "{name}: {counted:?}");
    }

    // Off: nothing either, and attributes are not evaluated.
    #[traced(fields(never = evaluated()))]
    fn off() {
        black_box(());
    }
    spanwright::set_filter("allocations=off".parse().unwrap());
    off();
    let counted = allocation_counter::measure(|| (0..100).for_each(|_| off()));
    assert_eq!(counted.count_total, 0, "off: {counted:?}");
    guard.shutdown(Duration::from_secs(5)).into_result().unwrap();
}

#[test]
fn below_an_unsampled_root_nothing_is_allocated_or_evaluated() {
    #[traced(fields(never = evaluated()))]
    fn child() {
        black_box(());
    }
    let unsampled = spanwright::SpanContext {
        trace_id: spanwright::TraceId::random(),
        span_id: spanwright::SpanId::random(),
        ..Default::default()
    };
    spanwright::Context::new().with_span(unsampled).in_scope(|| {
        // At its first call a site is registered.
        child();
        let counted = allocation_counter::measure(|| (0..100).for_each(|_| child()));
        assert_eq!(counted.count_total, 0, "{counted:?}");
        assert!(!spanwright::current().is_recording());
    });
}
