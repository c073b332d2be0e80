//! A future that takes turns, and the loop that gives them.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// Is pending this many times.
#[derive(Debug)]
pub(crate) struct Turns(pub(crate) usize);

impl Future for Turns {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = std::hint::black_box(left);
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

/// Polls until it is ready.
pub(crate) fn drive(future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    while future.as_mut().poll(&mut context).is_pending() {}
}
