//! Tool calls over MCP: JSON-RPC, with the trace context in `params._meta`.

use crate::orchestrator::Persona;
use serde_json::{Map, Value, json};
use spanwright::{propagate, trace_tool_call};
use std::net::SocketAddr;
use std::time::Duration;

/// The only tool there is.
pub(crate) const SEARCH: &str = "search_projects";

const PATIENCE: Duration = Duration::from_secs(10);

/// A call that the model asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ToolCall {
    pub(crate) id: String,
    pub(crate) tool: String,
    pub(crate) arguments: Value,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ToolError {
    #[error("the tool server cannot be reached")]
    Request(#[from] reqwest::Error),
    #[error("the tool server refused: {0}")]
    Refused(String),
}

/// A client of one MCP server.
#[derive(Debug)]
pub(crate) struct ToolClient {
    http: reqwest::Client,
    url: String,
}

impl ToolCall {
    /// The calls that a reply asks for.
    pub(crate) fn all_of(reply: &Value) -> Vec<Self> {
        let calls = reply["choices"][0]["message"]["tool_calls"].as_array();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let call = |call: &Value| Self {
            id: text(&call["id"]),
            tool: text(&call["function"]["name"]),
            // Models write the arguments as text, and not always as JSON.
            arguments: serde_json::from_str(&text(&call["function"]["arguments"])).unwrap_or_default(),
        };
        calls.into_iter().flatten().map(call).collect()
    }
}

impl ToolClient {
    pub(crate) fn new(server: SocketAddr) -> Result<Self, reqwest::Error> {
        Ok(Self {
            http: reqwest::Client::builder().timeout(PATIENCE).no_proxy().build()?,
            url: format!("http://{server}/mcp"),
        })
    }

    /// Calls a tool. What the tool itself reports as a failure is an answer, too, and the span is one of an error.
    #[trace_tool_call(
        tool = call.tool,
        protocol = mcp,
        metrics,
        server = "projects",
        persona = persona.as_str(),
        arguments = call.arguments,
        call_id = call.id,
    )]
    pub(crate) async fn call(&self, call: &ToolCall, persona: Persona) -> Result<String, ToolError> {
        let mut meta = Map::new();
        propagate::inject(&mut meta);
        let request = json!({
            "jsonrpc": "2.0",
            "id": call.id,
            "method": "tools/call",
            "params": { "name": call.tool, "arguments": call.arguments, "_meta": meta },
        });
        let reply: Value = self
            .http
            .post(&self.url)
            .json(&request)
            .send()
            .await?
            .json()
            .await?;
        let text = || {
            reply["result"]["content"][0]["text"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        if let Some(message) = reply["error"]["message"].as_str() {
            return Err(ToolError::Refused(message.to_owned()));
        }
        if reply["result"]["isError"] == true {
            return Err(ToolError::Refused(text()));
        }
        Ok(text())
    }
}

/// The tools as the model is told of them.
pub(crate) fn offered() -> Value {
    json!([{
        "type": "function",
        "function": {
            "name": SEARCH,
            "description": "Finds projects by their status",
            "parameters": {
                "type": "object",
                "properties": { "status": { "type": "string", "enum": ["on_track", "delayed"] } },
                "required": ["status"],
            },
        },
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_from_a_reply() {
        let reply = json!({ "choices": [{ "message": { "tool_calls": [
            { "id": "c1", "function": { "name": "search_projects", "arguments": "{\"status\":\"delayed\"}" } },
            { "id": "c2", "function": { "name": "search_projects", "arguments": "not JSON" } },
        ] } }] });
        let calls = ToolCall::all_of(&reply);
        assert_eq!(calls[0].arguments, json!({ "status": "delayed" }));
        assert_eq!((calls[1].id.as_str(), &calls[1].arguments), ("c2", &Value::Null));
        assert!(ToolCall::all_of(&json!({})).is_empty());
    }
}
