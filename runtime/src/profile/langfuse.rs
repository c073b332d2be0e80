//! Langfuse: `langfuse.trace.*` and `langfuse.observation.*`.
//!
//! As its server reads them (langfuse 4.16, `packages/shared/src/server/otel`). It finds user, session, environment and
//! version under OpenTelemetry's names. Its buckets of usage exclude one another, and it adds up what it is given.

use super::draft::Draft;
use super::instant::rfc3339;
use super::recorded::{self, Operation, Tokens};
use crate::semconv::gen_ai;
use crate::value::Value;
use serde_json::Map;

pub(super) fn map(draft: &mut Draft<'_>) {
    if draft.is_root() {
        let name = draft.span().name.to_string();
        draft.set("langfuse.trace.name", name);
    }
    draft.rename("tag.tags", "langfuse.trace.tags");
    recorded::move_metadata(draft, "langfuse.trace.metadata.");
    if let Some(outcome) = recorded::unfinished(draft) {
        draft.set("langfuse.observation.level", "WARNING");
        draft.set("langfuse.observation.status_message", outcome);
    }
    let Some(operation) = Operation::of(draft) else {
        return;
    };
    draft.set("langfuse.observation.type", kind(operation));
    content(draft);
    if matches!(operation, Operation::Model | Operation::Embeddings) {
        let model = recorded::model(draft);
        draft.set_some("langfuse.observation.model.name", model);
        let parameters = recorded::take_parameters(draft);
        draft.set_json("langfuse.observation.model.parameters", parameters);
        let first_chunk = first_chunk(draft);
        draft.set_some("langfuse.observation.completion_start_time", first_chunk);
        draft.rename(gen_ai::PROMPT_NAME, "langfuse.observation.prompt.name");
    }
    let usage = usage(Tokens::take(draft));
    draft.set_json("langfuse.observation.usage_details", usage);
    if let Some(cost) = recorded::take_cost(draft) {
        let details = Map::from_iter([("total".to_owned(), cost.into())]);
        draft.set_json("langfuse.observation.cost_details", details);
    }
}

const fn kind(operation: Operation) -> &'static str {
    match operation {
        Operation::Model => "generation",
        Operation::Embeddings => "embedding",
        Operation::Tool => "tool",
        Operation::Agent => "agent",
        Operation::Retrieval => "retriever",
        Operation::Workflow => "chain",
    }
}

fn content(draft: &mut Draft<'_>) {
    recorded::preview_to_messages(draft);
    draft.rename(gen_ai::TOOL_CALL_ARGUMENTS, INPUT);
    draft.rename(gen_ai::TOOL_CALL_RESULT, OUTPUT);
    draft.rename(gen_ai::OUTPUT_MESSAGES, OUTPUT);
    let system = draft.take_text(gen_ai::SYSTEM_INSTRUCTIONS);
    let messages = draft.take_text(gen_ai::INPUT_MESSAGES);
    let input = match (system, messages) {
        (Some(system), Some(messages)) => with_system(&system, &messages).or(Some(messages)),
        (system, messages) => messages.or(system),
    };
    draft.set_some(INPUT, input);
}

const INPUT: &str = "langfuse.observation.input";
const OUTPUT: &str = "langfuse.observation.output";

/// The messages with the system's before them. The parts stay as they are written; `None` where one is no JSON list.
fn with_system(system: &str, messages: &str) -> Option<String> {
    for text in [system, messages] {
        serde_json::from_str::<Vec<serde_json::Value>>(text).ok()?;
    }
    let rest = messages.trim_start().strip_prefix('[')?.trim_start();
    let comma = if rest.starts_with(']') { "" } else { "," };
    Some(format!(r#"[{{"role":"system","parts":{system}}}{comma}{rest}"#))
}

/// When the first chunk came, where the reply was streamed.
fn first_chunk(draft: &Draft<'_>) -> Option<String> {
    let span = draft.span();
    match span.attribute(gen_ai::RESPONSE_TIME_TO_FIRST_CHUNK)? {
        // A duration that cannot be is none.
        Value::Float(seconds) if (0.0..1e6).contains(seconds) => Some(rfc3339(
            span.start_ns.saturating_add((seconds * 1e9).round() as u64),
        )),
        _ => None,
    }
}

/// Buckets that exclude one another.
fn usage(tokens: Tokens) -> Map<String, serde_json::Value> {
    [
        ("input", tokens.fresh_input()),
        ("input_cached_tokens", tokens.cache_read),
        ("input_cache_creation", tokens.cache_write),
        ("output", tokens.plain_output()),
        ("output_reasoning_tokens", tokens.reasoning),
    ]
    .into_iter()
    .filter_map(|(bucket, count)| Some((bucket.to_owned(), count?.into())))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Profile, sample};
    use super::*;

    fn attributes(span: &crate::record::SpanRecord) -> crate::record::Attributes {
        Profile::Langfuse.of(span).attributes
    }

    #[test]
    fn a_model_call() {
        let input = r#"[{"role":"system","parts":[{"type":"text","content":"Be brief."}]},{"role":"user","parts":[{"type":"text","content":"Which projects?"}]}]"#;
        assert_eq!(
            attributes(&sample::model_call()),
            sample::list([
                ("user.id", "h1:u".into()),
                ("session.id", "h1:s".into()),
                ("langfuse.trace.tags", vec!["beta", "eu"].into()),
                ("gen_ai.operation.name", "chat".into()),
                ("gen_ai.provider.name", "openai".into()),
                ("gen_ai.request.model", "gpt-4o-mini".into()),
                ("gen_ai.conversation.id", "conv-9".into()),
                ("spanwright.prompt_length", 15.into()),
                ("gen_ai.response.id", "r-1".into()),
                ("gen_ai.response.model", "gpt-4o-mini-2024-07-18".into()),
                ("gen_ai.response.finish_reasons", vec!["stop"].into()),
                ("gen_ai.response.time_to_first_chunk", 0.25.into()),
                ("spanwright.cost_usd", "0.00024".into()),
                ("spanwright.response_length", 4.into()),
                ("langfuse.observation.output", sample::ANSWER.into()),
                ("langfuse.trace.metadata.persona", "noor".into()),
                ("langfuse.trace.metadata.project", "permits".into()),
                ("langfuse.trace.metadata.tenant", "h1:t".into()),
                ("langfuse.observation.type", "generation".into()),
                ("langfuse.observation.input", input.into()),
                (
                    "langfuse.observation.model.name",
                    "gpt-4o-mini-2024-07-18".into()
                ),
                (
                    "langfuse.observation.model.parameters",
                    r#"{"max_tokens":64,"stop":["END"],"stream":true,"temperature":0.2}"#.into()
                ),
                (
                    "langfuse.observation.completion_start_time",
                    "2023-11-14T22:13:20.250000000Z".into()
                ),
                (
                    "langfuse.observation.usage_details",
                    r#"{"input":590,"input_cache_creation":10,"input_cached_tokens":400,"output":150,"output_reasoning_tokens":50}"#.into()
                ),
                ("langfuse.observation.cost_details", r#"{"total":0.00024}"#.into()),
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
                ("langfuse.observation.input", r#"{"q":"late"}"#.into()),
                ("langfuse.observation.output", r#"["Water reuse"]"#.into()),
                ("langfuse.observation.type", "tool".into()),
            ])
        );
    }

    #[test]
    fn an_agent_that_was_cancelled_at_the_root() {
        assert_eq!(
            attributes(&sample::root()),
            sample::list([
                ("user.id", "h1:u".into()),
                ("session.id", "h1:s".into()),
                ("langfuse.trace.tags", vec!["beta", "eu"].into()),
                ("gen_ai.operation.name", "invoke_agent".into()),
                ("gen_ai.agent.name", "planner".into()),
                ("spanwright.outcome", "cancelled".into()),
                ("langfuse.trace.name", "invoke_agent planner".into()),
                ("langfuse.trace.metadata.project", "permits".into()),
                ("langfuse.trace.metadata.tenant", "h1:t".into()),
                ("langfuse.observation.level", "WARNING".into()),
                ("langfuse.observation.status_message", "cancelled".into()),
                ("langfuse.observation.type", "agent".into()),
            ])
        );
    }

    #[test]
    fn a_query_is_sent_as_it_is() {
        assert_eq!(attributes(&sample::query()), sample::query().attributes);
    }

    #[test]
    fn a_prompt_alone_is_the_users_message() {
        let span = Profile::Langfuse.of(&sample::prompted());
        assert_eq!(
            span.attribute("langfuse.observation.input")
                .and_then(Value::as_str),
            Some(r#"[{"parts":[{"content":"Hi","type":"text"}],"role":"user"}]"#)
        );
        assert_eq!(span.attribute("spanwright.prompt_preview"), None);
    }

    #[test]
    fn the_system_message_comes_first_whatever_follows() {
        let system = r#"[{"type":"text","content":"s"}]"#;
        let whole = r#"[{"role":"system","parts":[{"type":"text","content":"s"}]}"#;
        assert_eq!(with_system(system, " [ ]"), Some(format!("{whole}]")));
        assert_eq!(with_system(system, "[1, 2]"), Some(format!("{whole},1, 2]")));
        assert_eq!(with_system(system, "hello"), None);
        assert_eq!(with_system("[cut", "[1]"), None);
    }
}
