//! What is observed: an agent that asks a model, looks something up with a tool, and asks again. The model is made up.

use serde_json::{Value, json};
use spanwright::{current, trace_db_query, trace_llm_call, trace_tool_call, traced};
use std::time::Duration;

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

/// Most backends show these two as a span's input and output.
#[traced(
    name = "invoke_agent planner",
    capture(question as "input.value"),
    ret(|answer| answer.as_str() as "output.value")
)]
fn plan(question: &str) -> String {
    current()
        .set("gen_ai.operation.name", "invoke_agent")
        .set("gen_ai.agent.name", "planner");
    complete(question);
    let found = search(&json!({ "status": "delayed" }));
    complete(&format!("{question} The register says: {found}"))
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
    std::thread::sleep(Duration::from_millis(180));
    match prompt.split_once("says: ") {
        Some((_, found)) => format!("As the register has it: {found}."),
        None => "That is in the register.".to_owned(),
    }
}

#[trace_tool_call(tool = "search_projects", arguments = arguments, result = |found| found)]
fn search(arguments: &Value) -> Value {
    json!({ "status": arguments["status"], "projects": select() })
}

#[trace_db_query(
    system = "sqlite",
    query = "SELECT name FROM projects WHERE status = ?",
    rows = |names| names.len()
)]
fn select() -> Vec<&'static str> {
    std::thread::sleep(Duration::from_millis(4));
    vec!["Water reuse", "Digital permits"]
}
