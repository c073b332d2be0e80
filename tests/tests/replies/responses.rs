//! OpenAI's Responses.

use super::{answer, at_once, check, drain, one, output, pieces_unseen, streamed};
use serde_json::{Value as Json, json};
use spanwright::{Outcome, SpanRecord};

fn whole(status: &str) -> Json {
    json!({
        "id": "resp_1", "object": "response", "model": "m-1", "status": status, "error": null,
        "incomplete_details": null,
        "output": [
            { "type": "reasoning", "id": "rs_1", "summary": [{ "type": "summary_text", "text": "Think." }] },
            { "type": "message", "id": "m_1", "role": "assistant", "content": [
                { "type": "output_text", "text": "Let me see.", "annotations": [] },
                { "type": "refusal", "refusal": "No." },
            ] },
            { "type": "web_search_call", "id": "ws_1", "status": "completed" },
            { "type": "function_call", "id": "fc_1", "call_id": "c1", "name": "weather", "arguments": "{\"city\":\"Rome\"}" },
        ],
        "usage": {
            "input_tokens": 100, "input_tokens_details": { "cached_tokens": 40 },
            "output_tokens": 30, "output_tokens_details": { "reasoning_tokens": 12 }, "total_tokens": 130,
        },
    })
}

/// The events without the one that ends the reply.
fn events() -> Vec<Json> {
    let mut begun = whole("in_progress");
    begun["output"] = json!([]);
    begun["usage"] = Json::Null;
    let delta = |kind: &str, at: usize, content: usize, delta: &str| {
        json!({
            "type": format!("response.{kind}.delta"), "output_index": at, "content_index": content, "delta": delta,
        })
    };
    let call = json!({ "type": "function_call", "call_id": "c1", "name": "weather", "arguments": "" });
    vec![
        json!({ "type": "response.created", "response": begun }),
        json!({ "type": "response.in_progress", "response": begun }),
        json!({
            "type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": 0, "delta": "Think.",
        }),
        delta("output_text", 1, 0, "Let me "),
        delta("output_text", 1, 0, "see."),
        json!({ "type": "response.output_text.done", "output_index": 1, "content_index": 0, "text": "Let me see." }),
        delta("refusal", 1, 1, "No."),
        json!({ "type": "response.output_item.added", "output_index": 3, "item": call }),
        json!({ "type": "response.function_call_arguments.delta", "output_index": 3, "delta": "{\"city\":" }),
        json!({ "type": "response.function_call_arguments.delta", "output_index": 3, "delta": "\"Rome\"}" }),
    ]
}

fn parts() -> Json {
    json!([
        { "type": "reasoning", "content": "Think." },
        { "type": "text", "content": "Let me see." },
        { "type": "text", "content": "No." },
        { "type": "tool_call", "id": "c1", "name": "weather", "arguments": { "city": "Rome" } },
    ])
}

fn check_numbers(span: &SpanRecord) {
    check(
        span,
        &[
            ("gen_ai.response.id", "resp_1".into()),
            ("gen_ai.response.model", "m-1".into()),
            ("gen_ai.response.finish_reasons", vec!["completed"].into()),
            ("gen_ai.usage.input_tokens", 100.into()),
            ("gen_ai.usage.output_tokens", 30.into()),
            ("gen_ai.usage.cache_read.input_tokens", 40.into()),
            ("gen_ai.usage.reasoning.output_tokens", 12.into()),
            ("spanwright.response_length", 14.into()),
        ],
    );
}

fn completed() -> Json {
    json!({ "type": "response.completed", "response": whole("completed") })
}

#[test]
fn a_whole_reply() {
    let span = at_once(whole("completed"));
    assert_eq!(output(&span), json!([answer(parts(), "completed")]));
    check_numbers(&span);
}

#[test]
fn a_reply_in_events() {
    let mut all = events();
    all.push(completed());
    for span in [streamed(all), streamed([completed()])] {
        assert_eq!(output(&span), json!([answer(parts(), "completed")]));
        check_numbers(&span);
        assert!(span.attribute("gen_ai.response.time_to_first_chunk").is_some());
    }
}

#[test]
fn a_reply_that_breaks_off_is_what_came_of_it() {
    let span = streamed(events());
    assert_eq!(output(&span), json!([{ "role": "assistant", "parts": parts() }]));
    assert_eq!(span.attribute("gen_ai.response.finish_reasons"), None);
    let begun = streamed(events().into_iter().take(2));
    assert_eq!(begun.attribute("gen_ai.response.time_to_first_chunk"), None);
}

#[test]
fn numbers_alone_where_content_is_not_kept() {
    let mut all = events();
    all.push(completed());
    let span = one(|| drain(pieces_unseen(all.into_iter().map(Ok).collect())));
    check_numbers(&span);
    assert!(!format!("{span:?}").contains("Rome"));
}

#[test]
fn why_it_is_incomplete() {
    let mut reply = whole("incomplete");
    reply["incomplete_details"] = json!({ "reason": "max_output_tokens" });
    let event = json!({ "type": "response.incomplete", "response": reply });
    for span in [at_once(reply), streamed([event])] {
        check(
            &span,
            &[("gen_ai.response.finish_reasons", vec!["max_output_tokens"].into())],
        );
        assert_eq!(span.outcome, Outcome::Ok);
    }
}

#[test]
fn errors() {
    let mut failed = whole("failed");
    failed["error"] = json!({ "code": "server_error", "message": "m" });
    let event = json!({ "type": "response.failed", "response": failed });
    let bare = json!({ "type": "error", "code": "server_error", "message": "m", "param": null });
    for span in [at_once(failed), streamed([event]), streamed([bare])] {
        assert_eq!(span.outcome, Outcome::Error);
        check(&span, &[("error.type", "server_error".into())]);
    }
    let span = at_once(whole("failed"));
    assert_eq!(span.outcome, Outcome::Error);
    check(&span, &[("error.type", "_OTHER".into())]);
}
