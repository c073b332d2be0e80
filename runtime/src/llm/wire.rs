//! Requests and replies as `serde_json` values, in the forms that providers speak. In: JSON as it was sent or received.
//! Out: messages, and a response. Which form it is, is seen by its members.

use super::convert::ToLlmResponse;
use super::cost::Cost;
use super::json::Json;
use super::message::{Message, Messages};
use super::response::LlmResponse;
use super::{anthropic, openai, responses};
use serde_json::Value;
use std::borrow::Cow;

/// A request, or an array of messages: of OpenAI's chat completions or Responses, or of Anthropic's Messages.
impl Messages for Value {
    fn messages(&self) -> Cow<'_, [Message]> {
        let list = self.get("messages").or_else(|| self.get("input"));
        Cow::Owned(match list.unwrap_or(self) {
            Value::Array(items) => items.iter().map(message).collect(),
            Value::String(text) => vec![Message::user(text)],
            _ => Vec::new(),
        })
    }

    fn instructions(&self) -> Option<Cow<'_, str>> {
        match self.get("system").or_else(|| self.get("instructions"))? {
            Value::String(text) => Some(Cow::Borrowed(text)),
            Value::Array(blocks) => {
                let texts: Vec<&str> = blocks.iter().filter_map(|block| block["text"].as_str()).collect();
                (!texts.is_empty()).then(|| Cow::Owned(texts.join("\n")))
            }
            _ => None,
        }
    }

    fn tool_definitions(&self) -> Option<String> {
        let tools = self.get("tools")?.as_array().filter(|tools| !tools.is_empty())?;
        let mut json = Json::new();
        json.array(|json| {
            for tool in tools {
                if json.is_full() {
                    break;
                }
                json.object(|json| define(json, tool));
            }
        });
        Some(json.finish())
    }
}

/// A tool as the convention has it. Chat completions have its members one level down, Anthropic has another name for
/// its parameters, and no type where it is a function.
fn define(json: &mut Json, tool: &Value) {
    let function = tool.get("function").unwrap_or(tool);
    let is_anthropics = tool["type"] == "custom" && tool.get("input_schema").is_some();
    let kind = tool["type"].as_str().filter(|_| !is_anthropics);
    json.field("type", kind.unwrap_or("function"));
    for name in ["name", "description"] {
        if let Some(text) = function[name].as_str() {
            json.field(name, text);
        }
    }
    let parameters = function
        .get("parameters")
        .or_else(|| function.get("input_schema"));
    if let Some(parameters) = parameters.filter(|parameters| parameters.is_object()) {
        json.key("parameters");
        json.raw(&parameters.to_string());
    }
}

impl Messages for [Value] {
    fn messages(&self) -> Cow<'_, [Message]> {
        Cow::Owned(self.iter().map(message).collect())
    }
}

impl Messages for Vec<Value> {
    fn messages(&self) -> Cow<'_, [Message]> {
        self.as_slice().messages()
    }
}

fn message(value: &Value) -> Message {
    responses::item(value).unwrap_or_else(|| openai::message(value))
}

/// A reply, or a chunk of one: of OpenAI's chat completions or Responses, or of Anthropic's Messages.
impl ToLlmResponse for Value {
    fn to_llm_response(&self) -> LlmResponse {
        let response = if self.get("choices").is_some() {
            openai::reply(self)
        } else {
            responses::reply(self)
                .or_else(|| anthropic::reply(self))
                .unwrap_or_else(|| openai::reply(self))
        };
        match error_type(&self["error"]) {
            Some(error) => response.failed(error),
            None => response,
        }
    }
}

/// A count of tokens.
pub(super) fn count(value: &Value) -> Option<i64> {
    value.as_i64()
}

/// A place among others.
pub(super) fn index(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|index| index.try_into().ok())
}

/// What the provider says it costs, in dollars: a number, or as Perplexity has it an object with a total.
pub(super) fn cost(usage: &Value) -> Option<Cost> {
    let cost = usage.get("cost")?;
    let dollars = cost.as_f64().or_else(|| cost["total_cost"].as_f64())?;
    Cost::from_dollars(dollars)
}

/// `error.type` of an error of which nothing is known.
pub(super) const UNKNOWN_ERROR: &str = "_OTHER";

/// `error.type` of an error that stands where a reply should.
pub(super) fn error_type(error: &Value) -> Option<String> {
    let named = |name: &str| match &error[name] {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match error {
        Value::Object(said) if said.is_empty() => None,
        Value::Object(_) => Some(
            named("type")
                .or_else(|| named("code"))
                .unwrap_or_else(|| UNKNOWN_ERROR.to_owned()),
        ),
        Value::String(said) if !said.is_empty() => Some(UNKNOWN_ERROR.to_owned()),
        _ => None,
    }
}
