//! The span of a function that gives a stream only when it is done: it goes on from the function, or its future, to the
//! stream, and is neither's alone.

use super::Span;
use super::call::Scope;
use super::deadline;
use super::finish::{End, Finish};
use super::held::Held;
use super::stream::{EachItem, InSpanStream, ReadItems, begun_with};
use crate::record::Outcome;
use futures_core::Stream;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The span of a function that is done, for the stream that it gave: ends with that, or when this is dropped.
#[must_use = "the span ends when this is dropped"]
pub struct Opening(Held);

impl Opening {
    pub(super) fn into_held(mut self) -> Held {
        self.0.take()
    }

    /// Writes into the span, unless it is not recorded.
    pub(crate) fn write(&mut self, write: impl FnOnce(&mut End<'_>)) {
        self.0.write(write);
    }
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opening")
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        self.0.end(Outcome::Ok);
    }
}

pin_project_lite::pin_project! {
    /// A future in its span, which outlives it: the stream that it gives goes on with it.
    #[must_use = "futures do nothing unless polled"]
    pub struct OpeningFuture<F, R> {
        #[pin]
        future: F,
        held: Held,
        reader: Option<R>,
        begun: bool,
    }
    impl<F, R> PinnedDrop for OpeningFuture<F, R> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if *this.begun {
                this.held.end(deadline::outcome_of_drop(Outcome::Cancelled));
            } else {
                this.held.discard();
            }
        }
    }
}

impl<F, R> std::fmt::Debug for OpeningFuture<F, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpeningFuture")
    }
}

/// Polls `future`, which gives a stream, in the span; the span has started already.
pub fn opening<F: Future, R: Finish<F::Output>>(span: Span, reader: R, future: F) -> OpeningFuture<F, R> {
    OpeningFuture {
        future,
        held: Held::new(span),
        reader: Some(reader),
        begun: true,
    }
}

/// As [`opening`], for a future that a function returned: the span begins at its first poll.
pub fn returned_opening<F: Future, R: Finish<F::Output>>(
    span: Span,
    reader: R,
    future: F,
) -> OpeningFuture<F, R> {
    OpeningFuture {
        future,
        held: Held::before_begin(span),
        reader: Some(reader),
        begun: false,
    }
}

impl<F: Future, R: Finish<F::Output>> Future for OpeningFuture<F, R> {
    type Output = (F::Output, Opening);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if !std::mem::replace(this.begun, true) {
            this.held.begin();
        }
        let polling = this.held.enter();
        let polled = this.future.poll(cx);
        drop(polling);
        polled.map(|value| {
            if let Some(reader) = this.reader.take() {
                this.held.read(reader, &value);
            }
            (value, Opening(this.held.take()))
        })
    }
}

/// Leaves the span of a function that is done, and goes on with it.
pub fn opened_by<T>(scope: Scope, reader: impl Finish<T>, value: T) -> (T, Opening) {
    let mut held = Held::left(scope.into_live());
    held.read(reader, &value);
    (value, Opening(held))
}

/// Polls the stream that a function gave in the function's span, which ends with the last item.
pub fn opened<S: Stream, R: Finish<S::Item> + Clone>(
    opening: Opening,
    reader: R,
    stream: S,
) -> InSpanStream<S, EachItem<R>> {
    begun_with(opening.into_held(), EachItem::new(reader), stream)
}

/// As [`opened`], with a reader that keeps state from item to item.
pub(crate) fn opened_with<S: Stream, R: ReadItems<S::Item>>(
    opening: Opening,
    reader: R,
    stream: S,
) -> InSpanStream<S, R> {
    begun_with(opening.into_held(), reader, stream)
}
