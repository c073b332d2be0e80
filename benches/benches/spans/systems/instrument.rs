//! `#[tracing::instrument]` on four subscribers: a bare registry, `tracing-opentelemetry` with and without log lines, and
//! `spanwright::layer()`.

use super::by_hand::provider;
use super::{Ready, Work, arguments, ours};
use crate::case::{Case, POLLS};
use crate::turns::{Turns, drive};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use spanwright::Guard;
use std::hint::black_box;
use std::time::Duration;
use tracing::instrument;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::{Layer, SubscriberExt};

pub(super) fn set_up_bare(case: Case) -> Ready {
    tracing::subscriber::set_global_default(tracing_subscriber::registry())?;
    Ok(Box::new(Instrumented(case, Behind::Nothing)))
}

pub(super) fn set_up_opentelemetry(case: Case) -> Ready {
    opentelemetry(case, false)
}

pub(super) fn set_up_opentelemetry_with_logs(case: Case) -> Ready {
    opentelemetry(case, true)
}

pub(super) fn set_up_through_ours(case: Case) -> Ready {
    let guard = ours::builder().install_subscriber(false).init()?;
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(spanwright::layer()))?;
    Ok(Box::new(Instrumented(case, Behind::Ours(guard))))
}

fn opentelemetry(case: Case, logs: bool) -> Ready {
    let provider = provider(case);
    let filter = match case {
        Case::Disabled => LevelFilter::OFF,
        _ => LevelFilter::INFO,
    };
    let spans = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("benches"))
        .with_filter(filter);
    let lines = logs.then(|| {
        tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_filter(LevelFilter::INFO)
    });
    let subscriber = tracing_subscriber::registry().with(spans).with(lines);
    tracing::subscriber::set_global_default(subscriber)?;
    Ok(Box::new(Instrumented(case, Behind::Provider(provider))))
}

enum Behind {
    Nothing,
    Provider(SdkTracerProvider),
    Ours(Guard),
}

struct Instrumented(Case, Behind);

impl Work for Instrumented {
    fn requests(&self, count: usize) {
        for _ in 0..count {
            match self.0 {
                Case::Bare => bare_request(self.0.children()),
                Case::Attributes | Case::Unsampled | Case::Disabled | Case::Threads => {
                    request(self.0.children());
                }
                Case::Poll1 => poll_one(),
                Case::Poll3 => poll_three(),
            }
        }
    }

    fn flush(&self) {
        match &self.1 {
            Behind::Nothing => {}
            Behind::Provider(provider) => {
                let flushed = provider.force_flush();
                assert!(flushed.is_ok(), "the flush failed: {flushed:?}");
            }
            Behind::Ours(guard) => {
                let report = guard.flush(Duration::from_secs(10));
                assert_eq!(report.undelivered(), 0, "spans were lost: {report}");
            }
        }
    }
}

#[instrument(skip_all)]
#[inline(never)]
fn request(children: usize) {
    let given = arguments();
    for number in 0..children {
        child(given.user, given.query, number as i64, given.bytes);
    }
}

#[instrument(skip_all, fields(user = user, query = query, items = items, bytes = bytes))]
#[inline(never)]
fn child(user: &'static str, query: &'static str, items: i64, bytes: i64) {
    black_box(items);
}

#[instrument(skip_all)]
#[inline(never)]
fn bare_request(children: usize) {
    for number in 0..children {
        bare_child(number as i64);
    }
}

#[instrument(skip_all)]
#[inline(never)]
fn bare_child(items: i64) {
    black_box(items);
}

#[instrument]
fn poll_one() {
    drive(third());
}

#[instrument]
fn poll_three() {
    drive(first());
}

#[instrument]
async fn first() {
    second().await;
}

#[instrument]
async fn second() {
    third().await;
}

#[instrument]
async fn third() {
    Turns(POLLS).await;
}
