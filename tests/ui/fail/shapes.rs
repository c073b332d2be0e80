//! Options that do not go with the function.

use futures_core::Stream;
use futures_util::stream::{self, FusedStream};
use spanwright::traced;
use std::future::Future;

#[traced(stream)]
fn no_stream() -> u32 {
    7
}

#[traced(future)]
fn nothing_returned() {}

#[traced(stream)]
async fn async_stream() -> Vec<u8> {
    Vec::new()
}

#[traced(stream, future)]
fn both() -> Vec<u8> {
    Vec::new()
}

#[traced(items)]
fn no_iterator() -> Vec<u8> {
    Vec::new()
}

#[traced]
fn lost_clone() -> impl Stream<Item = u8> + Clone {
    stream::iter([7])
}

#[traced]
fn lost_fused() -> impl FusedStream<Item = u8> {
    stream::empty()
}

#[traced]
fn lost_on_a_future() -> impl Future<Output = u8> + Clone {
    std::future::ready(7)
}

#[traced(items)]
fn lost_on_an_iterator() -> impl Iterator<Item = u8> + ExactSizeIterator {
    [7].into_iter()
}

#[traced(new_root, parent = span)]
fn root_and_parent(span: spanwright::Context) {
    let _ = span;
}

fn main() {}
