//! What the domain attributes put on the span.

use super::probe::{Failed, block_on, tick};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use spanwright::llm::{LlmResponse, ToLlmResponse};
use spanwright::{Kind, Outcome, SpanRecord, Value, trace_db_query, trace_llm_call, trace_tool_call};
use spanwright_tests::traces::one as span;
use std::task::{Context, Waker};

struct Reply {
    id: &'static str,
    tokens: u64,
}

impl ToLlmResponse for Reply {
    fn to_llm_response(&self) -> LlmResponse {
        LlmResponse::new().id(self.id).output_tokens(self.tokens)
    }
}

#[track_caller]
fn assert_attributes(span: &SpanRecord, expected: &[(&str, Value)]) {
    for (key, value) in expected {
        assert_eq!(span.attribute(key), Some(value), "{key} of {span:#?}");
    }
}

#[test]
fn an_llm_call() {
    #[trace_llm_call(
        provider = "openai", model = model, prompt = prompt, request(temperature = 0.5, max_tokens = 100),
        conversation = "c1", persona = "noor", capture(prompt.len() as "prompt.bytes")
    )]
    async fn ask(model: &str, prompt: &str) -> Result<Reply, Failed> {
        tick().await;
        Ok(Reply { id: "r1", tokens: 7 })
    }
    let span = span(|| drop(block_on(ask("gpt", "hello"))));
    assert_eq!((span.name.as_ref(), span.kind), ("chat gpt", Kind::Client));
    assert_attributes(
        &span,
        &[
            ("gen_ai.provider.name", "openai".into()),
            ("gen_ai.request.model", "gpt".into()),
            ("gen_ai.request.temperature", 0.5.into()),
            ("gen_ai.request.max_tokens", 100.into()),
            ("gen_ai.conversation.id", "c1".into()),
            ("gen_ai.response.id", "r1".into()),
            ("gen_ai.usage.output_tokens", 7.into()),
            ("prompt.bytes", 5.into()),
        ],
    );
}

#[test]
fn an_llm_response_read_by_a_closure() {
    #[trace_llm_call(operation = embeddings, model = "e", name = "my own", response = |all: &Vec<u64>| LlmResponse::new().output_tokens(all[0]))]
    fn embed() -> Result<Vec<u64>, Failed> {
        Ok(vec![9])
    }
    let span = span(|| drop(embed()));
    assert_eq!(span.name, "my own");
    assert_attributes(
        &span,
        &[
            ("gen_ai.operation.name", "embeddings".into()),
            ("gen_ai.usage.output_tokens", 9.into()),
        ],
    );
}

#[test]
fn a_streamed_llm_call() {
    #[trace_llm_call(model = "gpt")]
    fn by_type() -> BoxStream<'static, Result<Reply, Failed>> {
        stream::iter([
            Ok(Reply { id: "r1", tokens: 1 }),
            Ok(Reply { id: "r1", tokens: 7 }),
        ])
        .boxed()
    }
    #[trace_llm_call(model = "gpt", response = |n| LlmResponse::new().output_tokens(*n))]
    fn by_closure() -> impl stream::Stream<Item = u64> {
        stream::iter([1, 8])
    }
    let by_type = span(|| drop(block_on(by_type().collect::<Vec<_>>())));
    assert_attributes(
        &by_type,
        &[
            ("gen_ai.response.id", "r1".into()),
            ("gen_ai.usage.output_tokens", 7.into()),
        ],
    );
    assert!(by_type.attribute("gen_ai.response.time_to_first_chunk").is_some());
    let by_closure = span(|| drop(block_on(by_closure().collect::<Vec<_>>())));
    assert_attributes(&by_closure, &[("gen_ai.usage.output_tokens", 8.into())]);
}

#[test]
fn a_streamed_llm_call_that_is_answered_later() {
    #[trace_llm_call(model = "gpt")]
    async fn ask(fails: bool) -> Result<BoxStream<'static, Result<Reply, Failed>>, Failed> {
        tick().await;
        if fails {
            return Err(Failed(7));
        }
        let first = Ok(Reply { id: "r1", tokens: 1 });
        Ok(stream::iter([first, Ok(Reply { id: "r1", tokens: 7 })]).boxed())
    }
    let read = span(|| {
        drop(block_on(async {
            ask(false).await.unwrap().collect::<Vec<_>>().await
        }))
    });
    assert_attributes(
        &read,
        &[
            ("gen_ai.request.stream", true.into()),
            ("gen_ai.response.id", "r1".into()),
            ("gen_ai.usage.output_tokens", 7.into()),
            ("spanwright.stream.items", 2.into()),
        ],
    );
    assert!(read.attribute("gen_ai.response.time_to_first_chunk").is_some());
    assert_eq!(read.outcome, Outcome::Ok);

    let failed = span(|| drop(block_on(ask(true))));
    assert_eq!(failed.outcome, Outcome::Error);
    assert!(failed.attribute("spanwright.stream.items").is_none());

    let unread = span(|| drop(block_on(ask(false))));
    assert_eq!(unread.outcome, Outcome::Abandoned);

    let mut future = Box::pin(ask(false));
    let cancelled = span(|| {
        let mut context = Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
        drop(future);
    });
    assert_eq!(cancelled.outcome, Outcome::Cancelled);
}

#[test]
fn a_database_query() {
    #[trace_db_query(
        system = "postgresql", query = "SELECT name FROM users WHERE id = $1", namespace = "app",
        server = ("db.local", 5432_u16), params(id), rows = |rows| rows.len(), slow = "2m"
    )]
    async fn users(id: u32) -> Result<Vec<u32>, Failed> {
        Ok(vec![id, id])
    }
    let span = span(|| drop(block_on(users(7))));
    assert_eq!((span.name.as_ref(), span.kind), ("SELECT users", Kind::Client));
    assert_attributes(
        &span,
        &[
            ("db.system.name", "postgresql".into()),
            ("db.query.text", "SELECT name FROM users WHERE id = $1".into()),
            ("db.namespace", "app".into()),
            ("server.address", "db.local".into()),
            ("server.port", 5432.into()),
            ("db.query.parameter.id", 7.into()),
            ("db.response.returned_rows", 2.into()),
        ],
    );
}

#[test]
fn a_query_made_at_run_time() {
    #[trace_db_query(system = "sqlite", query = format!("DELETE FROM carts WHERE owner = '{owner}'"), rows = |n| *n)]
    fn delete(owner: &str) -> Result<u64, Failed> {
        if owner.is_empty() { Err(Failed(1)) } else { Ok(3) }
    }
    let found = span(|| drop(delete("ann")));
    assert_attributes(
        &found,
        &[
            ("db.query.text", "DELETE FROM carts WHERE owner = ?".into()),
            ("db.response.returned_rows", 3.into()),
        ],
    );
    let failed = span(|| drop(delete("")));
    assert_eq!(failed.attribute("db.response.returned_rows"), None);
    assert_eq!(failed.outcome, Outcome::Error);
}

#[test]
fn a_tool_call() {
    #[trace_tool_call(server = "files", protocol = mcp, router = "r", call_id = "call-1")]
    fn read_file() -> Result<String, Failed> {
        Ok("text".to_owned())
    }
    #[trace_tool_call(tool = format!("tool-{n}"))]
    fn named(n: u8) -> Result<(), Failed> {
        Err(Failed(u32::from(n)))
    }
    let call = span(|| drop(read_file()));
    assert_eq!(call.kind, Kind::Client);
    assert!(call.name.contains("read_file"), "{}", call.name);
    assert_attributes(
        &call,
        &[
            ("gen_ai.tool.name", "read_file".into()),
            ("gen_ai.tool.call.id", "call-1".into()),
        ],
    );
    let named = span(|| drop(named(3)));
    assert_eq!(named.kind, Kind::Internal);
    assert_attributes(&named, &[("gen_ai.tool.name", "tool-3".into())]);
}
