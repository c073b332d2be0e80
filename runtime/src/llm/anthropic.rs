//! Replies and content blocks in the form of Anthropic's Messages.

use super::content::is_kept;
use super::message::Part;
use super::pieces::Fragment;
use super::response::LlmResponse;
use super::wire::{cost, count, index};
use serde_json::Value;

/// A reply, or an event of a streamed one; `None` for other JSON.
pub(super) fn reply(value: &Value) -> Option<LlmResponse> {
    let response = LlmResponse::new();
    Some(match value["type"].as_str()? {
        "message" => whole(response, value),
        "message_start" => whole(response.chunk(), &value["message"]),
        "message_delta" => ended(response.chunk(), &value["delta"], &value["usage"]),
        "content_block_start" => {
            let block = &value["content_block"];
            // The input is an empty object here, and comes in text.
            add(response.chunk(), place(value), block, "")
        }
        "content_block_delta" => delta(response.chunk(), place(value), &value["delta"]),
        "content_block_stop" | "message_stop" | "ping" | "error" => response.chunk(),
        _ => return None,
    })
}

fn place(value: &Value) -> usize {
    index(&value["index"]).unwrap_or(0)
}

fn whole(response: LlmResponse, message: &Value) -> LlmResponse {
    let mut response = ended(response, message, &message["usage"])
        .id(message["id"].as_str())
        .model(message["model"].as_str());
    let blocks = message["content"].as_array().into_iter().flatten();
    for (place, block) in blocks.enumerate() {
        let input = match block.get("input") {
            Some(input) if is_kept() => input.to_string(),
            _ => String::new(),
        };
        response = add(response, place, block, &input);
    }
    response
}

/// Input tokens are those that were neither read from a cache nor written to one.
fn ended(response: LlmResponse, message: &Value, usage: &Value) -> LlmResponse {
    response
        .finish_choice(0, message["stop_reason"].as_str())
        .uncached_input_tokens(count(&usage["input_tokens"]))
        .output_tokens(count(&usage["output_tokens"]))
        .cache_read_tokens(count(&usage["cache_read_input_tokens"]))
        .cache_write_tokens(count(&usage["cache_creation_input_tokens"]))
        .cost(cost(usage))
}

fn add(response: LlmResponse, place: usize, block: &Value, input: &str) -> LlmResponse {
    let fragment = match block["type"].as_str() {
        Some("text") => block["text"].as_str().map(Fragment::Text),
        Some("thinking") => block["thinking"].as_str().map(Fragment::Reasoning),
        Some("tool_use" | "server_tool_use") => Some(Fragment::ToolCall {
            id: block["id"].as_str(),
            name: block["name"].as_str().unwrap_or_default(),
            arguments: input,
        }),
        _ => None,
    };
    match fragment {
        Some(fragment) => response.fragment(0, place, fragment),
        None => response,
    }
}

fn delta(response: LlmResponse, place: usize, delta: &Value) -> LlmResponse {
    let fragment = match delta["type"].as_str() {
        Some("text_delta") => delta["text"].as_str().map(Fragment::Text),
        Some("thinking_delta") => delta["thinking"].as_str().map(Fragment::Reasoning),
        Some("input_json_delta") => delta["partial_json"]
            .as_str()
            .map(|arguments| Fragment::ToolCall {
                id: None,
                name: "",
                arguments,
            }),
        _ => None,
    };
    match fragment {
        Some(fragment) => response.fragment(0, place, fragment),
        None => response,
    }
}

/// A content block of a request's message, other than text.
pub(super) fn part(block: &Value) -> Option<Part> {
    let text = |name: &str| block[name].as_str().map(str::to_owned);
    Some(match block["type"].as_str()? {
        "thinking" => Part::Reasoning(text("thinking")?),
        "tool_use" | "server_tool_use" => Part::ToolCall {
            id: text("id"),
            name: text("name").unwrap_or_default(),
            arguments: block["input"].to_string(),
        },
        "tool_result" => Part::ToolResponse {
            id: text("tool_use_id"),
            response: result(&block["content"]),
        },
        "image" => source("image", &block["source"])?,
        "document" => source("document", &block["source"])?,
        _ => return None,
    })
}

/// A tool's result: a text, or blocks of which the texts are told.
fn result(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let texts = blocks.iter().filter_map(|block| block["text"].as_str());
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

fn source(modality: &'static str, source: &Value) -> Option<Part> {
    Some(match source["type"].as_str()? {
        "base64" => Part::Blob {
            modality,
            mime_type: source["media_type"].as_str().map(str::to_owned),
            bytes: source["data"].as_str()?.len() / 4 * 3,
        },
        "url" => Part::Uri {
            modality,
            uri: source["url"].as_str()?.to_owned(),
        },
        "text" => Part::Text(source["data"].as_str()?.to_owned()),
        _ => return None,
    })
}
