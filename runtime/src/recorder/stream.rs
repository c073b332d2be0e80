//! Running a stream or an iterator in its span: current while an item is made, ended with the last one.

use super::Span;
use super::call::{enter, exit, prepare};
use super::deadline;
use super::finish::{End, Finish, finish, protect};
use super::live::Live;
use crate::record::Outcome;
use crate::semconv;
use futures_core::Stream;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Reads the items of a stream as they pass.
pub(crate) trait ReadItems<T> {
    /// Called with each item.
    fn item(&mut self, item: &T, end: &mut End<'_>);
    /// Called once, at the end or when the stream is dropped.
    fn end(&mut self, _: &mut End<'_>) {}
}

/// Reads each item as a function's result is read.
#[derive(Debug)]
pub struct EachItem<R>(R);

impl<T, R: Finish<T> + Clone> ReadItems<T> for EachItem<R> {
    fn item(&mut self, item: &T, end: &mut End<'_>) {
        self.0.clone().finish(item, end);
    }
}

/// The span of a stream between polls.
struct Held {
    live: Option<AssertUnwindSafe<Box<Live>>>,
    begun: bool,
    items: u64,
}

impl RefUnwindSafe for Held {}

impl UnwindSafe for Held {}

impl Held {
    fn new(span: &mut Span) -> Self {
        Self {
            live: span.0.take().map(AssertUnwindSafe),
            begun: false,
            items: 0,
        }
    }

    /// Makes one item in the span.
    fn step<T>(&mut self, make: impl FnOnce() -> T) -> T {
        let Some(AssertUnwindSafe(mut live)) = self.live.take() else {
            return make();
        };
        if !std::mem::replace(&mut self.begun, true) {
            live.begin();
            prepare(&mut live);
        } else if let Some(mirror) = &live.mirror {
            crate::bridge::out::enter(mirror);
        }
        struct Leave<'a>(&'a mut Held, u64);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                let Some(live) = exit(self.1) else { return };
                if let Some(mirror) = &live.mirror {
                    crate::bridge::out::exit(mirror);
                }
                let panicked = std::thread::panicking() && !live.panicking;
                self.0.live = Some(AssertUnwindSafe(live));
                if panicked {
                    self.0.close(Outcome::Panicked);
                }
            }
        }
        match enter(live) {
            Ok(ident) => {
                let _leave = Leave(self, ident);
                make()
            }
            Err(live) => {
                self.live = Some(AssertUnwindSafe(live));
                make()
            }
        }
    }

    fn read<T>(&mut self, reader: &mut impl ReadItems<T>, item: &T) {
        self.items += 1;
        if let Some(AssertUnwindSafe(live)) = self.live.as_mut().filter(|live| live.0.recording) {
            protect(|| reader.item(item, &mut End { live }));
        }
    }

    fn read_end<T>(&mut self, reader: &mut impl ReadItems<T>) {
        if let Some(AssertUnwindSafe(live)) = self.live.as_mut().filter(|live| live.0.recording) {
            protect(|| reader.end(&mut End { live }));
        }
    }

    fn close(&mut self, outcome: Outcome) {
        let Some(AssertUnwindSafe(mut live)) = self.live.take() else {
            return;
        };
        if !self.begun {
            // Never polled: there was no span.
            live.recycle();
            return;
        }
        if live.recording {
            End { live: &mut live }.set(semconv::STREAM_ITEMS, &self.items);
        }
        finish(live, outcome);
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
        held: Held,
        reader: R,
    }
    impl<S: Stream, R: ReadItems<S::Item>> PinnedDrop for InSpanStream<S, R> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if this.held.begun {
                this.held.read_end(this.reader);
            }
            this.held.close(deadline::outcome_of_drop(Outcome::Abandoned));
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
    mut span: Span,
    reader: R,
    stream: S,
) -> InSpanStream<S, R> {
    InSpanStream {
        stream,
        held: Held::new(&mut span),
        reader,
    }
}

impl<S: Stream, R: ReadItems<S::Item>> Stream for InSpanStream<S, R> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let stream = this.stream;
        let polled = this.held.step(|| stream.poll_next(cx));
        match &polled {
            Poll::Ready(Some(item)) => this.held.read(this.reader, item),
            Poll::Ready(None) => {
                this.held.read_end(this.reader);
                this.held.close(Outcome::Ok);
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
    held: Held,
    reader: EachItem<R>,
}

impl<I: Iterator, R: Finish<I::Item> + Clone> std::fmt::Debug for InSpanItems<I, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InSpanItems")
    }
}

/// Runs `iterator` in the span, which begins with the first item and ends after the last.
pub fn items<I: Iterator, R: Finish<I::Item> + Clone>(
    mut span: Span,
    reader: R,
    iterator: I,
) -> InSpanItems<I, R> {
    InSpanItems {
        iterator,
        held: Held::new(&mut span),
        reader: EachItem(reader),
    }
}

impl<I: Iterator, R: Finish<I::Item> + Clone> Iterator for InSpanItems<I, R> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        let iterator = &mut self.iterator;
        let item = self.held.step(|| iterator.next());
        match &item {
            Some(item) => self.held.read(&mut self.reader, item),
            None => self.held.close(Outcome::Ok),
        }
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.iterator.size_hint()
    }
}

impl<I: Iterator, R: Finish<I::Item> + Clone> Drop for InSpanItems<I, R> {
    fn drop(&mut self) {
        self.held.close(Outcome::Abandoned);
    }
}
