//! A model's reply as a stream. In: the chunks as they pass. Out: one response, the time to the first chunk, and an
//! ended span after the last.

use super::content::mode_at_end;
use super::response::{self, LlmResponse};
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
        self.chunk.clone().finish(item, end);
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
    let read = response::read(|| response.into());
    match READING.take() {
        Some(mut whole) => {
            whole.merge(read, true);
            READING.set(Some(whole));
        }
        None => read.record(end),
    }
}

#[cfg(all(test, feature = "pipeline"))]
mod tests {
    use super::*;
    use crate::llm::read::auto;
    use crate::record::{Outcome, SpanRecord};
    use crate::recorder::{NoRead, start};
    use crate::semconv::own;
    use crate::site::Site;
    use crate::testing::TestTraces;
    use crate::value::Value;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    static SITE: Site = Site::new("reply", "test", "test.rs", 1);

    struct Items(Vec<LlmResponse>);

    impl Stream for Items {
        type Item = LlmResponse;
        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<LlmResponse>> {
            Poll::Ready((!self.0.is_empty()).then(|| self.0.remove(0)))
        }
    }

    /// Reads this many of three chunks.
    fn read(polls: usize) -> SpanRecord {
        let traces = TestTraces::start();
        let items = vec![
            LlmResponse::new().id("r1").text("Hé"),
            LlmResponse::new().text("llo"),
            LlmResponse::new()
                .finish_reason("stop")
                .input_tokens(9)
                .output_tokens(2),
        ];
        {
            let reply = stream(
                start(&SITE),
                NoRead,
                auto(NoRead, |chunk: &LlmResponse| Some(chunk.clone())),
                Items(items),
            );
            let mut reply = pin!(reply);
            let mut context = Context::from_waker(Waker::noop());
            for _ in 0..polls {
                let _ = reply.as_mut().poll_next(&mut context);
            }
        }
        traces.spans().remove(0)
    }

    #[test]
    fn chunks_are_one_response() {
        let span = read(4);
        assert_eq!(span.outcome, Outcome::Ok);
        assert_eq!(span.attribute(gen_ai::REQUEST_STREAM), Some(&Value::Bool(true)));
        assert_eq!(span.attribute(gen_ai::RESPONSE_ID), Some(&"r1".into()));
        assert_eq!(
            span.attribute(gen_ai::RESPONSE_FINISH_REASONS),
            Some(&vec!["stop"].into())
        );
        assert_eq!(span.attribute(gen_ai::USAGE_INPUT_TOKENS), Some(&Value::Int(9)));
        assert_eq!(span.attribute(own::RESPONSE_LENGTH), Some(&Value::Int(5)));
        assert_eq!(span.attribute(gen_ai::OUTPUT_MESSAGES), None);
        assert!(matches!(
            span.attribute(gen_ai::RESPONSE_TIME_TO_FIRST_CHUNK),
            Some(Value::Float(_))
        ));
    }

    #[test]
    fn an_abandoned_reply_keeps_what_it_had() {
        let span = read(1);
        assert_eq!(span.outcome, Outcome::Abandoned);
        assert_eq!(span.attribute(own::RESPONSE_LENGTH), Some(&Value::Int(2)));
        assert_eq!(span.attribute(gen_ai::USAGE_INPUT_TOKENS), None);
    }
}
