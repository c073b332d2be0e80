//! Spanwright, with its pipeline running and a destination that counts and drops.

use super::{Ready, Work, arguments};
use crate::case::{Case, POLLS};
use crate::turns::{Turns, drive};
use spanwright::{Batch, Builder, Delivered, DeliveryError, Destination, Guard, Sampler, Signals, traced};
use std::borrow::Cow;
use std::hint::black_box;
use std::time::Duration;

pub(super) fn set_up(case: Case) -> Ready {
    start(case, builder().install_subscriber(false))
}

pub(super) fn set_up_with_logs(case: Case) -> Ready {
    start(case, builder())
}

pub(super) fn set_up_with_tracing_spans(case: Case) -> Ready {
    start(case, builder().tracing_spans(true))
}

pub(super) fn builder() -> Builder {
    spanwright::builder("benches").destination(Dropped)
}

fn start(case: Case, builder: Builder) -> Ready {
    let builder = match case {
        Case::Unsampled => builder.sampler(Sampler::always_off()),
        Case::Disabled => builder.trace_filter("off"),
        _ => builder,
    };
    let guard = builder.init()?;
    Ok(Box::new(Ours { case, guard }))
}

/// Takes every span and forgets it.
struct Dropped;

impl Destination for Dropped {
    fn name(&self) -> Cow<'static, str> {
        "dropped".into()
    }

    fn signals(&self) -> Signals {
        Signals::TRACES
    }

    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        black_box(batch.spans.len());
        Ok(Delivered::default())
    }
}

struct Ours {
    case: Case,
    guard: Guard,
}

impl Work for Ours {
    fn requests(&self, count: usize) {
        for _ in 0..count {
            match self.case {
                Case::Bare => bare_request(self.case.children()),
                Case::Attributes | Case::Unsampled | Case::Disabled | Case::Threads => {
                    request(self.case.children());
                }
                Case::Poll1 => poll_one(),
                Case::Poll3 => poll_three(),
            }
        }
    }

    fn flush(&self) {
        let report = self.guard.flush(Duration::from_secs(10));
        assert_eq!(report.undelivered(), 0, "spans were lost: {report}");
    }
}

#[traced]
#[inline(never)]
fn request(children: usize) {
    let given = arguments();
    for number in 0..children {
        child(given.user, given.query, number as i64, given.bytes);
    }
}

#[traced(capture(user, query, items, bytes))]
#[inline(never)]
fn child(user: &'static str, query: &'static str, items: i64, bytes: i64) {
    black_box(items);
}

#[traced]
#[inline(never)]
fn bare_request(children: usize) {
    for number in 0..children {
        bare_child(number as i64);
    }
}

#[traced]
#[inline(never)]
fn bare_child(items: i64) {
    black_box(items);
}

#[traced]
fn poll_one() {
    drive(third());
}

#[traced]
fn poll_three() {
    drive(first());
}

#[traced]
async fn first() {
    second().await;
}

#[traced]
async fn second() {
    third().await;
}

#[traced]
async fn third() {
    Turns(POLLS).await;
}
