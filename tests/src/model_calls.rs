//! What a backend for language models is sent: one request with an agent, a model call, a tool call and a query.

use spanwright::{current, trace_db_query, trace_llm_call, trace_tool_call, traced};

/// Spans of one request.
pub const SPANS: u64 = 5;

/// One request, in a session.
pub fn request() {
    let _session = spanwright::session()
        .user("u-17")
        .session("s-3")
        .tenant("t-1")
        .project("permits")
        .tag("beta")
        .attach();
    ask();
}

#[traced(kind = server, name = "POST /ask")]
fn ask() {
    plan();
}

#[traced(name = "invoke_agent planner")]
fn plan() {
    current()
        .set("gen_ai.operation.name", "invoke_agent")
        .set("gen_ai.agent.name", "planner");
    complete("Which projects are delayed?");
    search(&[("status", "delayed")]);
}

/// 1,000 tokens in, of which 400 were read from a cache and 10 written to it; 200 out, of which 50 are reasoning.
#[trace_llm_call(
    provider = "openai",
    model = "gpt-4o-mini",
    messages = question,
    system = "Be brief.",
    conversation = "conv-9",
    persona = "noor",
    request(temperature = 0.25, max_tokens = 64),
    response = |answer| spanwright::llm::LlmResponse::new()
        .id("r-1")
        .model("gpt-4o-mini-2024-07-18")
        .finish_reason("stop")
        .input_tokens(1000)
        .output_tokens(200)
        .cache_read_tokens(400)
        .cache_write_tokens(10)
        .reasoning_tokens(50)
        .cost("0.0005".parse::<spanwright::llm::Cost>().ok())
        .text(answer.as_str())
)]
fn complete(question: &str) -> String {
    format!("Two. {}", question.len())
}

#[trace_tool_call(tool = "search", protocol = mcp, arguments = arguments, result = |found| found)]
fn search(arguments: &[(&str, &str)]) -> serde_json::Value {
    query();
    serde_json::json!(["Water reuse", "Digital permits"])
}

#[trace_db_query(system = "sqlite", query = "SELECT name FROM projects WHERE status = ?")]
fn query() {}
