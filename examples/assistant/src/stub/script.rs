//! What the stub does. In: a request. Out: an act, by words in the last question:
//! "outage" is refused, "ten years" takes too long, "garbled" breaks the JSON.

use crate::tool::SEARCH;
use serde_json::Value;

#[derive(Debug, PartialEq)]
pub(super) enum Act {
    Say(String),
    CallTool {
        tool: &'static str,
        arguments: &'static str,
    },
    Refuse,
    Dawdle,
}

pub(super) fn act(request: &Value) -> Act {
    let messages = request["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let text_of = |role: &str| {
        let last = messages.iter().rev().find(|message| message["role"] == role);
        last.and_then(|message| message["content"].as_str())
    };
    let question = text_of("user").unwrap_or_default();
    let asks = |words: &str| question.contains(words);
    if text_of("system").is_some_and(|text| text.starts_with("Repair")) {
        return Act::Say(answer("The plan has three goals.", 0.7));
    }
    if asks("outage") {
        return Act::Refuse;
    }
    if asks("ten years") {
        return Act::Dawdle;
    }
    if asks("garbled") {
        return Act::Say("{\"answer\": \"The plan has three goals.\", \"confidence\": 0.7, ".to_owned());
    }
    match text_of("tool") {
        Some(projects) => Act::Say(answer(&describe(projects), 0.92)),
        None if request["tools"].as_array().is_some_and(|tools| !tools.is_empty()) => Act::CallTool {
            tool: SEARCH,
            arguments: "{\"status\": \"delayed\"}",
        },
        None => Act::Say(answer("Finish what is on_track before you begin more.", 0.8)),
    }
}

/// Characters of all messages.
pub(super) fn characters(request: &Value) -> usize {
    let messages = request["messages"].as_array().into_iter().flatten();
    messages
        .filter_map(|message| message["content"].as_str())
        .map(|text| text.chars().count())
        .sum()
}

fn answer(text: &str, confidence: f64) -> String {
    serde_json::json!({ "answer": text, "confidence": confidence, "visualizations": [] }).to_string()
}

fn describe(projects: &str) -> String {
    let projects: Vec<Value> = serde_json::from_str(projects).unwrap_or_default();
    let names: Vec<_> = projects
        .iter()
        .filter_map(|project| project["name"].as_str())
        .collect();
    format!("{} L3 nodes are delayed: {}.", names.len(), names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_decide() {
        let ask =
            |text: &str| act(&json!({ "messages": [{ "role": "user", "content": text }], "tools": [1] }));
        assert_eq!(ask("In case of an outage?"), Act::Refuse);
        assert_eq!(ask("And in ten years?"), Act::Dawdle);
        assert!(matches!(ask("Which are delayed?"), Act::CallTool { .. }));
    }

    #[test]
    fn a_tools_answer_is_used() {
        let act = act(&json!({ "messages": [
            { "role": "user", "content": "Which?" },
            { "role": "tool", "content": "[{\"name\": \"Water reuse\"}]" },
        ] }));
        let Act::Say(text) = act else { panic!("{act:?}") };
        assert!(text.contains("1 L3 nodes are delayed: Water reuse."), "{text}");
    }
}
