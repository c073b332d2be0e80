//! The names of the systems that Spanwright replaces, for those who come from them: see `docs/legacy-names.md`.
//!
//! In: an ended span, on the pipeline's thread, before redaction. Out: the same span under its old name, with the old
//! attributes beside the new, and with status OK where it succeeded. It runs only where the switch is on.

mod domain;

use crate::record::{Outcome, SpanRecord, Status};
use crate::semconv::{db, gen_ai, own};
use crate::value::Value;
use domain::Domain;

/// New and old names of a model call.
const LLM: &[(&str, &str)] = &[
    (gen_ai::REQUEST_MODEL, "llm.model"),
    (own::PROMPT_PREVIEW, PROMPT_PREVIEW),
    (own::PROMPT_LENGTH, "llm.prompt_length"),
    (own::PERSONA, "llm.persona"),
    (gen_ai::REQUEST_TEMPERATURE, "llm.temperature"),
    (gen_ai::USAGE_OUTPUT_TOKENS, "llm.response_tokens"),
    (own::RESPONSE_LENGTH, "llm.response_length"),
];

/// New and old names of a query.
const DB: &[(&str, &str)] = &[
    (db::SYSTEM_NAME, "db.system"),
    (db::OPERATION_NAME, "db.operation"),
    (db::QUERY_TEXT, STATEMENT),
    (db::COLLECTION_NAME, "db.table"),
    (db::RESPONSE_RETURNED_ROWS, "db.result_count"),
];

/// New and old names of a tool call.
const TOOL: &[(&str, &str)] = &[
    (gen_ai::TOOL_NAME, "mcp.tool"),
    (own::TOOL_ROUTER, "mcp.router"),
    (own::PERSONA, "mcp.persona"),
    (own::TOOL_ARGUMENTS_COUNT, "mcp.arguments_count"),
];

/// Cut to 200 characters, as the attribute that it repeats.
pub(crate) const PROMPT_PREVIEW: &str = "llm.prompt_preview";
/// Cut to 500 characters, as the attribute that it repeats.
pub(crate) const STATEMENT: &str = "db.statement";

/// Adds the old names.
pub(crate) fn apply(span: &mut SpanRecord) {
    match Domain::of(span) {
        Domain::Llm => {
            add(span, LLM);
            span.name = "llm.call".into();
        }
        Domain::Db => {
            add(span, DB);
            span.name = query_name(span).into();
        }
        Domain::Tool => {
            add(span, TOOL);
            set(span, "mcp.success", Value::Bool(!has_failed(span)));
            if let Some(tool) = text(span, gen_ai::TOOL_NAME) {
                span.name = format!("mcp.{tool}").into();
            }
        }
        Domain::Other => {}
    }
    if has_failed(span) {
        set(span, "error", Value::Bool(true));
        if let Status::Error(message) = &span.status
            && !message.is_empty()
        {
            let message = message.clone().into_owned();
            set(span, "error.message", message.into());
        }
    } else if span.status == Status::Unset && span.outcome == Outcome::Ok {
        span.status = Status::Ok;
    }
}

fn has_failed(span: &SpanRecord) -> bool {
    span.outcome.is_error() || matches!(span.status, Status::Error(_))
}

fn text<'a>(span: &'a SpanRecord, key: &str) -> Option<&'a str> {
    span.attribute(key).and_then(Value::as_str)
}

/// Repeats attributes under their old names.
fn add(span: &mut SpanRecord, names: &[(&str, &'static str)]) {
    for (new, old) in names {
        if let Some(value) = span.attribute(new).cloned() {
            set(span, old, value);
        }
    }
}

/// Sets an attribute that the program did not set itself.
fn set(span: &mut SpanRecord, key: &'static str, value: Value) {
    if span.attribute(key).is_none() {
        span.attributes.push((key.into(), value));
    }
}

/// `db.{system}.{operation}`; the operation is the summary's first word where none was named.
fn query_name(span: &SpanRecord) -> String {
    let system = text(span, db::SYSTEM_NAME).unwrap_or("other_sql");
    let summarised = || text(span, db::QUERY_SUMMARY).and_then(|summary| summary.split(' ').next());
    let operation = text(span, db::OPERATION_NAME)
        .or_else(summarised)
        .unwrap_or("query");
    format!("db.{system}.{operation}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::recorded::testing::record;

    #[test]
    fn a_model_call() {
        let mut span = record(
            "chat gpt-4o-mini",
            vec![
                (gen_ai::OPERATION_NAME.into(), "chat".into()),
                (gen_ai::REQUEST_MODEL.into(), "gpt-4o-mini".into()),
                (gen_ai::REQUEST_TEMPERATURE.into(), Value::Float(0.1)),
                (own::PROMPT_LENGTH.into(), Value::Int(300)),
                (own::PERSONA.into(), "noor".into()),
                (gen_ai::USAGE_OUTPUT_TOKENS.into(), Value::Int(7)),
            ],
        );
        apply(&mut span);
        assert_eq!(span.name, "llm.call");
        assert_eq!(span.status, Status::Ok);
        let old: Vec<_> = span
            .attributes
            .iter()
            .filter(|(key, _)| key.starts_with("llm."))
            .cloned()
            .collect();
        assert_eq!(
            old,
            [
                ("llm.model".into(), "gpt-4o-mini".into()),
                ("llm.prompt_length".into(), Value::Int(300)),
                ("llm.persona".into(), "noor".into()),
                ("llm.temperature".into(), Value::Float(0.1)),
                ("llm.response_tokens".into(), Value::Int(7)),
            ]
        );
    }

    #[test]
    fn a_query() {
        let mut span = record(
            "SELECT users",
            vec![
                (db::SYSTEM_NAME.into(), "sqlite".into()),
                (db::QUERY_SUMMARY.into(), "SELECT users".into()),
                (db::QUERY_TEXT.into(), "SELECT * FROM users".into()),
                (db::RESPONSE_RETURNED_ROWS.into(), Value::Int(2)),
            ],
        );
        apply(&mut span);
        assert_eq!(span.name, "db.sqlite.SELECT");
        assert_eq!(span.attribute("db.system"), Some(&"sqlite".into()));
        assert_eq!(
            span.attribute("db.statement"),
            Some(&"SELECT * FROM users".into())
        );
        assert_eq!(span.attribute("db.result_count"), Some(&Value::Int(2)));
        assert_eq!(span.attribute("db.table"), None);
    }

    #[test]
    fn a_tool_call_that_failed() {
        let mut span = record(
            "execute_tool search",
            vec![
                (gen_ai::OPERATION_NAME.into(), "execute_tool".into()),
                (gen_ai::TOOL_NAME.into(), "search".into()),
                (own::TOOL_ROUTER.into(), "r".into()),
                (own::TOOL_ARGUMENTS_COUNT.into(), Value::Int(1)),
            ],
        );
        span.outcome = Outcome::Error;
        span.status = Status::Error("no route".into());
        apply(&mut span);
        assert_eq!(span.name, "mcp.search");
        assert_eq!(span.attribute("mcp.success"), Some(&Value::Bool(false)));
        assert_eq!(span.attribute("mcp.arguments_count"), Some(&Value::Int(1)));
        assert_eq!(span.attribute("error"), Some(&Value::Bool(true)));
        assert_eq!(span.attribute("error.message"), Some(&"no route".into()));
        assert_eq!(span.status, Status::Error("no route".into()));
    }

    #[test]
    fn any_other_span_keeps_its_name() {
        let mut span = record("load", vec![]);
        apply(&mut span);
        assert_eq!((span.name.as_ref(), &span.status), ("load", &Status::Ok));

        let mut cancelled = record("load", vec![]);
        cancelled.outcome = Outcome::Cancelled;
        apply(&mut cancelled);
        assert_eq!(cancelled.status, Status::Unset);
    }
}
