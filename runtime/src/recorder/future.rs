//! Running a future in its span: current during each poll, ended when it is ready or dropped.

use super::Span;
use super::call::{enter, exit, prepare};
use super::finish::{self, Finish, finish};
use super::live::Live;
use crate::context::with_stack;
use crate::record::Outcome;
use std::future::Future;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

/// The span of a future between polls. One pointer, and as thread- and unwind-safe as the future itself.
struct Held(Option<AssertUnwindSafe<Box<Live>>>);

impl RefUnwindSafe for Held {}

impl UnwindSafe for Held {}

/// While a future is polled its span is on the stack; this brings it back, also when the poll unwinds.
struct Polling<'a> {
    held: &'a mut Held,
    ident: u64,
    depth: usize,
}

impl Held {
    #[inline]
    fn enter(&mut self) -> Option<Polling<'_>> {
        let live = self.0.take()?.0;
        if let Some(mirror) = &live.mirror {
            crate::bridge::out::enter(mirror);
        }
        let depth = with_stack(|stack| stack.depth()).unwrap_or(0);
        match enter(live) {
            Ok(ident) => Some(Polling {
                held: self,
                ident,
                depth,
            }),
            Err(live) => {
                self.0 = Some(AssertUnwindSafe(live));
                None
            }
        }
    }

    fn end(&mut self, outcome: Outcome) {
        if let Some(AssertUnwindSafe(live)) = self.0.take() {
            finish(live, outcome);
        }
    }
}

impl Drop for Polling<'_> {
    #[inline]
    fn drop(&mut self) {
        let Some(live) = exit(self.ident) else { return };
        // Guards that the future leaked in this poll would stay current for whatever is polled next.
        while let Some(leaked) = with_stack(|stack| stack.pop_above(self.depth)).flatten() {
            if let crate::context::Body::Live(leaked) = leaked.body {
                finish(leaked, Outcome::Abandoned);
            }
        }
        if let Some(mirror) = &live.mirror {
            crate::bridge::out::exit(mirror);
        }
        self.held.0 = Some(AssertUnwindSafe(live));
        if std::thread::panicking() && !self.held.0.as_ref().is_some_and(|live| live.0.panicking) {
            self.held.end(Outcome::Panicked);
        }
    }
}

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
            // Not ready and dropped: cancelled. A future that was ready has no span any more.
            this.project().held.end(Outcome::Cancelled);
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
pub fn future<F: Future, R: Finish<F::Output>>(mut span: Span, reader: R, future: F) -> InSpan<F, R> {
    let mut live = span.0.take();
    if let Some(live) = &mut live {
        prepare_future(live);
    }
    InSpan {
        future,
        held: Held(live.map(AssertUnwindSafe)),
        reader: Some(reader),
    }
}

/// Mirrors the span to `tracing` without entering it yet.
fn prepare_future(live: &mut Live) {
    prepare(live);
    if let Some(mirror) = &live.mirror {
        crate::bridge::out::exit(mirror);
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
        if let Poll::Ready(value) = &polled {
            if let (Some(AssertUnwindSafe(mut live)), Some(reader)) = (this.held.0.take(), this.reader.take())
            {
                finish::read(&mut live, reader, value);
                finish(live, Outcome::Ok);
            }
        }
        polled
    }
}

/// Calls a function body that may return early, without a closure in the macro's own text being called at once
/// (which would be taken for `FnMut` and refuse to give out what it captured).
#[inline]
pub fn once<R>(body: impl FnOnce() -> R) -> R {
    body()
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
                if let Some(AssertUnwindSafe(live)) = this.inner.project().held.0.take() {
                    live.recycle();
                }
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
        inner: future(span, reader, inner),
        polled: false,
    }
}

impl<F: Future, R: Finish<F::Output>> Future for ReturnedFuture<F, R> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        if !std::mem::replace(this.polled, true) {
            if let Some(AssertUnwindSafe(live)) = &mut this.inner.as_mut().project().held.0 {
                live.begin();
            }
        }
        this.inner.poll(cx)
    }
}
