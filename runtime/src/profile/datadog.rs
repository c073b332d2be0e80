//! Datadog: the GenAI conventions as of v1.37 to v1.41, which its LLM Observability reads.
//!
//! A session of it is a conversation. The application is the service: nothing on a span says that.

use super::draft::Draft;
use super::recorded::{self, Operation, Tokens};
use crate::semconv::{gen_ai, general};

pub(super) fn map(draft: &mut Draft<'_>) {
    draft.rename(general::SESSION_ID, gen_ai::CONVERSATION_ID);
    if Operation::of(draft).is_none() {
        return;
    }
    recorded::preview_to_messages(draft);
    let tokens = Tokens::take(draft);
    tokens.set_gen_ai(draft, tokens.input);
}

#[cfg(test)]
mod tests {
    use super::super::{Profile, sample};

    fn attributes(span: &crate::record::SpanRecord) -> crate::record::Attributes {
        Profile::Datadog.of(span).attributes
    }

    #[test]
    fn a_model_call() {
        assert_eq!(
            attributes(&sample::model_call()),
            sample::list([
                ("user.id", "h1:u".into()),
                ("tag.tags", vec!["beta", "eu"].into()),
                ("tenant.id", "h1:t".into()),
                ("project.name", "permits".into()),
                ("gen_ai.operation.name", "chat".into()),
                ("gen_ai.provider.name", "openai".into()),
                ("gen_ai.request.model", "gpt-4o-mini".into()),
                ("gen_ai.request.temperature", 0.2.into()),
                ("gen_ai.request.max_tokens", 64.into()),
                ("gen_ai.request.stop_sequences", vec!["END"].into()),
                ("gen_ai.request.stream", true.into()),
                ("gen_ai.conversation.id", "conv-9".into()),
                ("spanwright.persona", "noor".into()),
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
                ("gen_ai.usage.input_tokens", 1000.into()),
                ("gen_ai.usage.output_tokens", 200.into()),
                ("gen_ai.usage.cache_read.input_tokens", 400.into()),
                ("gen_ai.usage.cache_creation.input_tokens", 10.into()),
                ("gen_ai.usage.reasoning.output_tokens", 50.into()),
            ])
        );
    }

    #[test]
    fn a_tool_call_is_sent_as_it_is() {
        assert_eq!(attributes(&sample::tool_call()), sample::tool_call().attributes);
    }

    #[test]
    fn a_session_is_a_conversation() {
        assert_eq!(
            attributes(&sample::root()),
            sample::list([
                ("user.id", "h1:u".into()),
                ("gen_ai.conversation.id", "h1:s".into()),
                ("tag.tags", vec!["beta", "eu"].into()),
                ("tenant.id", "h1:t".into()),
                ("project.name", "permits".into()),
                ("gen_ai.operation.name", "invoke_agent".into()),
                ("gen_ai.agent.name", "planner".into()),
                ("spanwright.outcome", "cancelled".into()),
            ])
        );
    }

    #[test]
    fn a_query_is_sent_as_it_is() {
        assert_eq!(attributes(&sample::query()), sample::query().attributes);
    }
}
