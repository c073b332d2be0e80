//! Spanwright's own names, where no convention has one.

/// Characters (Unicode scalar values) of the prompt; recorded whether or not its content is.
pub const PROMPT_LENGTH: &str = "spanwright.prompt_length";
/// The prompt's beginning, cut to 200 characters after redaction; content.
pub const PROMPT_PREVIEW: &str = "spanwright.prompt_preview";
/// Characters of the model's text; recorded whether or not its content is.
pub const RESPONSE_LENGTH: &str = "spanwright.response_length";
/// Cost in US dollars as an exact decimal string; absent where no price is known.
pub const COST_USD: &str = "spanwright.cost_usd";
/// The persona a call speaks as.
pub const PERSONA: &str = "spanwright.persona";
/// Where captured content goes; read and removed by the pipeline.
pub const CONTENT: &str = "spanwright.content";
/// How a span ended, where it is neither `ok` nor `error`.
pub const OUTCOME: &str = "spanwright.outcome";
/// How many items a stream gave.
pub const STREAM_ITEMS: &str = "spanwright.stream.items";
/// The messages of an error's causes; string array.
pub const EXCEPTION_SOURCES: &str = "spanwright.exception.sources";
/// `true` on a span of a trace that was not sampled and was kept afterwards, by `keep_errors` or `slower_than`; else absent.
pub const PROMOTED: &str = "spanwright.promoted";
/// `true` where a query took at least its `slow` threshold, else absent.
pub const DB_SLOW: &str = "spanwright.db.slow";
/// From how many nanoseconds on a query is slow; read and removed by the pipeline.
pub const DB_SLOW_AFTER: &str = "spanwright.db.slow_after";
/// The server a tool belongs to.
pub const TOOL_SERVER: &str = "spanwright.tool.server";
/// The router that chose the tool.
pub const TOOL_ROUTER: &str = "spanwright.tool.router";
/// How many arguments a tool was called with; absent where there are none.
pub const TOOL_ARGUMENTS_COUNT: &str = "spanwright.tool.arguments_count";
