//! Tool calls: what `#[trace_tool_call]` records, by OpenTelemetry's GenAI and MCP conventions.
//!
//! In: the tool's name, its arguments and its result. Out: an `execute_tool {name}` span. How many arguments there
//! are is always recorded; what they are, and what came of them, only where content capture allows.

mod arguments;
mod call;
mod result;

pub use arguments::ToolArguments;
pub use result::ToolResult;

/// What the macros call.
#[doc(hidden)]
pub mod macros {
    pub use super::call::{Protocol, arguments, call_id, name, persona, protocol, result, router, server};
}
