//! Messages and replies in the form of OpenAI's chat completions, which most providers speak.

use super::anthropic;
use super::message::{Message, Part};
use super::pieces::Fragment;
use super::response::LlmResponse;
use super::wire::{cost, count, index};
use serde_json::Value;

/// A chat completion, or a chunk of one.
pub(super) fn reply(value: &Value) -> LlmResponse {
    let usage = &value["usage"];
    let mut response = LlmResponse::new()
        .id(value["id"].as_str())
        .model(value["model"].as_str())
        .input_tokens(count(&usage["prompt_tokens"]))
        .output_tokens(count(&usage["completion_tokens"]))
        .cache_read_tokens(count(&usage["prompt_tokens_details"]["cached_tokens"]))
        .reasoning_tokens(count(&usage["completion_tokens_details"]["reasoning_tokens"]))
        .cost(cost(usage));
    let choices = value["choices"].as_array();
    if choices.is_some_and(|choices| choices.iter().all(|choice| !choice["message"].is_object())) {
        response = response.chunk();
    }
    let choices = choices.map_or(&[][..], Vec::as_slice);
    for (at, choice) in choices.iter().enumerate() {
        let reason = choice["finish_reason"].as_str();
        response = match choice.get("message").filter(|whole| whole.is_object()) {
            Some(whole) if choices.len() == 1 => response.finish_reason(reason).message(message(whole)),
            Some(whole) => response.finish_choice(at, reason).message(message(whole)),
            None => {
                let at = index(&choice["index"]).unwrap_or(at);
                delta(response.finish_choice(at, reason), at, &choice["delta"])
            }
        };
    }
    response
}

/// The places of a delta's parts: those of a whole message.
const REASONING: usize = 0;
const TEXT: usize = 1;
const REFUSAL: usize = 2;
const FIRST_CALL: usize = 3;

fn delta(mut response: LlmResponse, choice: usize, delta: &Value) -> LlmResponse {
    if let Some(text) = reasoning(delta) {
        response = response.fragment(choice, REASONING, Fragment::Reasoning(text));
    }
    if let Some(text) = delta["content"].as_str() {
        response = response.fragment(choice, TEXT, Fragment::Text(text));
    }
    if let Some(text) = delta["refusal"].as_str() {
        response = response.fragment(choice, REFUSAL, Fragment::Text(text));
    }
    for (at, call) in delta["tool_calls"].as_array().into_iter().flatten().enumerate() {
        let function = &call["function"];
        let fragment = Fragment::ToolCall {
            id: call["id"].as_str(),
            name: function["name"].as_str().unwrap_or_default(),
            arguments: function["arguments"].as_str().unwrap_or_default(),
        };
        let place = FIRST_CALL.saturating_add(index(&call["index"]).unwrap_or(at));
        response = response.fragment(choice, place, fragment);
    }
    response
}

/// The model's reasoning, which OpenAI does not show: vLLM, DeepSeek and others have one name for it, OpenRouter another.
fn reasoning(message: &Value) -> Option<&str> {
    message["reasoning_content"]
        .as_str()
        .or(message["reasoning"].as_str())
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A message of a request or a reply.
pub(super) fn message(value: &Value) -> Message {
    let role = value["role"].as_str().unwrap_or("user");
    let mut message = Message::new(role);
    if let Some(name) = text(&value["name"]) {
        message = message.name(name);
    }
    if let Some(text) = reasoning(value).filter(|text| !text.is_empty()) {
        message = message.part(Part::Reasoning(text.to_owned()));
    }
    let answers = role == "tool" || role == "function";
    for content in contents(&value["content"]) {
        message = message.part(match content {
            Part::Text(response) if answers => Part::ToolResponse {
                id: text(&value["tool_call_id"]),
                response,
            },
            other => other,
        });
    }
    if let Some(refusal) = text(&value["refusal"]).filter(|text| !text.is_empty()) {
        message = message.part(Part::Text(refusal));
    }
    for call in value["tool_calls"].as_array().into_iter().flatten() {
        message = message.part(Part::ToolCall {
            id: text(&call["id"]),
            name: text(&call["function"]["name"]).unwrap_or_default(),
            arguments: text(&call["function"]["arguments"]).unwrap_or_default(),
        });
    }
    message
}

fn contents(value: &Value) -> Vec<Part> {
    match value {
        Value::String(text) if !text.is_empty() => vec![Part::Text(text.clone())],
        Value::Array(items) => items.iter().filter_map(content).collect(),
        _ => Vec::new(),
    }
}

fn content(value: &Value) -> Option<Part> {
    if let Some(text) = text(&value["text"]).or_else(|| text(&value["refusal"])) {
        return Some(Part::Text(text));
    }
    let Some(url) = image_url(value) else {
        return anthropic::part(value);
    };
    Some(
        match url
            .strip_prefix("data:")
            .and_then(|data| data.split_once(";base64,"))
        {
            Some((mime, data)) => Part::Blob {
                modality: "image",
                mime_type: Some(mime.to_owned()),
                bytes: data.len() / 4 * 3,
            },
            None => Part::Uri {
                modality: "image",
                uri: url.to_owned(),
            },
        },
    )
}

/// The place of an image; Responses has it without an object around it.
fn image_url(value: &Value) -> Option<&str> {
    let image = value.get("image_url")?;
    image["url"].as_str().or(image.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::convert::ToLlmResponse;
    use super::super::message::Messages;
    use super::*;
    use serde_json::json;

    #[test]
    fn a_request() {
        let request = json!({"messages": [
            {"role": "user", "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            ]},
            {"role": "assistant", "content": null, "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{\"x\":1}"}},
            ]},
            {"role": "tool", "tool_call_id": "c1", "content": "a cat"},
        ]});
        let json = super::super::message::to_json(&request.messages());
        assert_eq!(
            json,
            concat!(
                r#"[{"role":"user","parts":[{"type":"text","content":"What is this?"},"#,
                r#"{"type":"blob","modality":"image","mime_type":"image/png","content":"<3 bytes>"}]},"#,
                r#"{"role":"assistant","parts":[{"type":"tool_call","id":"c1","name":"look","arguments":{"x":1}}]},"#,
                r#"{"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":"a cat"}]}]"#,
            )
        );
    }

    #[test]
    fn a_completion() {
        let reply = json!({
            "id": "r1", "model": "gpt-4o-mini-2024",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}},
        });
        let wanted = LlmResponse::new()
            .id("r1")
            .model("gpt-4o-mini-2024")
            .finish_reason("stop")
            .input_tokens(10)
            .output_tokens(2)
            .cache_read_tokens(4)
            .message(Message::assistant("Hi"));
        assert_eq!(reply.to_llm_response(), wanted);
    }
}
