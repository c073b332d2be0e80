//! A streamed reply: a thought, the text word by word, the reason it ended, the tokens it used.

use super::{PAUSE, usage};
use axum::response::sse::{Event, Sse};
use futures_util::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use std::convert::Infallible;

pub(super) fn reply(tokens: usize, text: &str) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let words: Vec<Value> = text
        .split_inclusive(' ')
        .map(|word| json!({ "content": word }))
        .collect();
    let output = words.len();
    let mut chunks = vec![chunk(
        &json!({ "role": "assistant", "reasoning_content": "Two facts are enough for an answer." }),
        None,
    )];
    chunks.extend(words.iter().map(|delta| chunk(delta, None)));
    chunks.push(chunk(&json!({}), Some("stop")));
    let mut last = json!({ "id": "chatcmpl-2", "model": "stub-mini-2026", "choices": [] });
    last["usage"] = usage(tokens, output);
    chunks.push(last);
    let lines = chunks.into_iter().map(|chunk| chunk.to_string());
    let lines = lines.chain(["[DONE]".to_owned()]);
    Sse::new(stream::iter(lines).then(|data| async {
        tokio::time::sleep(PAUSE).await;
        Ok(Event::default().data(data))
    }))
}

fn chunk(delta: &Value, finish_reason: Option<&str>) -> Value {
    json!({
        "id": "chatcmpl-2",
        "object": "chat.completion.chunk",
        "model": "stub-mini-2026",
        "choices": [{ "index": 0, "delta": delta, "finish_reason": finish_reason }],
    })
}
