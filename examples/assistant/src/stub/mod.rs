//! A stand-in for a model: the part of OpenAI's chat completions that the assistant uses, on loopback. It is somebody
//! else's server, and so makes no spans.
//!
//! Words in the question say how it behaves: see [`script`].

mod script;
mod stream;

use axum::Router;
use axum::extract::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::ListenerExt;
use script::Act;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpListener;

/// How long it thinks before a word, and when it is asked for the far future.
const PAUSE: Duration = Duration::from_millis(3);
const LONG: Duration = Duration::from_secs(20);

/// Serves until the runtime ends.
pub(crate) async fn serve(listener: TcpListener) {
    let app = Router::new().route("/v1/chat/completions", post(complete));
    // Without it, small chunks of a stream wait for each other's acknowledgement.
    let listener = listener.tap_io(|connection| {
        let _ = connection.set_nodelay(true);
    });
    if let Err(error) = axum::serve(listener, app).await {
        crate::output::problem(&error.to_string());
    }
}

async fn complete(Json(request): Json<Value>) -> Response {
    tokio::time::sleep(PAUSE).await;
    let act = script::act(&request);
    if act == Act::Refuse {
        let error = json!({ "error": { "message": "the model is overloaded", "type": "server_error" } });
        return (StatusCode::SERVICE_UNAVAILABLE, Json(error)).into_response();
    }
    if act == Act::Dawdle {
        tokio::time::sleep(LONG).await;
    }
    let tokens = (script::characters(&request) / 4).max(1);
    match act {
        Act::CallTool { tool, arguments } => whole(tokens, &tool_call(tool, arguments), "tool_calls"),
        Act::Say(text) if request["stream"] == true => stream::reply(tokens, &text).into_response(),
        Act::Say(text) => whole(tokens, &json!({ "role": "assistant", "content": text }), "stop"),
        Act::Dawdle | Act::Refuse => StatusCode::NO_CONTENT.into_response(),
    }
}

fn tool_call(tool: &str, arguments: &str) -> Value {
    json!({
        "role": "assistant",
        "content": null,
        "reasoning_content": "The database knows which projects are delayed.",
        "tool_calls": [{
            "id": "call_1",
            "type": "function",
            "function": { "name": tool, "arguments": arguments },
        }],
    })
}

fn whole(tokens: usize, message: &Value, finish_reason: &str) -> Response {
    Json(json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "stub-mini-2026",
        "choices": [{ "index": 0, "message": message, "finish_reason": finish_reason }],
        "usage": usage(tokens, 12),
    }))
    .into_response()
}

/// Counts that look like a model's.
fn usage(input: usize, output: usize) -> Value {
    json!({ "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output })
}
