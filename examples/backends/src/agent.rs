//! What is observed: an agent that asks a model, looks something up with a tool, and asks again. The model is made up.

use serde_json::{Value, json};
use spanwright::{current, trace_db_query, trace_llm_call, trace_tool_call, traced};

/// Answers one question of a conversation.
pub(crate) fn answer(question: &str) {
    let _session = spanwright::session()
        .user("u-17")
        .session("s-3")
        .project("permits")
        .tag("example")
        .attach();
    plan(question);
}

#[traced(name = "invoke_agent planner")]
fn plan(question: &str) -> String {
    current()
        .set("gen_ai.operation.name", "invoke_agent")
        .set("gen_ai.agent.name", "planner");
    let thought = complete(question);
    let found = search(&json!({ "status": "delayed" }));
    complete(&format!("{thought} {found}"))
}

#[trace_llm_call(
    provider = "openai",
    model = "gpt-4o-mini",
    messages = prompt,
    system = "You know the projects of a public agency. Be brief.",
    conversation = "s-3",
    request(temperature = 0.2, max_tokens = 64),
    response = |text| spanwright::llm::LlmResponse::new()
        .model("gpt-4o-mini-2024-07-18")
        .finish_reason("stop")
        .input_tokens(120)
        .cache_read_tokens(64)
        .output_tokens(18)
        .text(text.as_str())
)]
fn complete(prompt: &str) -> String {
    format!("Two projects, I think: {} characters were asked.", prompt.len())
}

#[trace_tool_call(tool = "search_projects", arguments = arguments, result = |found| found)]
fn search(arguments: &Value) -> Value {
    let count = select();
    json!({ "status": arguments["status"], "projects": ["Water reuse", "Digital permits"], "of": count })
}

#[trace_db_query(
    system = "sqlite",
    query = "SELECT name FROM projects WHERE status = ?",
    rows = |count| *count
)]
fn select() -> usize {
    2
}
