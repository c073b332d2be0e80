//! A model's reply as a stream. In: the chunks as they pass. Out: one response, the time to the first chunk, and an
//! ended span after the last.

use super::content::{keeping, mode_at_end};
use super::convert;
use super::response::LlmResponse;
use crate::recorder::{End, Finish, InSpanStream, Opening, ReadItems, Span, opened_with, stream_with};
use crate::semconv::gen_ai;
use futures_core::Stream;
use std::cell::Cell;

thread_local! {
    /// Where a chunk goes that is read at this moment. A chunk's reader only gets the span, as any reader does.
    static READING: Cell<Option<Reading>> = const { Cell::new(None) };
}

/// An item of the stream, as far as it is read.
#[derive(Default)]
struct Reading {
    chunk: Box<LlmResponse>,
    /// Whether it is a chunk at all: an error is none.
    is_chunk: bool,
}

/// Reads the chunks of a reply.
#[derive(Debug)]
pub struct Chunks<E, C> {
    errors: E,
    chunk: C,
    /// Set with the first item: whether content is kept.
    keep_content: Option<bool>,
    /// Whether the chunk has come that counts as the first.
    has_first: bool,
    whole: Option<Box<LlmResponse>>,
}

impl<E, C> Chunks<E, C> {
    fn new(errors: E, chunk: C) -> Self {
        Self {
            errors,
            chunk,
            keep_content: None,
            has_first: false,
            whole: None,
        }
    }
}

impl<T, E: Finish<T> + Clone, C: Finish<T> + Clone> ReadItems<T> for Chunks<E, C> {
    fn item(&mut self, item: &T, end: &mut End<'_>) -> bool {
        let waited = (!self.has_first).then(|| end.elapsed().as_secs_f64());
        let keep_content = *self
            .keep_content
            .get_or_insert_with(|| mode_at_end(end).captures());
        let restore = Restore(READING.replace(Some(Reading::default())));
        let chunk = self.chunk.clone();
        keeping(keep_content, || chunk.finish(item, end));
        let read = READING.take().unwrap_or_default();
        drop(restore);
        if read.is_chunk {
            if let Some(waited) = waited.filter(|_| read.chunk.may_be_first()) {
                self.has_first = true;
                end.set(gen_ai::RESPONSE_TIME_TO_FIRST_CHUNK, &waited);
            }
            self.whole
                .get_or_insert_default()
                .merge(*read.chunk, keep_content);
        }
        self.errors.clone().finish(item, end);
        read.is_chunk
    }

    fn end(&mut self, end: &mut End<'_>) {
        if let Some(whole) = self.whole.take() {
            whole.record(end);
        }
    }
}

/// Gives the outer stream its place back, also when a reader panics.
struct Restore(Option<Reading>);

impl Drop for Restore {
    fn drop(&mut self) {
        READING.set(self.0.take());
    }
}

/// Runs a stream of chunks in the span, which ends with the last one.
pub fn stream<S, E, C>(mut span: Span, errors: E, chunk: C, stream: S) -> InSpanStream<S, Chunks<E, C>>
where
    S: Stream,
    E: Finish<S::Item> + Clone,
    C: Finish<S::Item> + Clone,
{
    span.set(gen_ai::REQUEST_STREAM, &true);
    stream_with(span, Chunks::new(errors, chunk), stream)
}

/// Runs the stream of chunks that a function gave when it was done in the function's span.
pub fn opened<S, E, C>(mut opening: Opening, errors: E, chunk: C, stream: S) -> InSpanStream<S, Chunks<E, C>>
where
    S: Stream,
    E: Finish<S::Item> + Clone,
    C: Finish<S::Item> + Clone,
{
    opening.write(|end| end.set(gen_ai::REQUEST_STREAM, &true));
    opened_with(opening, Chunks::new(errors, chunk), stream)
}

/// Adds a chunk to the reply that is being read.
pub fn chunk(end: &mut End<'_>, chunk: impl Into<LlmResponse>) {
    response(end, chunk);
}

/// Records a response, or, while a stream is read, adds it to the reply.
pub fn response(end: &mut End<'_>, response: impl Into<LlmResponse>) {
    let read = convert::read(|| response.into());
    match READING.take() {
        Some(mut reading) => {
            reading.chunk.merge(read, true);
            reading.is_chunk = true;
            READING.set(Some(reading));
        }
        None => read.record(end),
    }
}

/// A value that cannot be read. Where a stream is read, it counts as a chunk all the same.
pub(super) fn opaque() {
    if let Some(mut reading) = READING.take() {
        reading.is_chunk = true;
        READING.set(Some(reading));
    }
}
