//! Messages as OpenInference has them: one attribute for each part, with its place in the key.

use super::draft::Draft;
use serde_json::Value as Json;

/// Which messages a text is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Texts {
    /// The last one that has any.
    Last,
    /// All of them.
    All,
}

/// Sets the attributes of these messages, the first of which has the place `first`.
pub(super) fn flatten(draft: &mut Draft<'_>, prefix: &str, first: usize, messages: &[Json]) {
    for (at, message) in messages.iter().enumerate() {
        let base = format!("{prefix}.{}.message", first + at);
        for key in ["role", "name", "finish_reason"] {
            if let Some(text) = message[key].as_str() {
                draft.set(format!("{base}.{key}"), text);
            }
        }
        set_parts(draft, &base, message);
    }
}

fn set_parts(draft: &mut Draft<'_>, base: &str, message: &Json) {
    let parts = parts(message);
    // A text alone is the content; several parts are a list.
    let contents: Vec<(&str, &str)> = parts.iter().filter_map(content).collect();
    match contents[..] {
        [("text", text)] => draft.set(format!("{base}.content"), text),
        _ => {
            for (at, (kind, text)) in contents.iter().enumerate() {
                let place = format!("{base}.contents.{at}.message_content");
                draft.set(format!("{place}.type"), *kind);
                let key = if *kind == "image" {
                    "image.image.url"
                } else {
                    "text"
                };
                draft.set(format!("{place}.{key}"), *text);
            }
        }
    }
    let calls = parts.iter().filter(|part| part["type"] == "tool_call");
    for (at, call) in calls.enumerate() {
        let place = format!("{base}.tool_calls.{at}.tool_call");
        if let Some(id) = call["id"].as_str() {
            draft.set(format!("{place}.id"), id);
        }
        if let Some(name) = call["name"].as_str() {
            draft.set(format!("{place}.function.name"), name);
        }
        if !call["arguments"].is_null() {
            draft.set(format!("{place}.function.arguments"), bare(&call["arguments"]));
        }
    }
    if let Some(answer) = parts.iter().find(|part| part["type"] == "tool_call_response") {
        if let Some(id) = answer["id"].as_str() {
            draft.set(format!("{base}.tool_call_id"), id);
        }
        draft.set(format!("{base}.content"), bare(&answer["response"]));
    }
}

fn parts(message: &Json) -> &[Json] {
    message["parts"].as_array().map_or(&[], Vec::as_slice)
}

/// A part's kind and text, where it is a content.
fn content(part: &Json) -> Option<(&'static str, &str)> {
    match part["type"].as_str()? {
        "text" => Some(("text", part["content"].as_str()?)),
        "reasoning" => Some(("reasoning", part["content"].as_str()?)),
        "uri" if part["modality"] == "image" => Some(("image", part["uri"].as_str()?)),
        _ => None,
    }
}

/// A text as it is, anything else as JSON.
fn bare(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The plain text of messages, if there is any.
pub(super) fn text(messages: &[Json], which: Texts) -> Option<String> {
    let of = |message: &Json| -> Option<String> {
        let texts: Vec<&str> = parts(message)
            .iter()
            .filter_map(content)
            .filter(|(kind, _)| *kind == "text")
            .map(|(_, text)| text)
            .collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    };
    match which {
        Texts::Last => messages.iter().rev().find_map(of),
        Texts::All => {
            let all: Vec<String> = messages.iter().filter_map(of).collect();
            (!all.is_empty()).then(|| all.join("\n"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{SpanId, TraceId};
    use crate::record::SpanRecord;
    use serde_json::json;

    #[test]
    fn every_part_has_its_place() {
        let mut span = SpanRecord::new(TraceId::INVALID, SpanId::INVALID, "s");
        let messages = [
            json!({"role": "user", "name": "ann", "parts": [
                {"type": "text", "content": "look"},
                {"type": "uri", "modality": "image", "uri": "https://h/i.png"},
                {"type": "blob", "modality": "audio", "content": "<3 bytes>"},
            ]}),
            json!({"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": {"n": 2}}]}),
            json!({"role": "assistant", "parts": [
                {"type": "tool_call", "id": "c1", "name": "f", "arguments": "{}"},
                {"type": "tool_call", "name": "g", "arguments": {"a": 1}},
            ]}),
            json!("no message"),
        ];
        flatten(&mut Draft::new(&mut span), "m", 1, &messages);
        let found: Vec<(String, String)> = span
            .attributes
            .iter()
            .map(|(key, value)| (key.to_string(), value.to_string()))
            .collect();
        let expected = [
            ("m.1.message.role", "user"),
            ("m.1.message.name", "ann"),
            ("m.1.message.contents.0.message_content.type", "text"),
            ("m.1.message.contents.0.message_content.text", "look"),
            ("m.1.message.contents.1.message_content.type", "image"),
            (
                "m.1.message.contents.1.message_content.image.image.url",
                "https://h/i.png",
            ),
            ("m.2.message.role", "tool"),
            ("m.2.message.tool_call_id", "c1"),
            ("m.2.message.content", r#"{"n":2}"#),
            ("m.3.message.role", "assistant"),
            ("m.3.message.tool_calls.0.tool_call.id", "c1"),
            ("m.3.message.tool_calls.0.tool_call.function.name", "f"),
            ("m.3.message.tool_calls.0.tool_call.function.arguments", "{}"),
            ("m.3.message.tool_calls.1.tool_call.function.name", "g"),
            (
                "m.3.message.tool_calls.1.tool_call.function.arguments",
                r#"{"a":1}"#,
            ),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(found, expected);
    }

    #[test]
    fn the_text_is_that_of_the_last_or_of_all() {
        let said = |text: &str| json!({"parts": [{"type": "text", "content": text}]});
        let none = json!({"parts": [{"type": "tool_call", "name": "f"}]});
        let messages = [said("a"), said("b"), none];
        assert_eq!(text(&messages, Texts::Last).as_deref(), Some("b"));
        assert_eq!(text(&messages, Texts::All).as_deref(), Some("a\nb"));
        assert_eq!(text(&messages[2..], Texts::All), None);
    }
}
