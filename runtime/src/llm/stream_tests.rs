//! Streams of chunks, read as the macros read them.

use super::LlmResponse;
use super::read::{Found, auto};
use super::stream::stream;
use crate::record::{Outcome, SpanRecord};
use crate::recorder::{NoRead, start};
use crate::semconv::{gen_ai, own};
use crate::site::Site;
use crate::testing::TestTraces;
use crate::value::Value;
use futures_core::Stream;
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
            auto(NoRead, |chunk: &LlmResponse| Found::Response(chunk.clone())),
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
