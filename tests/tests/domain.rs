//! Model calls, queries and tool calls through the macros, as a program sees them.

use spanwright::db::DbError;
use spanwright::llm::{LlmResponse, Message, ToLlmResponse};
use spanwright::testing::TestTraces;
use spanwright::{Kind, Outcome, SpanRecord, Value, trace_db_query, trace_llm_call, trace_tool_call};
use spanwright_tests::traces::one;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

#[track_caller]
fn check(span: &SpanRecord, wanted: &[(&str, Value)]) {
    for (key, value) in wanted {
        assert_eq!(span.attribute(key), Some(value), "{key} in {:?}", span.attributes);
    }
}

struct Request {
    model: &'static str,
    temperature: Option<f64>,
    prompt: String,
}

struct Reply {
    id: &'static str,
    text: &'static str,
}

impl ToLlmResponse for Reply {
    fn to_llm_response(&self) -> LlmResponse {
        LlmResponse::new().id(self.id).text(self.text)
    }
}

fn request() -> Request {
    Request {
        model: "gpt-4o-mini",
        temperature: Some(0.1),
        prompt: "é".repeat(300),
    }
}

#[trace_llm_call(
    provider = "openai",
    model = request.model,
    prompt = request.prompt,
    request(temperature = request.temperature, max_tokens = 64, seed = None::<i64>),
    persona = "noor",
    content = off,
    response = |r: &Reply| LlmResponse::from(r).finish_reason("stop").input_tokens(12_u32).output_tokens(Some(3))
)]
fn ask(request: &Request) -> Result<Reply, String> {
    Ok(Reply {
        id: "r1", text: "Hé"
    })
}

#[test]
fn a_model_call_without_content() {
    let span = one(|| assert!(ask(&request()).is_ok()));
    assert_eq!(
        (span.name.as_ref(), span.kind),
        ("chat gpt-4o-mini", Kind::Client)
    );
    check(
        &span,
        &[
            ("gen_ai.operation.name", "chat".into()),
            ("gen_ai.provider.name", "openai".into()),
            ("gen_ai.request.model", "gpt-4o-mini".into()),
            ("gen_ai.request.temperature", Value::Float(0.1)),
            ("gen_ai.request.max_tokens", Value::Int(64)),
            ("gen_ai.response.id", "r1".into()),
            ("gen_ai.response.finish_reasons", vec!["stop"].into()),
            ("gen_ai.usage.input_tokens", Value::Int(12)),
            ("gen_ai.usage.output_tokens", Value::Int(3)),
            ("spanwright.persona", "noor".into()),
            ("spanwright.prompt_length", Value::Int(300)),
            ("spanwright.response_length", Value::Int(2)),
        ],
    );
    let text = format!("{span:?}");
    assert!(
        !text.contains('é') && span.attribute("gen_ai.request.seed").is_none(),
        "{text}"
    );
}

#[trace_llm_call(provider = "openai", model = "m", prompt = prompt, content = attributes)]
fn ask_openly(prompt: &str) -> Reply {
    Reply { id: "r2", text: "Hi" }
}

#[test]
fn a_preview_is_200_characters_and_a_response_is_found_by_its_type() {
    let span = one(|| assert_eq!(ask_openly(&"é".repeat(300)).id, "r2"));
    check(
        &span,
        &[
            ("spanwright.prompt_length", Value::Int(300)),
            (
                "spanwright.prompt_preview",
                format!("{}…(+100 chars)", "é".repeat(200)).into(),
            ),
            ("gen_ai.response.id", "r2".into()),
            (
                "gen_ai.output.messages",
                r#"[{"role":"assistant","parts":[{"type":"text","content":"Hi"}]}]"#.into(),
            ),
        ],
    );
}

#[trace_llm_call(provider = "anthropic", model = "m", operation = "chat", system = "Be brief", messages = messages, content = attributes)]
fn converse(messages: &[Message]) -> Option<()> {
    None
}

#[test]
fn messages_are_the_conventions_json() {
    let span = one(|| assert!(converse(&[Message::user("hi")]).is_none()));
    check(
        &span,
        &[
            (
                "gen_ai.system_instructions",
                r#"[{"type":"text","content":"Be brief"}]"#.into(),
            ),
            (
                "gen_ai.input.messages",
                r#"[{"role":"user","parts":[{"type":"text","content":"hi"}]}]"#.into(),
            ),
        ],
    );
}

struct Chunks(Vec<Reply>);

impl futures_core::Stream for Chunks {
    type Item = Result<Reply, String>;
    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready((!self.0.is_empty()).then(|| Ok(self.0.remove(0))))
    }
}

#[trace_llm_call(provider = "openai", model = "m", content = attributes)]
fn reply() -> impl futures_core::Stream<Item = Result<Reply, String>> {
    Chunks(vec![
        Reply {
            id: "r3",
            text: "Hel",
        },
        Reply { id: "r3", text: "lo" },
    ])
}

#[test]
fn a_stream_is_one_response() {
    let span = one(|| {
        let mut reply = pin!(reply());
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(chunk)) = futures_core::Stream::poll_next(reply.as_mut(), &mut context) {
            assert!(chunk.is_ok());
        }
    });
    assert_eq!(span.outcome, Outcome::Ok);
    assert!(span.attribute("gen_ai.response.time_to_first_chunk").is_some());
    check(
        &span,
        &[
            ("gen_ai.request.stream", Value::Bool(true)),
            ("gen_ai.response.id", "r3".into()),
            (
                "gen_ai.output.messages",
                r#"[{"role":"assistant","parts":[{"type":"text","content":"Hello"}]}]"#.into(),
            ),
        ],
    );
}

#[derive(Debug)]
struct StoreError;

impl DbError for StoreError {
    fn status_code(&self) -> Option<Cow<'_, str>> {
        Some("23505".into())
    }
}

#[trace_db_query(
    system = "postgresql",
    query = "SELECT name FROM users WHERE id = $1",
    namespace = "app",
    server = ("db.local", 5433),
    params(id),
    rows = |rows: &Vec<String>| rows.len()
)]
fn users(id: i64) -> Result<Vec<String>, StoreError> {
    if id < 0 {
        Err(StoreError)
    } else {
        Ok(vec![String::new(); 2])
    }
}

#[test]
fn a_literal_query() {
    let span = one(|| assert!(users(7).is_ok()));
    assert_eq!((span.name.as_ref(), span.kind), ("SELECT users", Kind::Client));
    check(
        &span,
        &[
            ("db.system.name", "postgresql".into()),
            ("db.namespace", "app".into()),
            ("server.address", "db.local".into()),
            ("server.port", Value::Int(5433)),
            ("db.query.text", "SELECT name FROM users WHERE id = $1".into()),
            ("db.query.summary", "SELECT users".into()),
            ("db.query.parameter.id", Value::Int(7)),
            ("db.response.returned_rows", Value::Int(2)),
        ],
    );
}

#[test]
fn the_databases_code_is_the_error_type() {
    let span = one(|| assert!(users(-1).is_err()));
    assert_eq!(span.outcome, Outcome::Error);
    check(
        &span,
        &[
            ("db.response.status_code", "23505".into()),
            ("error.type", "23505".into()),
        ],
    );
    assert_eq!(span.attribute("db.response.returned_rows"), None);
}

#[trace_db_query(system = "mysql", query = sql)]
fn run(sql: &str) {}

#[test]
fn a_text_is_sanitised_then_cut() {
    let sql = format!(
        "SELECT * FROM t WHERE name = \"it\\'s secret\" AND {}",
        "a = 1 AND ".repeat(70)
    );
    let span = one(|| run(&sql));
    let text = span
        .attribute("db.query.text")
        .and_then(Value::as_str)
        .expect("a text");
    assert!(
        text.starts_with("SELECT * FROM t WHERE name = ? AND a = ? AND"),
        "{text}"
    );
    assert!(
        text.chars().take_while(|c| *c != '…').count() == 500 && text.contains("…(+"),
        "{text}"
    );
}

#[trace_tool_call(tool = "search", router = "noor", protocol = mcp, arguments = arguments, result = |ok: &bool| *ok)]
fn search(arguments: &BTreeMap<&str, &str>) -> bool {
    !arguments.is_empty()
}

#[test]
fn a_tool_call() {
    let span = one(|| assert!(search(&BTreeMap::from([("query", "secret")]))));
    assert_eq!(
        (span.name.as_ref(), span.outcome),
        ("execute_tool search", Outcome::Ok)
    );
    check(
        &span,
        &[
            ("gen_ai.operation.name", "execute_tool".into()),
            ("gen_ai.tool.name", "search".into()),
            ("mcp.method.name", "tools/call".into()),
            ("spanwright.tool.router", "noor".into()),
            ("spanwright.tool.arguments_count", Value::Int(1)),
        ],
    );
    assert!(!format!("{span:?}").contains("secret"));
}

#[test]
fn a_tool_that_says_it_failed() {
    let span = one(|| assert!(!search(&BTreeMap::new())));
    assert_eq!(span.outcome, Outcome::Error);
    check(&span, &[("error.type", "tool_error".into())]);
    assert_eq!(span.attribute("spanwright.tool.arguments_count"), None);
}

#[trace_llm_call(provider = "openai", model = "m", messages = text, content = events)]
fn ask_by_event(text: &str) -> Reply {
    Reply { id: "r4", text: "Hi" }
}

#[test]
fn content_goes_to_a_log_record_where_it_is_asked_to() {
    let traces = TestTraces::start();
    assert_eq!(ask_by_event("question").id, "r4");
    let (span, log) = (traces.spans().remove(0), traces.logs().remove(0));
    assert!(!format!("{span:?}").contains("question") && span.attribute("spanwright.content").is_none());
    assert_eq!(log.event_name, "gen_ai.client.inference.operation.details");
    assert_eq!(log.span_id, span.span_id);
    let text = format!("{:?}", log.attributes);
    assert!(
        text.contains("question") && text.contains("gen_ai.output.messages"),
        "{text}"
    );
}

#[trace_db_query(system = "sqlite", query = "SELECT 1", slow = "0ns")]
fn slow_query() {}

#[test]
fn a_slow_query_is_marked() {
    let span = one(slow_query);
    check(&span, &[("spanwright.db.slow", Value::Bool(true))]);
    assert_eq!(span.attribute("spanwright.db.slow_after"), None);
}
