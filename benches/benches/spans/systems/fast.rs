//! fastrace with a reporter that drops. Its properties are strings: the integers are formatted, as its users must.

use super::{Ready, Work, arguments};
use crate::case::{Case, POLLS};
use crate::turns::{Turns, drive};
use fastrace::collector::{Config, Reporter, SpanRecord};
use fastrace::local::LocalSpan;
use fastrace::prelude::{Span, SpanContext, trace};
use std::borrow::Cow;
use std::hint::black_box;

pub(super) fn set_up(case: Case) -> Ready {
    fastrace::set_reporter(Dropped, Config::default());
    Ok(Box::new(Fast(case)))
}

/// Takes every span and forgets it.
struct Dropped;

impl Reporter for Dropped {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        black_box(spans.len());
    }
}

struct Fast(Case);

impl Work for Fast {
    fn requests(&self, count: usize) {
        for _ in 0..count {
            if self.0 == Case::Disabled {
                // It has no switch; what costs least is to have no root (without a reporter it records all the same).
                request(self.0.children());
                continue;
            }
            let parent = SpanContext::random().sampled(self.0 != Case::Unsampled);
            let root = Span::root("request", parent);
            let _guard = root.set_local_parent();
            match self.0 {
                Case::Bare => bare_request(self.0.children()),
                Case::Attributes | Case::Unsampled | Case::Disabled | Case::Threads => {
                    request(self.0.children());
                }
                Case::Poll1 => drive(third()),
                Case::Poll3 => drive(first()),
            }
        }
    }

    fn flush(&self) {
        fastrace::flush();
    }
}

#[inline(never)]
fn request(children: usize) {
    let given = arguments();
    for number in 0..children {
        child(given.user, given.query, number as i64, given.bytes);
    }
}

#[inline(never)]
fn child(user: &'static str, query: &'static str, items: i64, bytes: i64) {
    let _span = LocalSpan::enter_with_local_parent("child").with_properties(|| {
        [
            ("user", Cow::Borrowed(user)),
            ("query", Cow::Borrowed(query)),
            ("items", Cow::Owned(items.to_string())),
            ("bytes", Cow::Owned(bytes.to_string())),
        ]
    });
    black_box(items);
}

#[inline(never)]
fn bare_request(children: usize) {
    for number in 0..children {
        bare_child(number as i64);
    }
}

#[trace(short_name = true)]
#[inline(never)]
fn bare_child(items: i64) {
    black_box(items);
}

#[trace(short_name = true)]
async fn first() {
    second().await;
}

#[trace(short_name = true)]
async fn second() {
    third().await;
}

#[trace(short_name = true)]
async fn third() {
    Turns(POLLS).await;
}
