//! Requests as they are sent, given as `messages = …`.

use super::one;
use serde_json::{Value as Json, json};
use spanwright::{Value, trace_llm_call};

#[trace_llm_call(provider = "p", model = "m", messages = request, content = attributes)]
fn ask(request: &Json) {}

#[trace_llm_call(provider = "p", model = "m", messages = request, system = "Mine.", content = attributes)]
fn ask_with_system(request: &Json) {}

#[trace_llm_call(provider = "p", model = "m", messages = request, content = off)]
fn ask_unseen(request: &Json) {}

#[track_caller]
fn recorded(span: &spanwright::SpanRecord, key: &str) -> Json {
    let text = span.attribute(key).and_then(Value::as_str);
    serde_json::from_str(text.expect("content")).expect("JSON")
}

fn text(text: &str) -> Json {
    json!({ "type": "text", "content": text })
}

#[test]
fn of_responses() {
    let request = json!({
        "model": "m", "instructions": "Be brief.", "max_output_tokens": 10,
        "input": [
            { "role": "user", "content": "Weather?" },
            { "type": "message", "role": "user", "content": [
                { "type": "input_text", "text": "Here." },
                { "type": "input_image", "image_url": "https://images.test/1.png" },
            ] },
            { "type": "reasoning", "summary": [{ "type": "summary_text", "text": "Think." }] },
            { "type": "function_call", "call_id": "c1", "name": "weather", "arguments": "{}" },
            { "type": "function_call_output", "call_id": "c1", "output": "sunny" },
        ],
    });
    let span = one(|| ask(&request));
    let wanted = json!([
        { "role": "user", "parts": [text("Weather?")] },
        { "role": "user", "parts": [
            text("Here."), { "type": "uri", "modality": "image", "uri": "https://images.test/1.png" },
        ] },
        { "role": "assistant", "parts": [{ "type": "reasoning", "content": "Think." }] },
        { "role": "assistant", "parts": [{ "type": "tool_call", "id": "c1", "name": "weather", "arguments": {} }] },
        { "role": "tool", "parts": [{ "type": "tool_call_response", "id": "c1", "response": "sunny" }] },
    ]);
    assert_eq!(recorded(&span, "gen_ai.input.messages"), wanted);
    assert_eq!(
        recorded(&span, "gen_ai.system_instructions"),
        json!([text("Be brief.")])
    );

    let span = one(|| ask(&json!({ "input": "Hi" })));
    let wanted = json!([{ "role": "user", "parts": [text("Hi")] }]);
    assert_eq!(recorded(&span, "gen_ai.input.messages"), wanted);
}

#[test]
fn of_anthropics_messages() {
    let request = json!({
        "model": "m", "max_tokens": 10, "system": [{ "type": "text", "text": "Be brief." }],
        "messages": [
            { "role": "user", "content": [
                { "type": "text", "text": "Weather?" },
                { "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "AAAA" } },
            ] },
            { "role": "assistant", "content": [
                { "type": "thinking", "thinking": "Think.", "signature": "s" },
                { "type": "tool_use", "id": "t1", "name": "weather", "input": { "city": "Rome" } },
            ] },
            { "role": "user", "content": [
                { "type": "tool_result", "tool_use_id": "t1", "content": [{ "type": "text", "text": "sunny" }] },
            ] },
        ],
    });
    let wanted = json!([
        { "role": "user", "parts": [
            text("Weather?"),
            { "type": "blob", "modality": "image", "mime_type": "image/png", "content": "<3 bytes>" },
        ] },
        { "role": "assistant", "parts": [
            { "type": "reasoning", "content": "Think." },
            { "type": "tool_call", "id": "t1", "name": "weather", "arguments": { "city": "Rome" } },
        ] },
        { "role": "user", "parts": [{ "type": "tool_call_response", "id": "t1", "response": "sunny" }] },
    ]);
    let span = one(|| ask(&request));
    assert_eq!(recorded(&span, "gen_ai.input.messages"), wanted);
    assert_eq!(
        recorded(&span, "gen_ai.system_instructions"),
        json!([text("Be brief.")])
    );

    let span = one(|| ask_with_system(&request));
    assert_eq!(
        recorded(&span, "gen_ai.system_instructions"),
        json!([text("Mine.")])
    );

    let span = one(|| ask_unseen(&request));
    assert_eq!(span.attribute("gen_ai.system_instructions"), None);
    assert!(!format!("{span:?}").contains("brief"));
}

#[test]
fn tools_are_written_as_the_convention_has_them() {
    let parameters = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
    let wanted = json!([{
        "type": "function", "name": "weather", "description": "Tells it.", "parameters": parameters,
    }]);
    let chat = json!({ "type": "function", "function": {
        "name": "weather", "description": "Tells it.", "parameters": parameters,
    } });
    let anthropic = json!({ "name": "weather", "description": "Tells it.", "input_schema": parameters });
    let mut custom = anthropic.clone();
    custom["type"] = "custom".into();
    for tool in [chat, wanted[0].clone(), anthropic, custom] {
        let request = json!({ "messages": [], "tools": [tool] });
        let span = one(|| ask(&request));
        assert_eq!(recorded(&span, "gen_ai.tool.definitions"), wanted);
        let span = one(|| ask_unseen(&request));
        assert_eq!(span.attribute("gen_ai.tool.definitions"), None);
    }
    let span = one(|| ask(&json!({ "tools": [{ "type": "web_search" }] })));
    assert_eq!(
        recorded(&span, "gen_ai.tool.definitions"),
        json!([{ "type": "web_search" }])
    );
}
