//! The functions without any annotation: what the loop itself costs.

use super::{Ready, Work, arguments};
use crate::case::{Case, POLLS};
use crate::turns::{Turns, drive};
use std::hint::black_box;

pub(super) fn set_up(case: Case) -> Ready {
    Ok(Box::new(Plain(case)))
}

struct Plain(Case);

impl Work for Plain {
    fn requests(&self, count: usize) {
        for _ in 0..count {
            match self.0 {
                Case::Poll1 => drive(third()),
                Case::Poll3 => drive(first()),
                case => request(case.children()),
            }
        }
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
fn child(_user: &'static str, _query: &'static str, items: i64, _bytes: i64) {
    black_box(items);
}

async fn first() {
    second().await;
}

async fn second() {
    third().await;
}

async fn third() {
    Turns(POLLS).await;
}
