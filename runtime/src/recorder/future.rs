//! Running a future in its span: current during each poll, ended when it is ready or dropped.

use super::Span;
use super::deadline;
use super::finish::{Finish, Picked};
use super::held::Held;
use crate::record::Outcome;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project_lite::pin_project! {
    /// A future in its span; made by the macros and by `Span::instrument`.
    #[must_use = "futures do nothing unless polled"]
    pub struct InSpan<F, R> {
        #[pin]
        future: F,
        held: Held,
        reader: Option<R>,
    }
    impl<F, R> PinnedDrop for InSpan<F, R> {
        fn drop(this: Pin<&mut Self>) {
            // Not ready and dropped: cancelled, or out of time. A future that was ready has no span any more.
            this.project().held.end(deadline::outcome_of_drop(Outcome::Cancelled));
        }
    }
}

impl<F, R> std::fmt::Debug for InSpan<F, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InSpan")
    }
}

/// Polls `future` in the span; the span has started already.
#[inline]
pub fn future<F: Future, R: Finish<F::Output>>(span: Span, reader: R, future: F) -> InSpan<F, R> {
    in_held(Held::new(span), reader, future)
}

/// As [`future`], where the result's type cannot be named: the reader is picked from the result itself.
#[inline]
pub fn future_by_value<F: Future, R: Finish<F::Output>, P: FnOnce(&F::Output) -> R>(
    span: Span,
    pick: P,
    inner: F,
) -> InSpan<F, Picked<P>> {
    future(span, Picked(pick), inner)
}

fn in_held<F: Future, R: Finish<F::Output>>(held: Held, reader: R, future: F) -> InSpan<F, R> {
    InSpan {
        future,
        held,
        reader: Some(reader),
    }
}

impl<F: Future, R: Finish<F::Output>> Future for InSpan<F, R> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let polling = this.held.enter();
        let polled = this.future.poll(cx);
        drop(polling);
        if let Poll::Ready(value) = &polled
            && let Some(reader) = this.reader.take()
        {
            this.held.read(reader, value);
            this.held.end(Outcome::Ok);
        }
        polled
    }
}

pin_project_lite::pin_project! {
    /// A returned future in its span, which begins at the first poll.
    #[must_use = "futures do nothing unless polled"]
    pub struct ReturnedFuture<F, R> {
        #[pin]
        inner: InSpan<F, R>,
        polled: bool,
    }
    impl<F, R> PinnedDrop for ReturnedFuture<F, R> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if !*this.polled {
                // Never polled: there was no span.
                this.inner.project().held.discard();
            }
        }
    }
}

impl<F, R> std::fmt::Debug for ReturnedFuture<F, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReturnedFuture")
    }
}

/// Polls a future that a function returned in the span; the span begins at the first poll.
#[inline]
pub fn returned_future<F: Future, R: Finish<F::Output>>(
    span: Span,
    reader: R,
    inner: F,
) -> ReturnedFuture<F, R> {
    ReturnedFuture {
        inner: in_held(Held::before_begin(span), reader, inner),
        polled: false,
    }
}

impl<F: Future, R: Finish<F::Output>> Future for ReturnedFuture<F, R> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        if !std::mem::replace(this.polled, true) {
            this.inner.as_mut().project().held.begin();
        }
        this.inner.poll(cx)
    }
}
