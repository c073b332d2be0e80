//! Opik: `opik.*` and `thread_id`, beside the GenAI conventions, which it reads.
//!
//! As its server maps them (opik-backend, `domain/mapping`). It takes what follows `gen_ai.usage.` as a bucket's name;
//! input and output tokens include their parts.

use super::draft::Draft;
use super::recorded::{self, Operation, Tokens};
use crate::semconv::{gen_ai, general};
use crate::value::Value;

pub(super) fn map(draft: &mut Draft<'_>) {
    draft.rename("tag.tags", "opik.tags");
    draft.rename(general::USER_ID, "opik.metadata.user_id");
    recorded::move_thread(draft, "thread_id");
    recorded::move_metadata(draft, "opik.metadata.");
    if let Some(outcome) = recorded::unfinished(draft) {
        draft.set("opik.metadata.outcome", outcome);
    }
    if Operation::of(draft).is_none() {
        return;
    }
    recorded::preview_to_messages(draft);
    draft.rename(gen_ai::TOOL_CALL_ARGUMENTS, "input");
    draft.rename(gen_ai::TOOL_CALL_RESULT, "output");
    // A bucket, to those of its versions that know no cost.
    let cost = recorded::take_cost(draft).map(Value::Float);
    let tokens = Tokens::take(draft);
    tokens.set_gen_ai(draft, tokens.input);
    draft.set_some(gen_ai::USAGE_COST, cost);
}

#[cfg(test)]
mod tests {
    use super::super::{Profile, sample};

    fn attributes(span: &crate::record::SpanRecord) -> crate::record::Attributes {
        Profile::Opik.of(span).attributes
    }

    #[test]
    fn a_model_call() {
        assert_eq!(
            attributes(&sample::model_call()),
            sample::list([
                ("opik.metadata.user_id", "h1:u".into()),
                ("opik.tags", vec!["beta", "eu"].into()),
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
                ("thread_id", "conv-9".into()),
                ("opik.metadata.persona", "noor".into()),
                ("opik.metadata.project", "permits".into()),
                ("opik.metadata.tenant", "h1:t".into()),
                ("gen_ai.usage.input_tokens", 1000.into()),
                ("gen_ai.usage.output_tokens", 200.into()),
                ("gen_ai.usage.cache_read.input_tokens", 400.into()),
                ("gen_ai.usage.cache_creation.input_tokens", 10.into()),
                ("gen_ai.usage.reasoning.output_tokens", 50.into()),
                ("gen_ai.usage.cost", 0.00024.into()),
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
                ("input", r#"{"q":"late"}"#.into()),
                ("output", r#"["Water reuse"]"#.into()),
            ])
        );
    }

    #[test]
    fn an_agent_that_was_cancelled_at_the_root() {
        assert_eq!(
            attributes(&sample::root()),
            sample::list([
                ("opik.metadata.user_id", "h1:u".into()),
                ("opik.tags", vec!["beta", "eu"].into()),
                ("gen_ai.operation.name", "invoke_agent".into()),
                ("gen_ai.agent.name", "planner".into()),
                ("spanwright.outcome", "cancelled".into()),
                ("thread_id", "h1:s".into()),
                ("opik.metadata.project", "permits".into()),
                ("opik.metadata.tenant", "h1:t".into()),
                ("opik.metadata.outcome", "cancelled".into()),
            ])
        );
    }

    #[test]
    fn a_query_is_sent_as_it_is() {
        assert_eq!(attributes(&sample::query()), sample::query().attributes);
    }
}
