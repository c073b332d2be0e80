//! LangWatch: `langwatch.*`, beside the GenAI conventions, which it reads.
//!
//! As its server reads them (langwatch of 2026-08, `server/app-layer/traces/canonicalisation`). To it, input tokens are
//! those outside the cache: it prices cached ones on top.

use super::draft::{Draft, json_in};
use super::recorded::{self, Operation, Tokens};
use crate::semconv::{gen_ai, general};

pub(super) fn map(draft: &mut Draft<'_>) {
    draft.rename(general::USER_ID, "langwatch.user.id");
    draft.rename("tenant.id", "langwatch.customer.id");
    draft.rename("tag.tags", "langwatch.labels");
    recorded::move_thread(draft, "langwatch.thread.id");
    let metadata = recorded::take_metadata(draft);
    draft.add_json("langwatch.metadata", metadata);
    let Some(operation) = Operation::of(draft) else {
        return;
    };
    draft.set_some("langwatch.span.type", kind(operation));
    recorded::preview_to_messages(draft);
    for (from, to) in [
        (gen_ai::TOOL_CALL_ARGUMENTS, "langwatch.input"),
        (gen_ai::TOOL_CALL_RESULT, "langwatch.output"),
    ] {
        let value = draft.take_text(from).map(typed);
        draft.set_some(to, value);
    }
    let tokens = Tokens::take(draft);
    tokens.set_gen_ai(draft, tokens.fresh_input());
    let cost = recorded::take_cost(draft);
    draft.set_some("langwatch.span.cost", cost);
}

const fn kind(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::Model => Some("llm"),
        // There is no word for it.
        Operation::Embeddings => None,
        Operation::Tool => Some("tool"),
        Operation::Agent => Some("agent"),
        Operation::Retrieval => Some("rag"),
        Operation::Workflow => Some("workflow"),
    }
}

/// A value with its type. A list would be read as messages, so that all but objects are `raw`.
fn typed(text: String) -> String {
    let value = json_in(text);
    let kind = if value.is_object() { "json" } else { "raw" };
    serde_json::json!({"type": kind, "value": value}).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::{Profile, sample};

    fn attributes(span: &crate::record::SpanRecord) -> crate::record::Attributes {
        Profile::LangWatch.of(span).attributes
    }

    #[test]
    fn a_model_call() {
        assert_eq!(
            attributes(&sample::model_call()),
            sample::list([
                ("langwatch.user.id", "h1:u".into()),
                ("langwatch.labels", vec!["beta", "eu"].into()),
                ("langwatch.customer.id", "h1:t".into()),
                ("gen_ai.operation.name", "chat".into()),
                ("gen_ai.provider.name", "openai".into()),
                ("gen_ai.request.model", "gpt-4o-mini".into()),
                ("gen_ai.request.temperature", 0.2.into()),
                ("gen_ai.request.max_tokens", 64.into()),
                ("gen_ai.request.stop_sequences", vec!["END"].into()),
                ("gen_ai.request.stream", true.into()),
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
                ("langwatch.thread.id", "conv-9".into()),
                (
                    "langwatch.metadata",
                    r#"{"persona":"noor","project":"permits"}"#.into()
                ),
                ("langwatch.span.type", "llm".into()),
                ("gen_ai.usage.input_tokens", 590.into()),
                ("gen_ai.usage.output_tokens", 200.into()),
                ("gen_ai.usage.cache_read.input_tokens", 400.into()),
                ("gen_ai.usage.cache_creation.input_tokens", 10.into()),
                ("gen_ai.usage.reasoning.output_tokens", 50.into()),
                ("langwatch.span.cost", 0.00024.into()),
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
                ("langwatch.span.type", "tool".into()),
                (
                    "langwatch.input",
                    r#"{"type":"json","value":{"q":"late"}}"#.into()
                ),
                (
                    "langwatch.output",
                    r#"{"type":"raw","value":["Water reuse"]}"#.into()
                ),
            ])
        );
    }

    #[test]
    fn an_agent_at_the_root() {
        assert_eq!(
            attributes(&sample::root()),
            sample::list([
                ("langwatch.user.id", "h1:u".into()),
                ("langwatch.labels", vec!["beta", "eu"].into()),
                ("langwatch.customer.id", "h1:t".into()),
                ("gen_ai.operation.name", "invoke_agent".into()),
                ("gen_ai.agent.name", "planner".into()),
                ("spanwright.outcome", "cancelled".into()),
                ("langwatch.thread.id", "h1:s".into()),
                ("langwatch.metadata", r#"{"project":"permits"}"#.into()),
                ("langwatch.span.type", "agent".into()),
            ])
        );
    }

    #[test]
    fn a_query_is_sent_as_it_is() {
        assert_eq!(attributes(&sample::query()), sample::query().attributes);
    }
}
