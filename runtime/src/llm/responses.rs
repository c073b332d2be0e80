//! Replies and input items in the form of OpenAI's Responses.

use super::message::{Message, Part, Role};
use super::pieces::Fragment;
use super::response::LlmResponse;
use super::wire::{UNKNOWN_ERROR, cost, count, error_type, index};
use serde_json::Value;

/// Places that each item of the output has.
const PLACES: usize = 1024;

/// A reply, or an event of a streamed one; `None` for other JSON.
pub(super) fn reply(value: &Value) -> Option<LlmResponse> {
    let kind = value["type"].as_str().unwrap_or_default();
    if kind.starts_with("response.") {
        return Some(event(kind, value));
    }
    if kind == "error" && !value["error"].is_object() {
        let error = value["code"].as_str().unwrap_or(UNKNOWN_ERROR);
        return Some(LlmResponse::new().failed(error));
    }
    let is_reply = value["object"] == "response" || value["output"].is_array();
    is_reply.then(|| output(head(LlmResponse::new(), value), value))
}

/// All but the output.
fn head(response: LlmResponse, value: &Value) -> LlmResponse {
    let usage = &value["usage"];
    let reason = value["incomplete_details"]["reason"].as_str();
    let status = value["status"].as_str();
    let over = status.filter(|status| !matches!(*status, "in_progress" | "queued"));
    let response = response
        .id(value["id"].as_str())
        .model(value["model"].as_str())
        .finish_choice(0, reason.or(over))
        .input_tokens(count(&usage["input_tokens"]))
        .output_tokens(count(&usage["output_tokens"]))
        .cache_read_tokens(count(&usage["input_tokens_details"]["cached_tokens"]))
        .reasoning_tokens(count(&usage["output_tokens_details"]["reasoning_tokens"]))
        .cost(cost(usage));
    match error_type(&value["error"]) {
        Some(error) => response.failed(error),
        None if status == Some("failed") => response.failed(UNKNOWN_ERROR),
        None => response,
    }
}

/// Adds the items of the output, which together are one message.
fn output(mut response: LlmResponse, value: &Value) -> LlmResponse {
    let items = value["output"].as_array().into_iter().flatten();
    for (at, item) in items.enumerate() {
        let first = at.saturating_mul(PLACES);
        if let Some(call) = call(item) {
            response = response.fragment(0, first, call);
        }
        for (place, fragment) in contents(item).enumerate() {
            response = response.fragment(0, first.saturating_add(place), fragment);
        }
    }
    response
}

/// The texts of a message or of reasoning.
fn contents(item: &Value) -> impl Iterator<Item = Fragment<'_>> {
    let list = |name: &str| item[name].as_array().into_iter().flatten();
    let is_reasoning = item["type"] == "reasoning";
    list("summary").chain(list("content")).filter_map(move |content| {
        let text = content["text"].as_str();
        match is_reasoning {
            true => text.map(Fragment::Reasoning),
            false => text.or(content["refusal"].as_str()).map(Fragment::Text),
        }
    })
}

/// A call of a tool that is ours to run.
fn call(item: &Value) -> Option<Fragment<'_>> {
    let arguments = match item["type"].as_str()? {
        "function_call" => &item["arguments"],
        "custom_tool_call" => &item["input"],
        _ => return None,
    };
    Some(Fragment::ToolCall {
        id: item["call_id"].as_str(),
        name: item["name"].as_str().unwrap_or_default(),
        arguments: arguments.as_str().unwrap_or_default(),
    })
}

fn event(kind: &str, value: &Value) -> LlmResponse {
    let chunk = LlmResponse::new().chunk();
    let delta = value["delta"].as_str().unwrap_or_default();
    let within = match value.get("summary_index") {
        Some(place) => index(place),
        None => index(&value["content_index"]),
    };
    let first = index(&value["output_index"]).unwrap_or(0).saturating_mul(PLACES);
    let place = first.saturating_add(within.unwrap_or(0));
    match kind {
        "response.output_text.delta" | "response.refusal.delta" => {
            chunk.fragment(0, place, Fragment::Text(delta))
        }
        "response.reasoning_summary_text.delta" => chunk.fragment(0, place, Fragment::Reasoning(delta)),
        // Behind all of the summary.
        "response.reasoning_text.delta" => {
            chunk.fragment(0, place.saturating_add(PLACES / 2), Fragment::Reasoning(delta))
        }
        "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
            let arguments = Fragment::ToolCall {
                id: None,
                name: "",
                arguments: delta,
            };
            chunk.fragment(0, place, arguments)
        }
        "response.output_item.added" => match call(&value["item"]) {
            Some(call) => chunk.fragment(0, first, call),
            None => chunk,
        },
        "response.created" | "response.completed" | "response.incomplete" | "response.failed" => {
            let whole = &value["response"];
            let response = head(chunk, whole);
            match whole["output"]
                .as_array()
                .is_some_and(|output| !output.is_empty())
            {
                // It says all that came before again.
                true => output(response.replacing(), whole),
                false => response,
            }
        }
        _ => chunk,
    }
}

/// An item of a request's input that is no message; `None` for a message.
pub(super) fn item(value: &Value) -> Option<Message> {
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    match value["type"].as_str()? {
        "function_call" | "custom_tool_call" => {
            let arguments = text("arguments").or_else(|| text("input"));
            Some(Message::new(Role::Assistant).part(Part::ToolCall {
                id: text("call_id"),
                name: text("name").unwrap_or_default(),
                arguments: arguments.unwrap_or_default(),
            }))
        }
        "function_call_output" | "custom_tool_call_output" => {
            let response = text("output").unwrap_or_else(|| value["output"].to_string());
            Some(Message::new(Role::Tool).part(Part::ToolResponse {
                id: text("call_id"),
                response,
            }))
        }
        "reasoning" => {
            let mut message = Message::new(Role::Assistant);
            for content in contents(value) {
                if let Fragment::Reasoning(text) = content {
                    message.push(Part::Reasoning(text.to_owned()));
                }
            }
            Some(message)
        }
        _ => None,
    }
}
