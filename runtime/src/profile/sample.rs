//! The spans that the profiles' tests map: one of each sort, with all that the macros record.

use crate::id::{SpanId, TraceId};
use crate::record::{Kind, Outcome, SpanRecord};
use crate::value::{Key, Value};

pub(super) const MESSAGES: &str =
    r#"[{"role":"user","parts":[{"type":"text","content":"Which projects?"}]}]"#;
pub(super) const ANSWER: &str = r#"[{"role":"assistant","parts":[{"type":"text","content":"Two."},{"type":"tool_call","id":"c1","name":"search","arguments":{"q":"late"}}]}]"#;

fn span(name: &'static str, kind: Kind, attributes: &[(&'static str, Value)]) -> SpanRecord {
    SpanRecord {
        parent_span_id: Some(SpanId::from_bytes([7; 8])),
        kind,
        scope: "shop::chat".into(),
        start_ns: 1_700_000_000_000_000_000,
        end_ns: 1_700_000_001_000_000_000,
        attributes: attributes
            .iter()
            .map(|(key, value)| (Key::from_static(key), value.clone()))
            .collect(),
        ..SpanRecord::new(TraceId::from_bytes([1; 16]), SpanId::from_bytes([2; 8]), name)
    }
}

/// What a session adds.
fn session() -> [(&'static str, Value); 5] {
    [
        ("user.id", "h1:u".into()),
        ("session.id", "h1:s".into()),
        ("tag.tags", vec!["beta", "eu"].into()),
        ("tenant.id", "h1:t".into()),
        ("project.name", "permits".into()),
    ]
}

/// 1,000 tokens in, of which 400 were read from a cache and 10 written to it; 200 out, of which 50 are reasoning.
pub(super) fn model_call() -> SpanRecord {
    let mut attributes = session().to_vec();
    attributes.extend([
        ("gen_ai.operation.name", "chat".into()),
        ("gen_ai.provider.name", "openai".into()),
        ("gen_ai.request.model", "gpt-4o-mini".into()),
        ("gen_ai.request.temperature", Value::Float(0.2)),
        ("gen_ai.request.max_tokens", Value::Int(64)),
        ("gen_ai.request.stop_sequences", vec!["END"].into()),
        ("gen_ai.request.stream", true.into()),
        ("gen_ai.conversation.id", "conv-9".into()),
        ("spanwright.persona", "noor".into()),
        ("spanwright.prompt_length", Value::Int(15)),
        (
            "gen_ai.system_instructions",
            r#"[{"type":"text","content":"Be brief."}]"#.into(),
        ),
        ("gen_ai.input.messages", MESSAGES.into()),
        ("gen_ai.response.id", "r-1".into()),
        ("gen_ai.response.model", "gpt-4o-mini-2024-07-18".into()),
        ("gen_ai.response.finish_reasons", vec!["stop"].into()),
        ("gen_ai.response.time_to_first_chunk", Value::Float(0.25)),
        ("gen_ai.usage.input_tokens", Value::Int(1000)),
        ("gen_ai.usage.output_tokens", Value::Int(200)),
        ("gen_ai.usage.cache_read.input_tokens", Value::Int(400)),
        ("gen_ai.usage.cache_write.input_tokens", Value::Int(10)),
        ("gen_ai.usage.reasoning.output_tokens", Value::Int(50)),
        ("gen_ai.usage.cost", Value::Float(0.00024)),
        ("spanwright.cost_usd", "0.00024".into()),
        ("spanwright.response_length", Value::Int(4)),
        ("gen_ai.output.messages", ANSWER.into()),
    ]);
    span("chat gpt-4o-mini", Kind::Client, &attributes)
}

/// A model call that has a prompt, and no messages.
pub(super) fn prompted() -> SpanRecord {
    span(
        "chat m",
        Kind::Client,
        &[
            ("gen_ai.operation.name", "chat".into()),
            ("gen_ai.request.model", "m".into()),
            ("spanwright.prompt_preview", "Hi".into()),
        ],
    )
}

/// A tool call over MCP.
pub(super) fn tool_call() -> SpanRecord {
    span(
        "execute_tool search",
        Kind::Client,
        &[
            ("gen_ai.operation.name", "execute_tool".into()),
            ("gen_ai.tool.name", "search".into()),
            ("gen_ai.tool.call.id", "c1".into()),
            ("gen_ai.tool.type", "extension".into()),
            ("mcp.method.name", "tools/call".into()),
            ("gen_ai.tool.call.arguments", r#"{"q":"late"}"#.into()),
            ("gen_ai.tool.call.result", r#"["Water reuse"]"#.into()),
        ],
    )
}

/// An agent, with which the trace begins, and whose future was dropped.
pub(super) fn root() -> SpanRecord {
    let mut attributes = session().to_vec();
    attributes.extend([
        ("gen_ai.operation.name", "invoke_agent".into()),
        ("gen_ai.agent.name", "planner".into()),
        ("spanwright.outcome", "cancelled".into()),
    ]);
    SpanRecord {
        parent_span_id: None,
        outcome: Outcome::Cancelled,
        ..span("invoke_agent planner", Kind::Internal, &attributes)
    }
}

/// A query.
pub(super) fn query() -> SpanRecord {
    span(
        "SELECT projects",
        Kind::Client,
        &[
            ("db.system.name", "sqlite".into()),
            (
                "db.query.text",
                "SELECT name FROM projects WHERE status = ?".into(),
            ),
            ("db.response.returned_rows", Value::Int(2)),
        ],
    )
}

/// A list of attributes as a test writes it down.
pub(super) fn list<const N: usize>(expected: [(&'static str, Value); N]) -> Vec<(Key, Value)> {
    expected
        .into_iter()
        .map(|(key, value)| (Key::from_static(key), value))
        .collect()
}
