//! A model's reply as a stream. In: the chunks as they pass. Out: one response, the time to the first chunk, and an
//! ended span after the last.

use super::content::{keeping, mode_at_end};
use super::convert;
use super::response::LlmResponse;
use crate::recorder::{End, Finish, InSpanStream, ReadItems, Span, stream_with};
use crate::semconv::gen_ai;
use futures_core::Stream;
use std::cell::Cell;

thread_local! {
    /// Where a chunk goes that is read at this moment. A chunk's reader only gets the span, as any reader does.
    static READING: Cell<Option<Box<LlmResponse>>> = const { Cell::new(None) };
}

/// Reads the chunks of a reply.
#[derive(Debug)]
pub struct Chunks<E, C> {
    errors: E,
    chunk: C,
    started: bool,
    keep_content: bool,
    whole: Option<Box<LlmResponse>>,
}

impl<T, E: Finish<T> + Clone, C: Finish<T> + Clone> ReadItems<T> for Chunks<E, C> {
    fn item(&mut self, item: &T, end: &mut End<'_>) {
        if !std::mem::replace(&mut self.started, true) {
            end.set(gen_ai::RESPONSE_TIME_TO_FIRST_CHUNK, &end.elapsed().as_secs_f64());
            self.keep_content = mode_at_end(end).captures();
        }
        let outer = READING.replace(Some(Box::default()));
        let restore = Restore(outer);
        let chunk = self.chunk.clone();
        keeping(self.keep_content, || chunk.finish(item, end));
        let chunk = READING.take();
        drop(restore);
        if let Some(chunk) = chunk {
            self.whole
                .get_or_insert_default()
                .merge(*chunk, self.keep_content);
        }
        self.errors.clone().finish(item, end);
    }

    fn end(&mut self, end: &mut End<'_>) {
        if let Some(whole) = self.whole.take() {
            whole.record(end);
        }
    }
}

/// Gives the outer stream its place back, also when a reader panics.
struct Restore(Option<Box<LlmResponse>>);

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
    let reader = Chunks {
        errors,
        chunk,
        started: false,
        keep_content: false,
        whole: None,
    };
    stream_with(span, reader, stream)
}

/// Adds a chunk to the reply that is being read.
pub fn chunk(end: &mut End<'_>, chunk: impl Into<LlmResponse>) {
    response(end, chunk);
}

/// Records a response, or, while a stream is read, adds it to the reply.
pub fn response(end: &mut End<'_>, response: impl Into<LlmResponse>) {
    let read = convert::read(|| response.into());
    match READING.take() {
        Some(mut whole) => {
            whole.merge(read, true);
            READING.set(Some(whole));
        }
        None => read.record(end),
    }
}
