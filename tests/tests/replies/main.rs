//! Replies of models as providers send them, whole and in pieces: what is recorded of each by itself.

mod anthropic;
mod chat;
mod requests;
mod responses;

use futures_util::{StreamExt, stream};
use serde_json::{Value as Json, json};
use spanwright::{SpanRecord, Value, trace_llm_call};
use spanwright_tests::traces::one;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

type Item = Result<Json, String>;

#[trace_llm_call(provider = "p", model = "m", content = attributes)]
fn pieces(items: Vec<Item>) -> impl futures_util::Stream<Item = Item> {
    stream::iter(items)
}

#[trace_llm_call(provider = "p", model = "m", content = off)]
fn pieces_unseen(items: Vec<Item>) -> impl futures_util::Stream<Item = Item> {
    stream::iter(items)
}

#[trace_llm_call(provider = "p", model = "m", content = attributes)]
fn whole(reply: Json) -> Item {
    Ok(reply)
}

fn drain(items: impl futures_util::Stream<Item = Item>) {
    let mut items = pin!(items);
    let mut context = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(_)) = items.poll_next_unpin(&mut context) {}
}

/// The span of a reply that came in these pieces.
#[track_caller]
fn streamed(items: impl IntoIterator<Item = Json>) -> SpanRecord {
    let items = items.into_iter().map(Ok).collect();
    one(|| drain(pieces(items)))
}

/// The span of a reply that came at once.
#[track_caller]
fn at_once(reply: Json) -> SpanRecord {
    one(|| drop(whole(reply)))
}

/// The messages that were recorded as the model's.
#[track_caller]
fn output(span: &SpanRecord) -> Json {
    let text = span.attribute("gen_ai.output.messages").and_then(Value::as_str);
    serde_json::from_str(text.expect("messages")).expect("JSON")
}

#[track_caller]
fn check(span: &SpanRecord, wanted: &[(&str, Value)]) {
    for (key, value) in wanted {
        assert_eq!(span.attribute(key), Some(value), "{key} in {:?}", span.attributes);
    }
}

/// A message of the model's, as it is recorded.
fn answer(parts: Json, reason: &str) -> Json {
    json!({ "role": "assistant", "parts": parts, "finish_reason": reason })
}
