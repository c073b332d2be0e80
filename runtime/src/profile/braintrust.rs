//! Braintrust: `braintrust.*` as JSON, beside the GenAI conventions, which it reads.
//!
//! As its documentation of OpenTelemetry attributes says. Prompt tokens include cached ones.

use super::draft::{Draft, json_in};
use super::recorded::{self, Operation, Tokens};
use crate::semconv::{gen_ai, general};
use crate::value::Value;
use serde_json::{Map, Value as Json};

pub(super) fn map(draft: &mut Draft<'_>) {
    if let Some(Value::Array(tags)) = draft.take("tag.tags") {
        let tags = super::draft::json_of(Value::Array(tags));
        draft.set("braintrust.tags", tags.to_string());
    }
    let mut metadata = recorded::take_metadata(draft);
    for (key, name) in [(general::USER_ID, "user_id"), (general::SESSION_ID, "session_id")] {
        if let Some(id) = draft.take_text(key) {
            metadata.insert(name.to_owned(), Json::String(id));
        }
    }
    if let Some(outcome) = recorded::unfinished(draft) {
        metadata.insert("outcome".to_owned(), outcome.into());
    }
    let operation = Operation::of(draft);
    if operation == Some(Operation::Model) {
        // What is given here goes before what it would find itself.
        let model = recorded::model(draft).map(Json::String);
        metadata.extend(model.map(|model| ("model".to_owned(), model)));
    }
    draft.add_json("braintrust.metadata", metadata);
    let Some(operation) = operation else { return };
    let kind = Map::from_iter([("type".to_owned(), kind(operation).into())]);
    draft.set_json("braintrust.span_attributes", kind);
    recorded::preview_to_messages(draft);
    for (from, to) in [
        (gen_ai::TOOL_CALL_ARGUMENTS, "braintrust.input_json"),
        (gen_ai::TOOL_CALL_RESULT, "braintrust.output_json"),
    ] {
        let value = draft.take_text(from).map(|text| json_in(text).to_string());
        draft.set_some(to, value);
    }
    let metrics = metrics(draft);
    draft.set_json("braintrust.metrics", metrics);
}

const fn kind(operation: Operation) -> &'static str {
    match operation {
        Operation::Model | Operation::Embeddings => "llm",
        Operation::Tool => "tool",
        Operation::Agent | Operation::Workflow => "task",
        Operation::Retrieval => "function",
    }
}

fn metrics(draft: &mut Draft<'_>) -> Map<String, Json> {
    let tokens = Tokens::take(draft);
    let counts = [
        ("prompt_tokens", tokens.input),
        ("completion_tokens", tokens.output),
        ("tokens", tokens.total()),
        ("prompt_cached_tokens", tokens.cache_read),
        ("prompt_cache_creation_tokens", tokens.cache_write),
        ("completion_reasoning_tokens", tokens.reasoning),
    ];
    let mut metrics: Map<_, _> = counts
        .into_iter()
        .filter_map(|(name, count)| Some((name.to_owned(), count?.into())))
        .collect();
    if let Some(cost) = recorded::take_cost(draft) {
        metrics.insert("estimated_cost".to_owned(), cost.into());
    }
    if let Some(Value::Float(wait)) = draft.span().attribute(gen_ai::RESPONSE_TIME_TO_FIRST_CHUNK) {
        metrics.insert("time_to_first_token".to_owned(), (*wait).into());
    }
    metrics
}

#[cfg(test)]
mod tests {
    use super::super::{Profile, sample};

    fn attributes(span: &crate::record::SpanRecord) -> crate::record::Attributes {
        Profile::Braintrust.of(span).attributes
    }

    #[test]
    fn a_model_call() {
        assert_eq!(
            attributes(&sample::model_call()),
            sample::list([
                ("gen_ai.operation.name", "chat".into()),
                ("gen_ai.provider.name", "openai".into()),
                ("gen_ai.request.model", "gpt-4o-mini".into()),
                ("gen_ai.request.temperature", 0.2.into()),
                ("gen_ai.request.max_tokens", 64.into()),
                ("gen_ai.request.stop_sequences", vec!["END"].into()),
                ("gen_ai.request.stream", true.into()),
                ("gen_ai.conversation.id", "conv-9".into()),
                ("spanwright.prompt_length", 15.into()),
                (
                    "gen_ai.system_instructions",
                    r#"[{"type":"text","content":"Be brief."}]"#.into()
                ),
                ("gen_ai.input.messages", sample::MESSAGES.into()),
                ("gen_ai.response.id", "r-1".into()),
                ("gen_ai.response.model", "gpt-4o-mini-2024-07-18".into()),
                ("gen_ai.response.finish_reasons", vec!["stop"].into()),
                ("gen_ai.response.time_to_first_chunk", 0.25.into()),
                ("spanwright.cost_usd", "0.00024".into()),
                ("spanwright.response_length", 4.into()),
                ("gen_ai.output.messages", sample::ANSWER.into()),
                ("braintrust.tags", r#"["beta","eu"]"#.into()),
                (
                    "braintrust.metadata",
                    r#"{"model":"gpt-4o-mini-2024-07-18","persona":"noor","project":"permits","session_id":"h1:s","tenant":"h1:t","user_id":"h1:u"}"#.into()
                ),
                ("braintrust.span_attributes", r#"{"type":"llm"}"#.into()),
                (
                    "braintrust.metrics",
                    r#"{"completion_reasoning_tokens":50,"completion_tokens":200,"estimated_cost":0.00024,"prompt_cache_creation_tokens":10,"prompt_cached_tokens":400,"prompt_tokens":1000,"time_to_first_token":0.25,"tokens":1200}"#.into()
                ),
            ])
        );
    }

    #[test]
    fn a_tool_call() {
        assert_eq!(
            attributes(&sample::tool_call()),
            sample::list([
                ("gen_ai.operation.name", "execute_tool".into()),
                ("gen_ai.tool.name", "search".into()),
                ("gen_ai.tool.call.id", "c1".into()),
                ("gen_ai.tool.type", "extension".into()),
                ("mcp.method.name", "tools/call".into()),
                ("braintrust.span_attributes", r#"{"type":"tool"}"#.into()),
                ("braintrust.input_json", r#"{"q":"late"}"#.into()),
                ("braintrust.output_json", r#"["Water reuse"]"#.into()),
            ])
        );
    }

    #[test]
    fn an_agent_that_was_cancelled_at_the_root() {
        assert_eq!(
            attributes(&sample::root()),
            sample::list([
                ("gen_ai.operation.name", "invoke_agent".into()),
                ("gen_ai.agent.name", "planner".into()),
                ("spanwright.outcome", "cancelled".into()),
                ("braintrust.tags", r#"["beta","eu"]"#.into()),
                (
                    "braintrust.metadata",
                    r#"{"outcome":"cancelled","project":"permits","session_id":"h1:s","tenant":"h1:t","user_id":"h1:u"}"#.into()
                ),
                ("braintrust.span_attributes", r#"{"type":"task"}"#.into()),
            ])
        );
    }

    #[test]
    fn a_query_is_sent_as_it_is() {
        assert_eq!(attributes(&sample::query()), sample::query().attributes);
    }
}
