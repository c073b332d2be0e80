//! Anthropic's Messages.

use super::{answer, at_once, check, drain, one, output, pieces, pieces_unseen, streamed};
use serde_json::{Value as Json, json};
use spanwright::{Outcome, SpanRecord};

/// What is recorded of the reply, whole or in pieces.
fn check_reply(span: &SpanRecord) {
    let wanted = json!([answer(
        json!([
            { "type": "reasoning", "content": "They ask for Rome." },
            { "type": "text", "content": "Let me see." },
            { "type": "tool_call", "id": "t1", "name": "weather", "arguments": { "city": "Rome" } },
        ]),
        "tool_use"
    )]);
    assert_eq!(output(span), wanted);
    check_numbers(span);
}

/// Input tokens are a total: 20 and 400 read from the cache and 10 written to it.
fn check_numbers(span: &SpanRecord) {
    check(
        span,
        &[
            ("gen_ai.response.id", "msg_1".into()),
            ("gen_ai.response.model", "claude-1".into()),
            ("gen_ai.response.finish_reasons", vec!["tool_use"].into()),
            ("gen_ai.usage.input_tokens", 430.into()),
            ("gen_ai.usage.output_tokens", 50.into()),
            ("gen_ai.usage.cache_read.input_tokens", 400.into()),
            ("gen_ai.usage.cache_write.input_tokens", 10.into()),
            ("spanwright.response_length", 11.into()),
        ],
    );
}

fn usage(output: u64) -> Json {
    json!({
        "input_tokens": 20, "cache_read_input_tokens": 400, "cache_creation_input_tokens": 10, "output_tokens": output,
    })
}

fn block(place: usize, block: Json) -> Json {
    json!({ "type": "content_block_start", "index": place, "content_block": block })
}

fn delta(place: usize, delta: Json) -> Json {
    json!({ "type": "content_block_delta", "index": place, "delta": delta })
}

fn events() -> Vec<Json> {
    let stop = |place: usize| json!({ "type": "content_block_stop", "index": place });
    vec![
        json!({ "type": "message_start", "message": {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-1", "content": [],
            "stop_reason": null, "usage": usage(1),
        } }),
        block(0, json!({ "type": "thinking", "thinking": "", "signature": "" })),
        json!({ "type": "ping" }),
        delta(
            0,
            json!({ "type": "thinking_delta", "thinking": "They ask for Rome." }),
        ),
        delta(0, json!({ "type": "signature_delta", "signature": "c2ln" })),
        stop(0),
        block(1, json!({ "type": "text", "text": "" })),
        delta(1, json!({ "type": "text_delta", "text": "Let me " })),
        delta(1, json!({ "type": "text_delta", "text": "see." })),
        stop(1),
        block(
            2,
            json!({ "type": "tool_use", "id": "t1", "name": "weather", "input": {} }),
        ),
        delta(2, json!({ "type": "input_json_delta", "partial_json": "" })),
        delta(
            2,
            json!({ "type": "input_json_delta", "partial_json": "{\"city\": " }),
        ),
        delta(
            2,
            json!({ "type": "input_json_delta", "partial_json": "\"Rome\"}" }),
        ),
        stop(2),
        json!({
            "type": "message_delta", "delta": { "stop_reason": "tool_use", "stop_sequence": null },
            "usage": { "output_tokens": 50 },
        }),
        json!({ "type": "message_stop" }),
    ]
}

#[test]
fn a_whole_reply() {
    check_reply(&at_once(json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-1",
        "content": [
            { "type": "thinking", "thinking": "They ask for Rome.", "signature": "c2ln" },
            { "type": "text", "text": "Let me see." },
            { "type": "tool_use", "id": "t1", "name": "weather", "input": { "city": "Rome" } },
        ],
        "stop_reason": "tool_use", "stop_sequence": null, "usage": usage(50),
    })));
}

#[test]
fn a_reply_in_events() {
    check_reply(&streamed(events()));
    let first = |events: &[Json]| {
        streamed(events.to_vec())
            .attribute("gen_ai.response.time_to_first_chunk")
            .is_some()
    };
    let events = events();
    assert!(!first(&events[..3]) && first(&events[..4]));
}

#[test]
fn numbers_alone_where_content_is_not_kept() {
    let span = one(|| drain(pieces_unseen(events().into_iter().map(Ok).collect())));
    check_numbers(&span);
    assert!(!format!("{span:?}").contains("Rome"));
}

#[test]
fn input_tokens_that_are_said_last_count_with_the_cached_ones_said_first() {
    let end =
        json!({ "type": "message_delta", "delta": {}, "usage": { "input_tokens": 25, "output_tokens": 50 } });
    let span = streamed([events().remove(0), end]);
    check(&span, &[("gen_ai.usage.input_tokens", 435.into())]);
}

#[test]
fn an_error() {
    let error = json!({ "type": "error", "error": { "type": "overloaded_error", "message": "m" } });
    for span in [
        at_once(error.clone()),
        one(|| drain(pieces(vec![Ok(events().remove(0)), Ok(error)]))),
    ] {
        assert_eq!(span.outcome, Outcome::Error);
        check(&span, &[("error.type", "overloaded_error".into())]);
    }
}
