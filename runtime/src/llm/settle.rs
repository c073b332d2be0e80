//! What is left to do for a model call once its span has ended, on the pipeline's thread and before redaction.
//!
//! In: the ended span. Out: the same span with numbers of the convention's types and without our own marks, and the
//! log record that carries its content, where content goes to log records.

use super::content::Mode;
use crate::record::{LogRecord, Severity, SpanRecord};
use crate::semconv::{gen_ai, own};
use crate::value::Value;

/// The attributes that are content.
const CONTENT: &[&str] = &[
    own::PROMPT_PREVIEW,
    gen_ai::SYSTEM_INSTRUCTIONS,
    gen_ai::INPUT_MESSAGES,
    gen_ai::OUTPUT_MESSAGES,
    gen_ai::TOOL_DEFINITIONS,
    gen_ai::TOOL_CALL_ARGUMENTS,
    gen_ai::TOOL_CALL_RESULT,
];

/// The attributes that are JSON: text on a span, structured on a log record.
const STRUCTURED: &[&str] = &[
    gen_ai::SYSTEM_INSTRUCTIONS,
    gen_ai::INPUT_MESSAGES,
    gen_ai::OUTPUT_MESSAGES,
    gen_ai::TOOL_DEFINITIONS,
    gen_ai::TOOL_CALL_ARGUMENTS,
    gen_ai::TOOL_CALL_RESULT,
];

/// Whether [`settle`] looks for this key.
pub(crate) fn settles(key: &str) -> bool {
    key == gen_ai::OPERATION_NAME || key == own::CONTENT
}

/// Settles a span; one that is no GenAI call is not changed. Comes after users' hooks, so that what they take off the
/// span is not on the log record either.
pub(crate) fn settle(span: &mut SpanRecord) -> Option<LogRecord> {
    if span.attribute(gen_ai::OPERATION_NAME).is_some() {
        convert_numbers(span);
    }
    let at = span.attributes.iter().position(|(key, _)| key == own::CONTENT)?;
    let (_, mode) = span.attributes.remove(at);
    let mode = mode.as_str().and_then(Mode::from_str).unwrap_or_default();
    let to_log = matches!(mode, Mode::Events | Mode::Both) && has_content(span);
    let record = to_log.then(|| details(span));
    if matches!(mode, Mode::Events | Mode::Off) {
        span.attributes
            .retain(|(key, _)| !CONTENT.contains(&key.as_str()));
    }
    record
}

fn has_content(span: &SpanRecord) -> bool {
    span.attributes
        .iter()
        .any(|(key, _)| CONTENT.contains(&key.as_str()))
}

/// A literal `1` is a temperature as good as `1.0`, but the convention has doubles there, and no count of one.
fn convert_numbers(span: &mut SpanRecord) {
    const DOUBLES: &[&str] = &[
        gen_ai::REQUEST_TEMPERATURE,
        gen_ai::REQUEST_TOP_P,
        gen_ai::REQUEST_FREQUENCY_PENALTY,
        gen_ai::REQUEST_PRESENCE_PENALTY,
    ];
    const INTEGERS: &[&str] = &[
        gen_ai::REQUEST_TOP_K,
        gen_ai::REQUEST_MAX_TOKENS,
        gen_ai::REQUEST_SEED,
    ];
    for (key, value) in &mut span.attributes {
        match value {
            Value::Int(number) if DOUBLES.contains(&key.as_str()) => *value = Value::Float(*number as f64),
            Value::Float(number) if INTEGERS.contains(&key.as_str()) && number.fract() == 0.0 => {
                *value = Value::Int(*number as i64);
            }
            Value::String(text) if key == gen_ai::REQUEST_STOP_SEQUENCES => {
                *value = Value::Array(vec![Value::String(std::mem::take(text))]);
            }
            _ => {}
        }
    }
    span.attributes.retain(|(key, value)| match value {
        Value::Int(1) => key != gen_ai::REQUEST_CHOICE_COUNT,
        Value::Bool(false) => key != gen_ai::REQUEST_STREAM,
        _ => true,
    });
}

/// The event `gen_ai.client.inference.operation.details`, with the span's attributes. Content that was cut when it was
/// captured is no JSON yet, and stays a text.
fn details(span: &SpanRecord) -> LogRecord {
    let mut attributes = span.attributes.clone();
    for (key, value) in &mut attributes {
        let parsed = match value {
            Value::String(text) if STRUCTURED.contains(&key.as_str()) => serde_json::from_str(text).ok(),
            _ => None,
        };
        if let Some(parsed) = parsed.and_then(structured) {
            *value = parsed;
        }
    }
    LogRecord {
        time_ns: span.end_ns,
        severity: Severity::Debug,
        event_name: gen_ai::EVENT_OPERATION_DETAILS.into(),
        body: None,
        trace_id: span.trace_id,
        span_id: span.span_id,
        flags: span.flags,
        scope: span.scope.clone(),
        attributes,
        dropped_attributes: span.dropped_attributes,
    }
}

/// JSON as a value; `None` for `null`.
fn structured(json: serde_json::Value) -> Option<Value> {
    use serde_json::Value as Json;
    Some(match json {
        Json::Null => return None,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Value::Int(integer),
            None => Value::Float(number.as_f64()?),
        },
        Json::String(text) => Value::String(text),
        Json::Array(items) => Value::Array(items.into_iter().filter_map(structured).collect()),
        Json::Object(members) => Value::Map(
            members
                .into_iter()
                .filter_map(|(key, value)| Some((key.into(), structured(value)?)))
                .collect(),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::super::recorded::testing::record;
    use super::*;

    fn call(mode: &str) -> SpanRecord {
        record(
            "chat m",
            vec![
                (gen_ai::OPERATION_NAME.into(), "chat".into()),
                (own::CONTENT.into(), mode.into()),
                (gen_ai::REQUEST_TEMPERATURE.into(), Value::Int(1)),
                (gen_ai::REQUEST_TOP_K.into(), Value::Float(40.0)),
                (gen_ai::REQUEST_CHOICE_COUNT.into(), Value::Int(1)),
                (gen_ai::REQUEST_STOP_SEQUENCES.into(), "END".into()),
                (gen_ai::INPUT_MESSAGES.into(), r#"[{"role":"user"}]"#.into()),
            ],
        )
    }

    #[test]
    fn numbers_have_the_conventions_types() {
        let mut span = call("attributes");
        assert!(settle(&mut span).is_none());
        assert_eq!(
            span.attribute(gen_ai::REQUEST_TEMPERATURE),
            Some(&Value::Float(1.0))
        );
        assert_eq!(span.attribute(gen_ai::REQUEST_TOP_K), Some(&Value::Int(40)));
        assert_eq!(span.attribute(gen_ai::REQUEST_CHOICE_COUNT), None);
        assert_eq!(
            span.attribute(gen_ai::REQUEST_STOP_SEQUENCES),
            Some(&vec!["END"].into())
        );
        assert_eq!(span.attribute(own::CONTENT), None);
        assert!(span.attribute(gen_ai::INPUT_MESSAGES).is_some());
    }

    #[test]
    fn events_take_the_content_off_the_span() {
        let mut span = call("events");
        let details = settle(&mut span).expect("a log record");
        assert_eq!(details.event_name, gen_ai::EVENT_OPERATION_DETAILS);
        assert_eq!(
            (details.severity, details.span_id),
            (Severity::Debug, span.span_id)
        );
        let user = Value::Map(vec![("role".into(), "user".into())]);
        assert!(
            details
                .attributes
                .contains(&(gen_ai::INPUT_MESSAGES.into(), Value::Array(vec![user])))
        );
        assert_eq!(span.attribute(gen_ai::INPUT_MESSAGES), None);

        let mut span = call("both");
        assert!(settle(&mut span).is_some());
        assert!(span.attribute(gen_ai::INPUT_MESSAGES).is_some());
    }

    #[test]
    fn other_spans_are_left_alone() {
        let mut span = record("x", vec![(gen_ai::REQUEST_TEMPERATURE.into(), Value::Int(1))]);
        assert!(settle(&mut span).is_none());
        assert_eq!(span.attribute(gen_ai::REQUEST_TEMPERATURE), Some(&Value::Int(1)));
    }
}
