//! Chat completions, as OpenAI and most others have them.

use super::{answer, at_once, check, json, output, streamed};
use serde_json::Value as Json;

fn chunk(choice: usize, delta: Json, reason: Option<&str>) -> Json {
    json!({
        "id": "r1", "object": "chat.completion.chunk", "model": "m-1",
        "choices": [{ "index": choice, "delta": delta, "finish_reason": reason }],
    })
}

fn call(index: usize, id: Option<&str>, name: Option<&str>, arguments: &str) -> Json {
    let mut call = json!({ "index": index, "function": { "arguments": arguments } });
    if let Some(id) = id {
        call["id"] = id.into();
        call["type"] = "function".into();
    }
    if let Some(name) = name {
        call["function"]["name"] = name.into();
    }
    json!({ "tool_calls": [call] })
}

fn tool_call(id: &str, name: &str, arguments: Json) -> Json {
    json!({ "type": "tool_call", "id": id, "name": name, "arguments": arguments })
}

#[test]
fn tool_calls_in_pieces_are_recorded_as_whole_ones_are() {
    let span = streamed([
        chunk(0, json!({ "role": "assistant", "content": "Let me see." }), None),
        chunk(0, call(0, Some("c1"), Some("weather"), ""), None),
        chunk(0, call(0, None, None, "{\"city\":"), None),
        chunk(0, call(1, Some("c2"), Some("time"), ""), None),
        chunk(0, call(0, None, None, "\"Rome\"}"), None),
        chunk(0, call(1, None, None, "{}"), None),
        chunk(0, json!({}), Some("tool_calls")),
    ]);
    let whole = at_once(json!({
        "choices": [{ "index": 0, "finish_reason": "tool_calls", "message": {
            "role": "assistant",
            "content": "Let me see.",
            "tool_calls": [
                { "id": "c1", "type": "function", "function": { "name": "weather", "arguments": "{\"city\":\"Rome\"}" } },
                { "id": "c2", "type": "function", "function": { "name": "time", "arguments": "{}" } },
            ],
        } }],
    }));
    let wanted = json!([answer(
        json!([
            { "type": "text", "content": "Let me see." },
            tool_call("c1", "weather", json!({ "city": "Rome" })),
            tool_call("c2", "time", json!({})),
        ]),
        "tool_calls"
    )]);
    assert_eq!(output(&span), wanted);
    assert_eq!(output(&whole), wanted);
    for span in [span, whole] {
        check(
            &span,
            &[("gen_ai.response.finish_reasons", vec!["tool_calls"].into())],
        );
    }
}

#[test]
fn choices_are_kept_apart() {
    let span = streamed([
        chunk(0, json!({ "role": "assistant", "content": "" }), None),
        chunk(1, json!({ "content": "Good " }), None),
        chunk(0, json!({ "content": "Hel" }), None),
        chunk(1, json!({ "content": "day" }), None),
        chunk(1, json!({}), Some("length")),
        chunk(0, json!({ "content": "lo" }), None),
        chunk(0, call(0, Some("c1"), Some("greet"), "{}"), None),
        chunk(0, json!({}), Some("stop")),
    ]);
    let wanted = json!([
        answer(
            json!([{ "type": "text", "content": "Hello" }, tool_call("c1", "greet", json!({}))]),
            "stop"
        ),
        answer(json!([{ "type": "text", "content": "Good day" }]), "length"),
    ]);
    assert_eq!(output(&span), wanted);
    check(
        &span,
        &[
            ("gen_ai.response.finish_reasons", vec!["stop", "length"].into()),
            ("spanwright.response_length", 13.into()),
        ],
    );
}

#[test]
fn each_choice_of_a_whole_reply_has_its_reason() {
    let choice = |text: &str, reason: Option<&str>| json!({ "message": { "role": "assistant", "content": text }, "finish_reason": reason });
    let span = at_once(json!({ "choices": [choice("a", None), choice("b", Some("stop"))] }));
    let wanted = json!([
        { "role": "assistant", "parts": [{ "type": "text", "content": "a" }] },
        answer(json!([{ "type": "text", "content": "b" }]), "stop"),
    ]);
    assert_eq!(output(&span), wanted);
    check(&span, &[("gen_ai.response.finish_reasons", vec!["stop"].into())]);
}
