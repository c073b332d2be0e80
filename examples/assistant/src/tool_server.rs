//! An MCP server with one tool. In: JSON-RPC's `tools/call`. Out: projects from the database. Its spans continue the
//! caller's trace, which it finds in `params._meta`.

use crate::store::Store;
use crate::tool::SEARCH;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use spanwright::propagate::{self, Trust};
use spanwright::traced;
use tokio::net::TcpListener;

/// Serves until the runtime ends.
pub(crate) async fn serve(listener: TcpListener, store: Store) {
    let app = Router::new().route("/mcp", post(receive)).with_state(store);
    if let Err(error) = axum::serve(listener, app).await {
        crate::output::problem(&error.to_string());
    }
}

async fn receive(State(store): State<Store>, Json(request): Json<Value>) -> Json<Value> {
    let params = &request["params"];
    let none = Map::new();
    let meta = params["_meta"].as_object().unwrap_or(&none);
    let mut reply = match request["method"].as_str() {
        Some("tools/call") => call(&store, meta, params).await,
        _ => json!({ "error": { "code": -32601, "message": "only tools/call is known here" } }),
    };
    reply["jsonrpc"] = "2.0".into();
    reply["id"] = request["id"].clone();
    Json(reply)
}

#[traced(
    name = format_args!("tools/call {}", params["name"].as_str().unwrap_or_default()),
    kind = server,
    parent = propagate::extract(meta, Trust::Continue),
    fields(mcp.method.name = "tools/call", gen_ai.tool.name = params["name"].as_str())
)]
async fn call(store: &Store, meta: &Map<String, Value>, params: &Value) -> Value {
    let status = params["arguments"]["status"].as_str().unwrap_or("delayed");
    let (text, is_error) = match params["name"].as_str() {
        Some(SEARCH) => match store.projects(status).await {
            Ok(projects) => (json!(projects).to_string(), false),
            Err(error) => (error.to_string(), true),
        },
        _ => ("there is no such tool".to_owned(), true),
    };
    json!({ "result": { "content": [{ "type": "text", "text": text }], "isError": is_error } })
}
