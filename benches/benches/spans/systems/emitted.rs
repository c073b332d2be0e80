//! emit with an emitter that drops on the caller's thread: no batch, no encoding, so a lower bound of what it costs.

use super::{Ready, Work, arguments};
use crate::case::Case;
use std::hint::black_box;

pub(super) fn set_up(case: Case) -> Ready {
    let on = case != Case::Disabled;
    let _runtime = emit::setup()
        .emit_to(emit::emitter::from_fn(|event| {
            black_box(event.extent());
        }))
        .emit_when(emit::filter::from_fn(move |_| on))
        .init();
    Ok(Box::new(Emitted(case)))
}

struct Emitted(Case);

impl Work for Emitted {
    fn requests(&self, count: usize) {
        for _ in 0..count {
            match self.0 {
                Case::Bare => bare_request(self.0.children()),
                _ => request(self.0.children()),
            }
        }
    }
}

#[emit::span("request")]
#[inline(never)]
fn request(children: usize) {
    let given = arguments();
    for number in 0..children {
        child(given.user, given.query, number as i64, given.bytes);
    }
}

#[emit::span("child", user, query, items, bytes)]
#[inline(never)]
fn child(user: &'static str, query: &'static str, items: i64, bytes: i64) {
    black_box(items);
}

#[emit::span("bare_request")]
#[inline(never)]
fn bare_request(children: usize) {
    for number in 0..children {
        bare_child(number as i64);
    }
}

#[emit::span("bare_child")]
#[inline(never)]
fn bare_child(items: i64) {
    black_box(items);
}
