//! What we record of a span, by meaning: the operation, tokens, cost, parameters, who and where, how it ended.

use super::draft::{Draft, json_of};
use crate::record::Outcome;
use crate::semconv::{gen_ai, general, own};
use crate::value::Value;
use serde_json::{Map, Value as Json};

/// What a span of the GenAI conventions does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Model,
    Embeddings,
    Tool,
    Agent,
    Retrieval,
    Workflow,
}

impl Operation {
    pub(super) fn of(draft: &Draft<'_>) -> Option<Self> {
        Some(match draft.text(gen_ai::OPERATION_NAME)? {
            "chat" | "text_completion" | "generate_content" | "fetch_response" => Self::Model,
            "embeddings" => Self::Embeddings,
            "execute_tool" => Self::Tool,
            "invoke_agent" | "create_agent" => Self::Agent,
            "retrieval" => Self::Retrieval,
            "invoke_workflow" | "plan" => Self::Workflow,
            _ if draft.has(gen_ai::REQUEST_MODEL) => Self::Model,
            _ => return None,
        })
    }
}

/// The model that answered, else the one asked for.
pub(super) fn model(draft: &Draft<'_>) -> Option<String> {
    draft
        .text(gen_ai::RESPONSE_MODEL)
        .or_else(|| draft.text(gen_ai::REQUEST_MODEL))
        .map(str::to_owned)
}

/// Counts of tokens. `input` and `output` include their parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tokens {
    pub(super) input: Option<i64>,
    pub(super) output: Option<i64>,
    pub(super) cache_read: Option<i64>,
    pub(super) cache_write: Option<i64>,
    pub(super) reasoning: Option<i64>,
}

impl Tokens {
    /// Takes the counts off the span, under all names that are in use: spans of other crates may have two for one.
    pub(super) fn take(draft: &mut Draft<'_>) -> Self {
        let mut first = |names: &[&str]| {
            let mut counts = names.iter().map(|name| match draft.take(name) {
                Some(Value::Int(count)) => Some(count.max(0)),
                _ => None,
            });
            // All are taken, the first one counts.
            counts.by_ref().fold(None, |first, next| first.or(next))
        };
        let counts = Self {
            input: first(&[
                gen_ai::USAGE_INPUT_TOKENS,
                "gen_ai.usage.prompt_tokens",
                "llm.usage.prompt_tokens",
                "llm.token_count.prompt",
            ]),
            output: first(&[
                gen_ai::USAGE_OUTPUT_TOKENS,
                "gen_ai.usage.completion_tokens",
                "llm.usage.completion_tokens",
                "llm.token_count.completion",
            ]),
            cache_read: first(&[
                gen_ai::USAGE_CACHE_READ_INPUT_TOKENS,
                "gen_ai.usage.cache_read_input_tokens",
                "llm.token_count.prompt_details.cache_read",
            ]),
            cache_write: first(&[
                gen_ai::USAGE_CACHE_WRITE_INPUT_TOKENS,
                CACHE_CREATION,
                "gen_ai.usage.cache_creation_input_tokens",
                "llm.token_count.prompt_details.cache_write",
            ]),
            reasoning: first(&[
                gen_ai::USAGE_REASONING_OUTPUT_TOKENS,
                "gen_ai.usage.reasoning_tokens",
                "llm.token_count.completion_details.reasoning",
            ]),
        };
        // A sum of these; backends make it themselves.
        first(&[
            "gen_ai.usage.total_tokens",
            "llm.usage.total_tokens",
            "llm.token_count.total",
        ]);
        counts
    }

    /// Input tokens that are neither read from nor written to a cache.
    pub(super) fn fresh_input(&self) -> Option<i64> {
        let cached = self
            .cache_read
            .unwrap_or(0)
            .saturating_add(self.cache_write.unwrap_or(0));
        Some(self.input?.saturating_sub(cached).max(0))
    }

    /// Output tokens without reasoning.
    pub(super) fn plain_output(&self) -> Option<i64> {
        Some(self.output?.saturating_sub(self.reasoning.unwrap_or(0)).max(0))
    }

    pub(super) fn total(&self) -> Option<i64> {
        Some(self.input?.saturating_add(self.output?))
    }

    /// Sets the counts under the GenAI names as of v1.41, which backends read today. `input` is what the backend calls
    /// input tokens.
    pub(super) fn set_gen_ai(&self, draft: &mut Draft<'_>, input: Option<i64>) {
        draft.set_some(gen_ai::USAGE_INPUT_TOKENS, input);
        draft.set_some(gen_ai::USAGE_OUTPUT_TOKENS, self.output);
        draft.set_some(gen_ai::USAGE_CACHE_READ_INPUT_TOKENS, self.cache_read);
        draft.set_some(CACHE_CREATION, self.cache_write);
        draft.set_some(gen_ai::USAGE_REASONING_OUTPUT_TOKENS, self.reasoning);
    }
}

/// The name of `gen_ai.usage.cache_write.input_tokens` until v1.41.
const CACHE_CREATION: &str = "gen_ai.usage.cache_creation.input_tokens";

/// Takes the cost in US dollars off the span. The exact decimal text stays.
pub(super) fn take_cost(draft: &mut Draft<'_>) -> Option<f64> {
    match draft.take(gen_ai::USAGE_COST)? {
        Value::Float(cost) if cost.is_finite() => Some(cost),
        Value::Int(cost) => Some(cost as f64),
        _ => None,
    }
}

/// Takes what was asked of the model off the span, but the model itself: `temperature`, `max_tokens`, …
pub(super) fn take_parameters(draft: &mut Draft<'_>) -> Map<String, Json> {
    draft
        .take_below("gen_ai.request.", gen_ai::REQUEST_MODEL)
        .into_iter()
        .map(|(name, value)| {
            let name = match name.as_str() {
                "choice.count" => "n".to_owned(),
                "stop_sequences" => "stop".to_owned(),
                "reasoning.level" => "reasoning_effort".to_owned(),
                _ => name,
            };
            (name, json_of(value))
        })
        .collect()
}

/// Takes off the span what has no meaning of its own to any backend: tenant, project and persona.
pub(super) fn take_metadata(draft: &mut Draft<'_>) -> Map<String, Json> {
    [
        ("tenant.id", "tenant"),
        ("project.name", "project"),
        (own::PERSONA, "persona"),
    ]
    .into_iter()
    .filter_map(|(key, name)| Some((name.to_owned(), json_of(draft.take(key)?))))
    .collect()
}

/// The same, each as a text under a name of its own that begins so.
pub(super) fn move_metadata(draft: &mut Draft<'_>, prefix: &str) {
    for (name, value) in take_metadata(draft) {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        draft.set(format!("{prefix}{name}"), value);
    }
}

/// The conversation, else the session.
pub(super) fn thread(draft: &Draft<'_>) -> Option<String> {
    draft
        .text(gen_ai::CONVERSATION_ID)
        .or_else(|| draft.text(general::SESSION_ID))
        .map(str::to_owned)
}

/// Gives it this name; the conversation and the session are taken off the span.
pub(super) fn move_thread(draft: &mut Draft<'_>, to: &'static str) {
    if let Some(thread) = thread(draft) {
        draft.take(general::SESSION_ID);
        draft.take(gen_ai::CONVERSATION_ID);
        draft.set(to, thread);
    }
}

/// A call with a prompt and no messages: its preview becomes the user's message, as the conventions have it.
pub(super) fn preview_to_messages(draft: &mut Draft<'_>) {
    let Some(preview) = draft.take_text(own::PROMPT_PREVIEW) else {
        return;
    };
    if !draft.has(gen_ai::INPUT_MESSAGES) {
        let messages = serde_json::json!([{"role": "user", "parts": [{"type": "text", "content": preview}]}]);
        draft.set(gen_ai::INPUT_MESSAGES, messages.to_string());
    }
}

/// How the span ended, where it is no error and no success: `cancelled` or `abandoned`.
pub(super) fn unfinished(draft: &Draft<'_>) -> Option<&'static str> {
    match draft.span().outcome {
        outcome @ (Outcome::Cancelled | Outcome::Abandoned) => Some(outcome.as_str()),
        _ => None,
    }
}
