//! Values of the wrong kind.

use spanwright::{trace_db_query, trace_llm_call, trace_tool_call, traced};

#[traced(kind = sever)]
fn kind() {}

#[traced(kind = 7)]
fn kind_number() {}

#[traced(level = "loud")]
fn level() {}

#[traced(level = 9)]
fn level_number() {}

#[traced(name = 7)]
fn name() {}

#[traced(name)]
fn name_flag() {}

#[traced(prefix = TYPE)]
fn prefix() {}

#[traced(metrics = 3)]
fn metrics() {}

#[traced(capture = user)]
fn capture(user: u8) {
    let _ = user;
}

#[traced(sample = 1.5)]
fn sample() {}

#[traced(crate = spanwright)]
fn relative() {}

#[traced(crate = "spanwright")]
fn no_path() {}

#[traced(err(Display, Debug))]
fn both_forms() -> Result<(), String> {
    Ok(())
}

#[traced(err(level = "warn"))]
fn err_option() -> Result<(), String> {
    Ok(())
}

#[traced(fields(a = text.parse::<u8>().ok()?))]
fn leaves(text: &str) -> Option<u8> {
    Some(1)
}

#[traced(capture({ return 7 } as "b"))]
fn returns() -> u8 {
    1
}

#[traced(new_root(lnik))]
fn new_root() {}

#[trace_db_query(slow = "200")]
fn slow() {}

#[trace_db_query(server = "localhost")]
fn server() {}

#[trace_llm_call(content = always)]
fn content() {}

#[trace_llm_call(prompt = "a", messages = "b")]
fn prompt_and_messages() {}

#[trace_tool_call(protocol = http)]
fn protocol() {}

fn main() {}
