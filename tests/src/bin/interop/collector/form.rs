//! Brings answers into one form. What is done here is what answers may differ in:
//!
//! - **Order.** Jaeger's services, operations, dependencies, spans and processes come in the order of Go's maps; ours are
//!   sorted. Spans of one trace are compared by id and name, traces by id.
//! - **Numbers of processes.** They follow from the order of spans; each span is compared with its process in place.
//! - **Nothing.** Where Jaeger has `null` for a list that is empty, we have `[]`.
//! - **Two warnings' words.** v1.76 says "invalid parent span IDs" in the legacy API; v2.20 and we say that the parent is not
//!   in the trace, as v1.76's `/api/v3` does.
//! - **Services without a name**, which are `missing-service-name` there and `unknown_service` here.
//! - **Calls within one service**, which Jaeger's memory counts as dependencies, and others of its stores do not.
//! - **A kind that nobody said** is absent from v1.76's `/api/v3/operations`, and `internal` in v2.20 and here.
//! - **What is empty in OTLP's JSON**: it may be left out, or be there. **Its groups**: a resource may be there once with all its spans,
//!   or several times. The order of attributes and events, which Jaeger sorts.
//! - **What stands with the process.** A library's tags on a span are moved to its resource; v1.76's `/api/v3` moves them to that of
//!   all spans of the process, we to that of the span, as its legacy API does.
//! - **Warnings that are there twice**, as v1.76's `/api/v3` adjusts traces where they are stored, each time they are asked for.
//! - **Words of other parsers**: what is wrong with JSON or with a time is compared up to where Go's parser begins to speak.
//! - **Parameters' names** in messages of `/api/v3`: in `snake_case` in v1.76, in `camelCase` in v2.20 and here.

use super::Answer;
use super::questions::Question;
use serde_json::{Map, Value, json};

pub(super) fn of_jaeger(question: &Question, answer: &Answer) -> Value {
    let mut answer = answer.clone();
    if question.path.starts_with("/api/v3/operations") {
        for operation in list(&mut answer.body["operations"]) {
            if operation.get("spanKind").is_none() {
                operation["spanKind"] = "internal".into();
            }
        }
    }
    if question.path.starts_with("/api/dependencies")
        && let Some(calls) = answer.body["data"].as_array_mut()
    {
        calls.retain(|call| call["parent"] != call["child"]);
    }
    each_text(&mut answer.body, &|text| {
        if text == "missing-service-name" {
            *text = "unknown_service".to_owned();
        }
        if let Some(rest) = text.strip_prefix("invalid parent span IDs=") {
            *text = format!(
                "parent span ID={}",
                rest.replace("; skipping", " is not in the trace; skipping")
            );
        }
        *text = text.replace(
            "query.start_time_min and query.start_time_max are",
            "query.startTimeMin and query.startTimeMax are",
        );
    });
    formed(question, answer)
}

pub(super) fn of_ours(question: &Question, answer: &Answer) -> Value {
    formed(question, answer.clone())
}

fn formed(question: &Question, mut answer: Answer) -> Value {
    let body = &mut answer.body;
    if answer.status == 200 && body.get("data").is_some_and(Value::is_null) {
        body["data"] = json!([]);
    }
    each_text(body, &|text| {
        for before in ["cannot unmarshal JSON: ", "_time: ", "time_min: ", "time_max: "] {
            if let Some((said, _)) = text.split_once(before) {
                *text = format!("{said}{before}");
            }
        }
    });
    let path = question.path.as_str();
    if path.starts_with("/api/v3/traces") && body.get("result").is_some() {
        *body = json!({"spans": otlp(&body["result"])});
    } else if path.starts_with("/api/traces") || path == "/api/transform" {
        for trace in list(&mut body["data"]) {
            legacy(trace);
        }
        sort(&mut body["data"]);
    } else {
        for name in ["data", "services", "operations"] {
            if body.get(name).is_some_and(Value::is_array) {
                sort(&mut body[name]);
            }
        }
    }
    json!({"status": answer.status, "body": answer.body})
}

fn list(value: &mut Value) -> &mut Vec<Value> {
    if !value.is_array() {
        *value = json!([]);
    }
    match value {
        Value::Array(list) => list,
        _ => unreachable!("it was made one"),
    }
}

fn sort(value: &mut Value) {
    list(value).sort_by_key(Value::to_string);
}

fn each_text(value: &mut Value, change: &impl Fn(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| each_text(value, change)),
        Value::Object(map) => map.values_mut().for_each(|value| each_text(value, change)),
        _ => {}
    }
}

/// Spans by name and id, each with its process.
fn legacy(trace: &mut Value) {
    let processes = trace["processes"].take();
    let spans = list(&mut trace["spans"]);
    for span in spans.iter_mut() {
        let id = span["processID"].take();
        span["processID"] = processes[id.as_str().unwrap_or_default()].clone();
        sort_warnings(span);
    }
    spans.sort_by_key(|span| format!("{} {}", span["operationName"], span["spanID"]));
}

fn sort_warnings(span: &mut Value) {
    if span["warnings"].is_array() {
        sort(&mut span["warnings"]);
    }
}

/// Spans by name and id, each with its resource and scope, and without what is empty.
fn otlp(result: &Value) -> Vec<Value> {
    let mut spans = Vec::new();
    for resource in each(&result["resourceSpans"]) {
        for scope in each(&resource["scopeSpans"]) {
            for span in each(&scope["spans"]) {
                let mut span = span.clone();
                span["resource"] = resource["resource"].clone();
                let of_library = |attribute: &Value| {
                    let key = attribute["key"].as_str().unwrap_or_default();
                    key.starts_with("telemetry.sdk.")
                };
                if let Some(attributes) = span["resource"]["attributes"].as_array_mut() {
                    attributes.retain(|attribute| !of_library(attribute));
                }
                if let Some(attributes) = span["attributes"].as_array_mut() {
                    attributes.iter_mut().for_each(once);
                }
                span["resourceSchema"] = resource["schemaUrl"].clone();
                span["scope"] = scope["scope"].clone();
                span["scopeSchema"] = scope["schemaUrl"].clone();
                spans.push(without_empty(&span));
            }
        }
    }
    spans.sort_by_key(|span| format!("{} {}", span["name"], span["spanId"]));
    spans
}

/// Leaves each warning there once.
fn once(attribute: &mut Value) {
    if attribute["key"] == "@jaeger@warnings"
        && let Some(warnings) = attribute["value"]["arrayValue"]["values"].as_array_mut()
    {
        warnings.sort_by_key(Value::to_string);
        warnings.dedup();
    }
}

fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A message of OTLP without fields that say nothing. Values keep theirs: an empty text is a text.
fn without_empty(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let fields = map.iter().filter_map(|(name, value)| {
                let value = match name.as_str() {
                    "value" => value.clone(),
                    _ => without_empty(value),
                };
                let empty = matches!(&value, Value::Null)
                    || value == ""
                    || value == 0
                    || value.as_array().is_some_and(Vec::is_empty)
                    || value.as_object().is_some_and(Map::is_empty) && name != "value";
                (!empty).then(|| (name.clone(), value))
            });
            Value::Object(fields.collect())
        }
        Value::Array(values) => {
            let mut values: Vec<Value> = values.iter().map(without_empty).collect();
            values.sort_by_key(Value::to_string);
            Value::Array(values)
        }
        other => other.clone(),
    }
}
