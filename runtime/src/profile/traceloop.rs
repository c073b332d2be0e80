//! Traceloop: OpenLLMetry's `traceloop.*`, beside the GenAI conventions.
//!
//! As its SDK writes them (traceloop-sdk 0.62).

use super::draft::{Draft, json_in};
use super::recorded::{self, Operation, Tokens};
use crate::record::Kind;
use crate::semconv::{gen_ai, general};

pub(super) fn map(draft: &mut Draft<'_>) {
    draft.rename(general::USER_ID, "traceloop.association.properties.user_id");
    draft.rename(general::SESSION_ID, "traceloop.association.properties.session_id");
    recorded::move_metadata(draft, "traceloop.association.properties.");
    let operation = Operation::of(draft);
    let name = draft.span().name.to_string();
    if let Some(kind) = kind(draft, operation) {
        draft.set("traceloop.span.kind", kind);
        draft.set("traceloop.entity.name", name.clone());
    }
    if draft.is_root() {
        draft.set("traceloop.workflow.name", name);
    }
    let Some(operation) = operation else { return };
    recorded::preview_to_messages(draft);
    let request = match operation {
        Operation::Model => Some("chat"),
        Operation::Embeddings => Some("embedding"),
        _ => None,
    };
    draft.set_some("llm.request.type", request);
    let provider = draft.text(gen_ai::PROVIDER_NAME).map(str::to_owned);
    draft.set_some("gen_ai.system", provider);
    // Its pages show JSON.
    for (from, to) in [
        (gen_ai::TOOL_CALL_ARGUMENTS, "traceloop.entity.input"),
        (gen_ai::TOOL_CALL_RESULT, "traceloop.entity.output"),
    ] {
        let value = draft.take_text(from).map(|text| json_in(text).to_string());
        draft.set_some(to, value);
    }
    let tokens = Tokens::take(draft);
    tokens.set_gen_ai(draft, tokens.input);
}

/// A workflow is what a trace begins with, a task what is inside the program; calls of models, queries and requests
/// have no kind.
fn kind(draft: &Draft<'_>, operation: Option<Operation>) -> Option<&'static str> {
    match operation {
        Some(Operation::Tool) => Some("tool"),
        Some(Operation::Agent) => Some("agent"),
        Some(Operation::Workflow) => Some("workflow"),
        Some(Operation::Model | Operation::Embeddings | Operation::Retrieval) => None,
        None if draft.is_root() => Some("workflow"),
        None if draft.span().kind == Kind::Internal => Some("task"),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Profile, sample};

    fn attributes(span: &crate::record::SpanRecord) -> crate::record::Attributes {
        Profile::Traceloop.of(span).attributes
    }

    #[test]
    fn a_model_call() {
        assert_eq!(
            attributes(&sample::model_call()),
            sample::list([
                ("traceloop.association.properties.user_id", "h1:u".into()),
                ("traceloop.association.properties.session_id", "h1:s".into()),
                ("tag.tags", vec!["beta", "eu"].into()),
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
                ("gen_ai.usage.cost", 0.00024.into()),
                ("spanwright.cost_usd", "0.00024".into()),
                ("spanwright.response_length", 4.into()),
                ("gen_ai.output.messages", sample::ANSWER.into()),
                ("traceloop.association.properties.persona", "noor".into()),
                ("traceloop.association.properties.project", "permits".into()),
                ("traceloop.association.properties.tenant", "h1:t".into()),
                ("llm.request.type", "chat".into()),
                ("gen_ai.system", "openai".into()),
                ("gen_ai.usage.input_tokens", 1000.into()),
                ("gen_ai.usage.output_tokens", 200.into()),
                ("gen_ai.usage.cache_read.input_tokens", 400.into()),
                ("gen_ai.usage.cache_creation.input_tokens", 10.into()),
                ("gen_ai.usage.reasoning.output_tokens", 50.into()),
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
                ("traceloop.span.kind", "tool".into()),
                ("traceloop.entity.name", "execute_tool search".into()),
                ("traceloop.entity.input", r#"{"q":"late"}"#.into()),
                ("traceloop.entity.output", r#"["Water reuse"]"#.into()),
            ])
        );
    }

    #[test]
    fn an_agent_at_the_root() {
        assert_eq!(
            attributes(&sample::root()),
            sample::list([
                ("traceloop.association.properties.user_id", "h1:u".into()),
                ("traceloop.association.properties.session_id", "h1:s".into()),
                ("tag.tags", vec!["beta", "eu"].into()),
                ("gen_ai.operation.name", "invoke_agent".into()),
                ("gen_ai.agent.name", "planner".into()),
                ("spanwright.outcome", "cancelled".into()),
                ("traceloop.association.properties.project", "permits".into()),
                ("traceloop.association.properties.tenant", "h1:t".into()),
                ("traceloop.span.kind", "agent".into()),
                ("traceloop.entity.name", "invoke_agent planner".into()),
                ("traceloop.workflow.name", "invoke_agent planner".into()),
            ])
        );
    }

    #[test]
    fn a_query_is_sent_as_it_is() {
        assert_eq!(attributes(&sample::query()), sample::query().attributes);
    }
}
