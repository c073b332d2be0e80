//! GenAI: model calls, agents and tools (`semantic-conventions-genai`, main of 2026-10; status Development).

/// What is done: `chat`, `embeddings`, `execute_tool`, …
pub const OPERATION_NAME: &str = "gen_ai.operation.name";
/// Who serves the model: `openai`, `anthropic`, `aws.bedrock`, …
pub const PROVIDER_NAME: &str = "gen_ai.provider.name";
/// The conversation; never invented.
pub const CONVERSATION_ID: &str = "gen_ai.conversation.id";
/// The kind of output asked for: `text`, `json`, `image` or `speech`.
pub const OUTPUT_TYPE: &str = "gen_ai.output.type";
/// The agent's name.
pub const AGENT_NAME: &str = "gen_ai.agent.name";
/// The model asked for.
pub const REQUEST_MODEL: &str = "gen_ai.request.model";
/// Sampling temperature; double.
pub const REQUEST_TEMPERATURE: &str = "gen_ai.request.temperature";
/// Nucleus sampling; double.
pub const REQUEST_TOP_P: &str = "gen_ai.request.top_p";
/// Top-k sampling; integer.
pub const REQUEST_TOP_K: &str = "gen_ai.request.top_k";
/// Most tokens the model may write; integer.
pub const REQUEST_MAX_TOKENS: &str = "gen_ai.request.max_tokens";
/// Frequency penalty; double.
pub const REQUEST_FREQUENCY_PENALTY: &str = "gen_ai.request.frequency_penalty";
/// Presence penalty; double.
pub const REQUEST_PRESENCE_PENALTY: &str = "gen_ai.request.presence_penalty";
/// Seed; integer.
pub const REQUEST_SEED: &str = "gen_ai.request.seed";
/// Texts that end the output; string array.
pub const REQUEST_STOP_SEQUENCES: &str = "gen_ai.request.stop_sequences";
/// How many choices were asked for; only where it is not 1.
pub const REQUEST_CHOICE_COUNT: &str = "gen_ai.request.choice.count";
/// `true` where the reply is streamed, else absent.
pub const REQUEST_STREAM: &str = "gen_ai.request.stream";
/// The reasoning effort, exactly as it was sent.
pub const REQUEST_REASONING_LEVEL: &str = "gen_ai.request.reasoning.level";
/// The response this request goes on from.
pub const REQUEST_PREVIOUS_RESPONSE_ID: &str = "gen_ai.request.previous_response.id";
/// Encodings asked for in an embeddings request; string array.
pub const REQUEST_ENCODING_FORMATS: &str = "gen_ai.request.encoding_formats";
/// The provider's id of the response.
pub const RESPONSE_ID: &str = "gen_ai.response.id";
/// The model that answered.
pub const RESPONSE_MODEL: &str = "gen_ai.response.model";
/// Why each choice ended; string array.
pub const RESPONSE_FINISH_REASONS: &str = "gen_ai.response.finish_reasons";
/// Seconds until the first chunk of a stream that bears content, as far as its form tells; double.
pub const RESPONSE_TIME_TO_FIRST_CHUNK: &str = "gen_ai.response.time_to_first_chunk";
/// All input tokens, cached ones included.
pub const USAGE_INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
/// All output tokens, reasoning included.
pub const USAGE_OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
/// Input tokens read from a cache; part of the input tokens.
pub const USAGE_CACHE_READ_INPUT_TOKENS: &str = "gen_ai.usage.cache_read.input_tokens";
/// Input tokens written to a cache; part of the input tokens.
pub const USAGE_CACHE_WRITE_INPUT_TOKENS: &str = "gen_ai.usage.cache_write.input_tokens";
/// Tokens spent on reasoning; part of the output tokens.
pub const USAGE_REASONING_OUTPUT_TOKENS: &str = "gen_ai.usage.reasoning.output_tokens";
/// Cost in US dollars, double. Not in the convention; read by Langfuse and Opik.
pub const USAGE_COST: &str = "gen_ai.usage.cost";
/// The system prompt as JSON parts; content.
pub const SYSTEM_INSTRUCTIONS: &str = "gen_ai.system_instructions";
/// The messages sent, as JSON; content.
pub const INPUT_MESSAGES: &str = "gen_ai.input.messages";
/// The messages received, as JSON; content.
pub const OUTPUT_MESSAGES: &str = "gen_ai.output.messages";
/// The tools offered, as JSON; content.
pub const TOOL_DEFINITIONS: &str = "gen_ai.tool.definitions";
/// The tool that ran.
pub const TOOL_NAME: &str = "gen_ai.tool.name";
/// `function`, `extension` or `datastore`.
pub const TOOL_TYPE: &str = "gen_ai.tool.type";
/// The id the model gave the call.
pub const TOOL_CALL_ID: &str = "gen_ai.tool.call.id";
/// What the tool does.
pub const TOOL_DESCRIPTION: &str = "gen_ai.tool.description";
/// The call's arguments, as JSON; content.
pub const TOOL_CALL_ARGUMENTS: &str = "gen_ai.tool.call.arguments";
/// The call's result, as JSON; content.
pub const TOOL_CALL_RESULT: &str = "gen_ai.tool.call.result";
/// The prompt template's name.
pub const PROMPT_NAME: &str = "gen_ai.prompt.name";
/// `input` or `output`, on the token metric.
pub const TOKEN_TYPE: &str = "gen_ai.token.type";
/// Event: one model call with its content.
pub const EVENT_OPERATION_DETAILS: &str = "gen_ai.client.inference.operation.details";
/// Event: a model call failed.
pub const EVENT_OPERATION_EXCEPTION: &str = "gen_ai.client.operation.exception";
/// Histogram of tokens, by `gen_ai.token.type` (name as of v1.41, which dashboards read today).
pub const METRIC_TOKEN_USAGE: &str = "gen_ai.client.token.usage";
/// Histogram of seconds (name as of v1.41, which dashboards read today).
pub const METRIC_OPERATION_DURATION: &str = "gen_ai.client.operation.duration";
/// Histogram of seconds until the first chunk (name as of v1.41).
pub const METRIC_TIME_TO_FIRST_CHUNK: &str = "gen_ai.client.operation.time_to_first_chunk";
/// Histogram of seconds of tool calls.
pub const METRIC_EXECUTE_TOOL_DURATION: &str = "gen_ai.execute_tool.duration";
