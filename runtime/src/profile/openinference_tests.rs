use super::super::{Profile, sample};

fn attributes(span: &crate::record::SpanRecord) -> crate::record::Attributes {
    Profile::OpenInference.of(span).attributes
}

#[test]
fn a_model_call() {
    assert_eq!(
        attributes(&sample::model_call()),
        sample::list([
            ("user.id", "h1:u".into()),
            ("session.id", "h1:s".into()),
            ("tag.tags", vec!["beta", "eu"].into()),
            ("gen_ai.operation.name", "chat".into()),
            ("llm.request.model_name", "gpt-4o-mini".into()),
            ("gen_ai.conversation.id", "conv-9".into()),
            ("spanwright.prompt_length", 15.into()),
            ("llm.response.model_name", "gpt-4o-mini-2024-07-18".into()),
            ("gen_ai.response.time_to_first_chunk", 0.25.into()),
            ("spanwright.cost_usd", "0.00024".into()),
            ("spanwright.response_length", 4.into()),
            ("openinference.span.kind", "LLM".into()),
            ("llm.model_name", "gpt-4o-mini-2024-07-18".into()),
            ("llm.provider", "openai".into()),
            ("llm.system", "openai".into()),
            (
                "llm.invocation_parameters",
                r#"{"max_tokens":64,"stop":["END"],"stream":true,"temperature":0.2}"#.into()
            ),
            ("llm.finish_reason", "stop".into()),
            ("llm.token_count.prompt", 1000.into()),
            ("llm.token_count.completion", 200.into()),
            ("llm.token_count.total", 1200.into()),
            ("llm.token_count.prompt_details.cache_read", 400.into()),
            ("llm.token_count.prompt_details.cache_write", 10.into()),
            ("llm.token_count.completion_details.reasoning", 50.into()),
            ("llm.cost.total", 0.00024.into()),
            ("llm.input_messages.0.message.role", "system".into()),
            ("llm.input_messages.0.message.content", "Be brief.".into()),
            ("llm.input_messages.1.message.role", "user".into()),
            ("llm.input_messages.1.message.content", "Which projects?".into()),
            ("input.value", "Which projects?".into()),
            ("input.mime_type", "text/plain".into()),
            ("llm.output_messages.0.message.role", "assistant".into()),
            ("llm.output_messages.0.message.content", "Two.".into()),
            (
                "llm.output_messages.0.message.tool_calls.0.tool_call.id",
                "c1".into()
            ),
            (
                "llm.output_messages.0.message.tool_calls.0.tool_call.function.name",
                "search".into()
            ),
            (
                "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments",
                r#"{"q":"late"}"#.into()
            ),
            ("output.value", "Two.".into()),
            ("output.mime_type", "text/plain".into()),
            (
                "metadata",
                r#"{"persona":"noor","project":"permits","response_id":"r-1","tenant":"h1:t"}"#.into()
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
            ("tool.name", "search".into()),
            ("tool.id", "c1".into()),
            ("gen_ai.tool.type", "extension".into()),
            ("mcp.method.name", "tools/call".into()),
            ("openinference.span.kind", "TOOL".into()),
            ("tool.parameters", r#"{"q":"late"}"#.into()),
            ("input.value", r#"{"q":"late"}"#.into()),
            ("input.mime_type", "application/json".into()),
            ("output.value", r#"["Water reuse"]"#.into()),
            ("output.mime_type", "application/json".into()),
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
            ("tag.tags", vec!["beta", "eu"].into()),
            ("gen_ai.operation.name", "invoke_agent".into()),
            ("agent.name", "planner".into()),
            ("spanwright.outcome", "cancelled".into()),
            ("openinference.span.kind", "AGENT".into()),
            (
                "metadata",
                r#"{"outcome":"cancelled","project":"permits","tenant":"h1:t"}"#.into()
            ),
        ])
    );
}

#[test]
fn a_query_is_sent_as_it_is() {
    assert_eq!(attributes(&sample::query()), sample::query().attributes);
}

#[test]
fn a_prompt_alone_is_the_input() {
    assert_eq!(
        attributes(&sample::prompted()),
        sample::list([
            ("gen_ai.operation.name", "chat".into()),
            ("llm.request.model_name", "m".into()),
            ("openinference.span.kind", "LLM".into()),
            ("llm.model_name", "m".into()),
            ("llm.input_messages.0.message.role", "user".into()),
            ("llm.input_messages.0.message.content", "Hi".into()),
            ("input.value", "Hi".into()),
            ("input.mime_type", "text/plain".into()),
        ])
    );
}

#[test]
fn an_embedding_has_names_of_its_own() {
    let mut span = sample::prompted();
    span.attributes = sample::list([
        ("gen_ai.operation.name", "embeddings".into()),
        ("gen_ai.request.model", "e".into()),
        ("gen_ai.request.encoding_formats", vec!["float"].into()),
        ("gen_ai.provider.name", "gcp.vertex_ai".into()),
        ("gen_ai.response.finish_reasons", vec!["stop", "length"].into()),
    ]);
    assert_eq!(
        attributes(&span),
        sample::list([
            ("gen_ai.operation.name", "embeddings".into()),
            ("llm.request.model_name", "e".into()),
            ("openinference.span.kind", "EMBEDDING".into()),
            ("embedding.model_name", "e".into()),
            ("llm.provider", "google".into()),
            ("llm.system", "vertexai".into()),
            (
                "embedding.invocation_parameters",
                r#"{"encoding_formats":["float"]}"#.into()
            ),
            ("llm.finish_reason", r#"["stop","length"]"#.into()),
        ])
    );
}
