//! Running a stream or an iterator in its span: current while an item is made, ended with the last one.

use super::Span;
use super::deadline;
use super::finish::{End, Finish, protect};
use super::held::Held;
use crate::record::Outcome;
use crate::semconv;
use futures_core::Stream;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Reads the items of a stream as they pass.
pub(crate) trait ReadItems<T> {
    /// Called with each item; says whether it counts as one.
    fn item(&mut self, item: &T, end: &mut End<'_>) -> bool;
    /// Called once, at the end or when the stream is dropped.
    fn end(&mut self, _: &mut End<'_>) {}
}

/// Reads each item as a function's result is read.
#[derive(Debug)]
pub struct EachItem<R>(R);

impl<R> EachItem<R> {
    pub(super) fn new(reader: R) -> Self {
        Self(reader)
    }
}

impl<T, R: Finish<T> + Clone> ReadItems<T> for EachItem<R> {
    fn item(&mut self, item: &T, end: &mut End<'_>) -> bool {
        self.0.clone().finish(item, end);
        true
    }
}

/// The span of a stream or an iterator, which begins with the first item.
struct Items {
    held: Held,
    begun: bool,
    count: u64,
}

impl Items {
    fn new(span: Span) -> Self {
        Self {
            held: Held::before_begin(span),
            begun: false,
            count: 0,
        }
    }

    /// Of a span that began before the first item.
    fn begun(held: Held) -> Self {
        Self {
            held,
            begun: true,
            count: 0,
        }
    }

    /// Makes one item in the span.
    fn step<T>(&mut self, make: impl FnOnce() -> T) -> T {
        if !std::mem::replace(&mut self.begun, true) {
            self.held.begin();
        }
        let count = self.count;
        let _current = self.held.enter().map(|polling| polling.after_items(count));
        make()
    }

    fn read<T>(&mut self, reader: &mut impl ReadItems<T>, item: &T) {
        let mut counts = true;
        self.held.write(|end| {
            protect(|| counts = reader.item(item, end));
        });
        self.count += u64::from(counts);
    }

    fn read_end<T>(&mut self, reader: &mut impl ReadItems<T>) {
        self.held.write(|end| {
            protect(|| reader.end(end));
        });
    }

    fn close(&mut self, outcome: Outcome) {
        if !self.begun {
            // Never polled: there was no span.
            return self.held.discard();
        }
        let count = self.count;
        self.held.write(|end| end.set(semconv::STREAM_ITEMS, &count));
        self.held.end(outcome);
    }
}

pin_project_lite::pin_project! {
    /// A stream in its span; made by the macros.
    #[must_use = "streams do nothing unless polled"]
    pub struct InSpanStream<S, R>
    where
        S: Stream,
        R: ReadItems<S::Item>,
    {
        #[pin]
        stream: S,
        items: Items,
        reader: R,
    }
    impl<S: Stream, R: ReadItems<S::Item>> PinnedDrop for InSpanStream<S, R> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if this.items.begun {
                this.items.read_end(this.reader);
            }
            this.items.close(deadline::outcome_of_drop(Outcome::Abandoned));
        }
    }
}

impl<S: Stream, R: ReadItems<S::Item>> std::fmt::Debug for InSpanStream<S, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InSpanStream")
    }
}

/// Polls `stream` in the span, which begins with the first poll and ends with the last item.
pub fn stream<S: Stream, R: Finish<S::Item> + Clone>(
    span: Span,
    reader: R,
    stream: S,
) -> InSpanStream<S, EachItem<R>> {
    stream_with(span, EachItem(reader), stream)
}

/// As [`stream`], with a reader that keeps state from item to item.
pub(crate) fn stream_with<S: Stream, R: ReadItems<S::Item>>(
    span: Span,
    reader: R,
    stream: S,
) -> InSpanStream<S, R> {
    InSpanStream {
        stream,
        items: Items::new(span),
        reader,
    }
}

/// Polls `stream` in a span that has begun.
pub(super) fn begun_with<S: Stream, R: ReadItems<S::Item>>(
    held: Held,
    reader: R,
    stream: S,
) -> InSpanStream<S, R> {
    InSpanStream {
        stream,
        items: Items::begun(held),
        reader,
    }
}

impl<S: Stream, R: ReadItems<S::Item>> Stream for InSpanStream<S, R> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let stream = this.stream;
        let polled = this.items.step(|| stream.poll_next(cx));
        match &polled {
            Poll::Ready(Some(item)) => this.items.read(this.reader, item),
            Poll::Ready(None) => {
                this.items.read_end(this.reader);
                this.items.close(Outcome::Ok);
            }
            Poll::Pending => {}
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

/// An iterator in its span; made by `#[traced(items)]`.
pub struct InSpanItems<I: Iterator, R: Finish<I::Item> + Clone> {
    iterator: I,
    items: Items,
    reader: EachItem<R>,
}

impl<I: Iterator, R: Finish<I::Item> + Clone> std::fmt::Debug for InSpanItems<I, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InSpanItems")
    }
}

/// Runs `iterator` in the span, which begins with the first item and ends after the last.
pub fn items<I: Iterator, R: Finish<I::Item> + Clone>(
    span: Span,
    reader: R,
    iterator: I,
) -> InSpanItems<I, R> {
    InSpanItems {
        iterator,
        items: Items::new(span),
        reader: EachItem(reader),
    }
}

impl<I: Iterator, R: Finish<I::Item> + Clone> Iterator for InSpanItems<I, R> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        let iterator = &mut self.iterator;
        let item = self.items.step(|| iterator.next());
        match &item {
            Some(item) => self.items.read(&mut self.reader, item),
            None => self.items.close(Outcome::Ok),
        }
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.iterator.size_hint()
    }
}

impl<I: Iterator, R: Finish<I::Item> + Clone> Drop for InSpanItems<I, R> {
    fn drop(&mut self) {
        self.items.close(Outcome::Abandoned);
    }
}
