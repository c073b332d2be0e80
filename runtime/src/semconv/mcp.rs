//! The Model Context Protocol (`semantic-conventions-genai`, main of 2026-10; status Development).

/// The JSON-RPC method: `tools/call`, `prompts/get`, …
pub const METHOD_NAME: &str = "mcp.method.name";
/// The protocol's revision.
pub const PROTOCOL_VERSION: &str = "mcp.protocol.version";
/// The session, where the transport has one.
pub const SESSION_ID: &str = "mcp.session.id";
/// The resource read.
pub const RESOURCE_URI: &str = "mcp.resource.uri";
/// The request's id; absent for notifications.
pub const JSONRPC_REQUEST_ID: &str = "jsonrpc.request.id";
/// Only where it is not `2.0`.
pub const JSONRPC_PROTOCOL_VERSION: &str = "jsonrpc.protocol.version";
/// The JSON-RPC error code as a string.
pub const RPC_STATUS_CODE: &str = "rpc.status_code";
/// The value of `mcp.method.name` for a tool call.
pub const METHOD_TOOLS_CALL: &str = "tools/call";
/// The value of `error.type` where the tool's result has `isError`.
pub const TOOL_ERROR: &str = "tool_error";
/// Histogram of seconds, client side.
pub const METRIC_CLIENT_OPERATION_DURATION: &str = "mcp.client.operation.duration";
/// Histogram of seconds, server side.
pub const METRIC_SERVER_OPERATION_DURATION: &str = "mcp.server.operation.duration";
