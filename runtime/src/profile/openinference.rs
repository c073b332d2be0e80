//! OpenInference: `openinference.span.kind`, `llm.*`, `tool.*`, `input.value`, …, for Arize Phoenix and Arize AX.
//!
//! By openinference-semantic-conventions 0.1.42. Phoenix also makes these of the GenAI conventions, in part and in its
//! newer versions only; what is set goes before what it makes. Counts of tokens include their parts.

use super::draft::{Draft, json_in, json_of};
use super::openinference_messages::{self as messages, Texts};
use super::recorded::{self, Operation, Tokens};
use crate::record::Kind;
use crate::semconv::{gen_ai, general};
use crate::value::Value;
use serde_json::{Map, Value as Json};

pub(super) fn map(draft: &mut Draft<'_>) {
    let operation = Operation::of(draft);
    if let Some(kind) = kind(draft, operation) {
        draft.set("openinference.span.kind", kind);
    }
    if !draft.has(general::SESSION_ID) {
        let thread = recorded::thread(draft);
        draft.set_some(general::SESSION_ID, thread);
    }
    let mut metadata = recorded::take_metadata(draft);
    if let Some(outcome) = recorded::unfinished(draft) {
        metadata.insert("outcome".to_owned(), outcome.into());
    }
    match operation {
        None => {}
        Some(Operation::Tool) => tool(draft),
        Some(operation) => {
            // Phoenix would show it as the output.
            if let Some(id) = draft.take_text(gen_ai::RESPONSE_ID) {
                metadata.insert("response_id".to_owned(), Json::String(id));
            }
            draft.rename(gen_ai::AGENT_NAME, "agent.name");
            call(draft, operation);
        }
    }
    draft.add_json("metadata", metadata);
}

/// What begins a trace and what is inside the program links the other steps; queries and requests have no kind.
fn kind(draft: &Draft<'_>, operation: Option<Operation>) -> Option<&'static str> {
    match operation {
        Some(Operation::Model) => Some("LLM"),
        Some(Operation::Embeddings) => Some("EMBEDDING"),
        Some(Operation::Tool) => Some("TOOL"),
        Some(Operation::Agent) => Some("AGENT"),
        Some(Operation::Retrieval) => Some("RETRIEVER"),
        Some(Operation::Workflow) => Some("CHAIN"),
        None if draft.is_root() || draft.span().kind == Kind::Internal => Some("CHAIN"),
        None => None,
    }
}

fn tool(draft: &mut Draft<'_>) {
    draft.rename(gen_ai::TOOL_NAME, "tool.name");
    draft.rename(gen_ai::TOOL_DESCRIPTION, "tool.description");
    draft.rename(gen_ai::TOOL_CALL_ID, "tool.id");
    if let Some(arguments) = draft.take_text(gen_ai::TOOL_CALL_ARGUMENTS) {
        draft.set("tool.parameters", arguments.clone());
        set_content(draft, Side::Input, arguments);
    }
    if let Some(result) = draft.take_text(gen_ai::TOOL_CALL_RESULT) {
        set_content(draft, Side::Output, result);
    }
}

/// A call of a model, an agent, or whatever else the conventions name.
fn call(draft: &mut Draft<'_>, operation: Operation) {
    let model = recorded::model(draft);
    let is_embedding = operation == Operation::Embeddings;
    let (model_name, parameters_name) = if is_embedding {
        ("embedding.model_name", "embedding.invocation_parameters")
    } else {
        ("llm.model_name", "llm.invocation_parameters")
    };
    draft.set_some(model_name, model);
    draft.rename(gen_ai::REQUEST_MODEL, "llm.request.model_name");
    draft.rename(gen_ai::RESPONSE_MODEL, "llm.response.model_name");
    provider(draft);
    let parameters = recorded::take_parameters(draft);
    draft.set_json(parameters_name, parameters);
    finish_reason(draft);
    counts(draft);
    content(draft);
}

fn content(draft: &mut Draft<'_>) {
    recorded::preview_to_messages(draft);
    let mut first = 0;
    if let Some(system) = draft.take_text(gen_ai::SYSTEM_INSTRUCTIONS) {
        let message = Map::from_iter([
            ("role".to_owned(), "system".into()),
            ("parts".to_owned(), json_in(system)),
        ]);
        messages::flatten(draft, "llm.input_messages", 0, &[Json::Object(message)]);
        first = 1;
    }
    for (key, prefix, first, side, texts) in [
        (
            gen_ai::INPUT_MESSAGES,
            "llm.input_messages",
            first,
            Side::Input,
            Texts::Last,
        ),
        (
            gen_ai::OUTPUT_MESSAGES,
            "llm.output_messages",
            0,
            Side::Output,
            Texts::All,
        ),
    ] {
        let Some(text) = draft.take_text(key) else {
            continue;
        };
        match json_in(text) {
            Json::Array(list) => {
                messages::flatten(draft, prefix, first, &list);
                if let Some(text) = messages::text(&list, texts) {
                    set_content(draft, side, text);
                }
            }
            // It was cut when it was captured.
            other => set_content(draft, side, other.as_str().unwrap_or_default().to_owned()),
        }
    }
    if let Some(Json::Array(tools)) = draft.take_text(gen_ai::TOOL_DEFINITIONS).map(json_in) {
        for (at, tool) in tools.iter().enumerate() {
            draft.set(format!("llm.tools.{at}.tool.json_schema"), tool.to_string());
        }
    }
}

#[derive(Clone, Copy)]
enum Side {
    Input,
    Output,
}

/// Sets `input.value` or `output.value` with its type.
fn set_content(draft: &mut Draft<'_>, side: Side, text: String) {
    let (value, mime_type) = match side {
        Side::Input => ("input.value", "input.mime_type"),
        Side::Output => ("output.value", "output.mime_type"),
    };
    let is_json = matches!(json_in(text.clone()), Json::Object(_) | Json::Array(_));
    draft.set(value, text);
    draft.set(mime_type, if is_json { "application/json" } else { "text/plain" });
}

fn finish_reason(draft: &mut Draft<'_>) {
    let reasons = match draft.take(gen_ai::RESPONSE_FINISH_REASONS) {
        Some(Value::Array(reasons)) => reasons,
        _ => return,
    };
    let reason = match <[Value; 1]>::try_from(reasons) {
        Ok([only]) => only,
        Err(several) => Value::String(json_of(Value::Array(several)).to_string()),
    };
    draft.set("llm.finish_reason", reason);
}

fn counts(draft: &mut Draft<'_>) {
    let tokens = Tokens::take(draft);
    for (key, count) in [
        ("llm.token_count.prompt", tokens.input),
        ("llm.token_count.completion", tokens.output),
        ("llm.token_count.total", tokens.total()),
        ("llm.token_count.prompt_details.cache_read", tokens.cache_read),
        ("llm.token_count.prompt_details.cache_write", tokens.cache_write),
        ("llm.token_count.completion_details.reasoning", tokens.reasoning),
    ] {
        draft.set_some(key, count);
    }
    let cost = recorded::take_cost(draft);
    draft.set_some("llm.cost.total", cost);
}

/// Who serves the model, and whose model it is, in OpenInference's words.
fn provider(draft: &mut Draft<'_>) {
    let Some(name) = draft.take_text(gen_ai::PROVIDER_NAME) else {
        return;
    };
    let (provider, system) = match name.as_str() {
        "openai" | "anthropic" | "cohere" => (Some(name.as_str()), Some(name.as_str())),
        "mistral_ai" => (Some("mistralai"), Some("mistralai")),
        "deepseek" | "groq" | "perplexity" => (Some(name.as_str()), None),
        "x_ai" => (Some("xai"), None),
        "azure.ai.openai" => (Some("azure"), Some("openai")),
        "azure.ai.inference" => (Some("azure"), None),
        "aws.bedrock" => (Some("aws"), None),
        "gcp.vertex_ai" => (Some("google"), Some("vertexai")),
        "gcp.gen_ai" | "gcp.gemini" => (Some("google"), None),
        other => (None, Some(other)),
    };
    draft.set_some("llm.provider", provider);
    draft.set_some("llm.system", system);
}

#[cfg(test)]
#[path = "openinference_tests.rs"]
mod tests;
