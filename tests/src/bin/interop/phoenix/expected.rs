//! What Phoenix must show of a span: said once more here, from what the program wrote to its file, so that the profile is
//! not its own judge.

use crate::span::{Span, Tag, Tags};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::error::Error;

pub(super) type Attributes = BTreeMap<String, Value>;

/// An event.
#[derive(Debug)]
pub(super) struct Happened {
    pub(super) name: String,
    pub(super) time_us: i64,
    pub(super) attributes: Attributes,
}

/// A span as Phoenix shows it.
pub(super) struct Shown {
    /// Its id in GraphQL.
    pub(super) node: String,
    /// Of the trace and of the span.
    pub(super) id: (String, String),
    pub(super) parent: Option<String>,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) start_us: i64,
    pub(super) end_us: i64,
    pub(super) status: String,
    pub(super) message: String,
    pub(super) attributes: Attributes,
    pub(super) events: Vec<Happened>,
}

/// Phoenix reads nanoseconds as a float: it may be off by this much.
const OFF_US: i64 = 1;
/// The end is the sum of two numbers that are cut to microseconds each.
const END_OFF_US: i64 = OFF_US + 1;

impl Shown {
    pub(super) fn differences(&self, shown: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let mut equal = |what: &str, wanted: &str, shown: &str| {
            if wanted != shown {
                found.push(format!("{what}: {shown:?}, not {wanted:?}"));
            }
        };
        equal("name", &self.name, &shown.name);
        equal("kind", &self.kind, &shown.kind);
        equal("status", &self.status, &shown.status);
        equal("status message", &self.message, &shown.message);
        equal(
            "parent",
            self.parent.as_deref().unwrap_or("none"),
            shown.parent.as_deref().unwrap_or("none"),
        );
        let names = |span: &Self| {
            span.events
                .iter()
                .map(|event| event.name.clone())
                .collect::<Vec<_>>()
        };
        equal(
            "events",
            &format!("{:?}", names(self)),
            &format!("{:?}", names(shown)),
        );
        for (what, wanted, is, off) in [
            ("start", self.start_us, shown.start_us, OFF_US),
            ("end", self.end_us, shown.end_us, END_OFF_US),
        ] {
            if (wanted - is).abs() > off {
                found.push(format!("{what}: {is} µs, not {wanted} µs"));
            }
        }
        attributes(&mut found, "attribute", &self.attributes, &shown.attributes);
        for (wanted, event) in self.events.iter().zip(&shown.events) {
            if (wanted.time_us - event.time_us).abs() > OFF_US {
                found.push(format!(
                    "time of {}: {}, not {}",
                    event.name, event.time_us, wanted.time_us
                ));
            }
            attributes(&mut found, &wanted.name, &wanted.attributes, &event.attributes);
        }
        found
    }
}

fn attributes(found: &mut Vec<String>, what: &str, wanted: &Attributes, shown: &Attributes) {
    for (key, wanted) in wanted {
        match shown.get(key) {
            Some(value) if same(wanted, value) => {}
            Some(value) => found.push(format!("{what} {key}: {value}, not {wanted}")),
            None => found.push(format!("{what} {key}: not shown, made {wanted}")),
        }
    }
    for key in shown.keys().filter(|key| !wanted.contains_key(*key)) {
        found.push(format!("{what} {key}: never made, shown {}", shown[key]));
    }
}

/// Equal, but for the last digit of a float.
fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= f64::EPSILON * a.abs().max(b.abs()),
        _ => a == b,
    }
}

fn plain(tag: &Tag) -> Value {
    match tag {
        Tag::Text(text) | Tag::Binary(text) => text.clone().into(),
        Tag::Bool(value) => (*value).into(),
        Tag::Int(value) => (*value).into(),
        Tag::Float(value) => (*value).into(),
        Tag::Json(value) => value.clone(),
    }
}

fn plain_all(tags: &Tags) -> Attributes {
    let first = |tags: &Vec<Tag>| tags.first().map(plain).unwrap_or_default();
    tags.iter()
        .map(|(key, tags)| (key.clone(), first(tags)))
        .collect()
}

/// What must be shown of a span that was made.
pub(super) fn expected(made: &Span) -> Result<Shown, Box<dyn Error>> {
    let mut left = plain_all(&made.tags);
    let mut take = |key: &str| left.remove(key);
    // These came with the form that the file is read into.
    let kind = take("span.kind");
    let status = take("otel.status_code");
    let message = take("otel.status_description");
    for key in ["error", "otel.scope.name", "otel.scope.version", "w3c.tracestate"] {
        take(key);
    }
    let operation = left
        .get("gen_ai.operation.name")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let parent = made.parent().map(|parent| parent.span_id.clone());
    let kind = match operation.as_deref() {
        Some("chat") => "LLM",
        Some("execute_tool") => "TOOL",
        Some("invoke_agent") => "AGENT",
        Some(other) => return Err(format!("nothing is said here of {other}").into()),
        // Phoenix sees by itself what a tool's server does.
        None if left.contains_key("gen_ai.tool.name") => "TOOL",
        None if parent.is_none() || kind == Some(json!("internal")) => "CHAIN",
        None => "UNKNOWN",
    };
    let events = made
        .logs
        .iter()
        .map(|log| {
            let mut attributes = plain_all(&log.fields);
            let name = attributes
                .remove("event")
                .and_then(|name| name.as_str().map(str::to_owned));
            Happened {
                name: name.unwrap_or_default(),
                time_us: log.time_us.cast_signed(),
                attributes: exception(attributes),
            }
        })
        .collect();
    Ok(Shown {
        node: String::new(),
        id: (made.trace_id.clone(), made.span_id.clone()),
        parent,
        name: made.name.clone(),
        kind: kind.to_owned(),
        start_us: made.start_us.cast_signed(),
        end_us: (made.start_us + made.duration_us).cast_signed(),
        status: status
            .and_then(|code| code.as_str().map(str::to_owned))
            .unwrap_or("UNSET".into()),
        message: message
            .and_then(|text| text.as_str().map(str::to_owned))
            .unwrap_or_default(),
        attributes: renamed(left, operation.as_deref())?,
        events,
    })
}

/// Of an exception Phoenix keeps what the conventions name.
fn exception(mut attributes: Attributes) -> Attributes {
    if attributes.contains_key("exception.type") {
        attributes.retain(|key, _| {
            ["exception.type", "exception.message", "exception.stacktrace"].contains(&&**key)
        });
    }
    attributes
}

/// The attributes under OpenInference's names, as its specification has them.
fn renamed(mut left: Attributes, operation: Option<&str>) -> Result<Attributes, Box<dyn Error>> {
    let mut out = Attributes::new();
    let mut set = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            out.insert(key.to_owned(), value);
        }
    };
    for (from, to) in [
        ("tenant.id", "metadata.tenant"),
        ("project.name", "metadata.project"),
        ("spanwright.persona", "metadata.persona"),
    ] {
        set(to, left.remove(from));
    }
    if let Some("cancelled" | "abandoned") = left.get("spanwright.outcome").and_then(Value::as_str) {
        set("metadata.outcome", left.get("spanwright.outcome").cloned());
    }
    if !left.contains_key("session.id") {
        let conversation = left.get("gen_ai.conversation.id").cloned();
        set("session.id", conversation.filter(|id| *id != ""));
    }
    match operation {
        Some("chat") => model_call(&mut left, &mut set)?,
        Some("execute_tool") => tool_call(&mut left, &mut set)?,
        Some("invoke_agent") => set("agent.name", left.remove("gen_ai.agent.name")),
        // Beside what is sent: Phoenix's own.
        _ => set("tool.name", left.get("gen_ai.tool.name").cloned()),
    }
    out.extend(left);
    Ok(out)
}

type Set<'a> = &'a mut dyn FnMut(&str, Option<Value>);

fn tool_call(left: &mut Attributes, set: Set<'_>) -> Result<(), Box<dyn Error>> {
    set("tool.name", left.remove("gen_ai.tool.name"));
    set("tool.id", left.remove("gen_ai.tool.call.id"));
    if let Some(arguments) = left.remove("gen_ai.tool.call.arguments") {
        let text = arguments.as_str().unwrap_or_default();
        let members: Map<String, Value> = serde_json::from_str(text)?;
        for (name, value) in members {
            set(&format!("tool.parameters.{name}"), Some(value));
        }
        set("input.value", Some(arguments));
        set("input.mime_type", Some("application/json".into()));
    }
    content(left.remove("gen_ai.tool.call.result"), "output", set);
    Ok(())
}

fn model_call(left: &mut Attributes, set: Set<'_>) -> Result<(), Box<dyn Error>> {
    let (asked, answered) = (
        left.remove("gen_ai.request.model"),
        left.remove("gen_ai.response.model"),
    );
    set("llm.model_name", answered.clone().or_else(|| asked.clone()));
    set("llm.request.model_name", asked);
    set("llm.response.model_name", answered);
    let provider = left.remove("gen_ai.provider.name");
    if provider != Some(json!("openai")) {
        return Err(format!("nothing is said here of the provider {provider:?}").into());
    }
    set("llm.provider", provider.clone());
    set("llm.system", provider);
    set("metadata.response_id", left.remove("gen_ai.response.id"));
    let reasons = left.remove("gen_ai.response.finish_reasons");
    set("llm.finish_reason", reasons.map(|reasons| reasons[0].clone()));
    set("llm.cost.total", left.remove("gen_ai.usage.cost"));
    let parameters: Map<String, Value> = left
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix("gen_ai.request.")?.to_owned(), value.clone())))
        .collect();
    left.retain(|key, _| !key.starts_with("gen_ai.request."));
    if !parameters.is_empty() {
        set(
            "llm.invocation_parameters",
            Some(Value::Object(parameters).to_string().into()),
        );
    }
    let mut count = |from: &str, to: &str| {
        let tokens = left.remove(&format!("gen_ai.usage.{from}"));
        set(&format!("llm.token_count.{to}"), tokens.clone());
        tokens.and_then(|tokens| tokens.as_i64())
    };
    let sums = (
        count("input_tokens", "prompt"),
        count("output_tokens", "completion"),
    );
    count("cache_read.input_tokens", "prompt_details.cache_read");
    count("cache_write.input_tokens", "prompt_details.cache_write");
    count("reasoning.output_tokens", "completion_details.reasoning");
    if let (Some(input), Some(output)) = sums {
        set("llm.token_count.total", Some((input + output).into()));
    }
    messages(left, set)
}

fn messages(left: &mut Attributes, set: Set<'_>) -> Result<(), Box<dyn Error>> {
    let mut parsed = |key: &str| -> Result<Vec<Value>, Box<dyn Error>> {
        let text = left.remove(key).and_then(|text| text.as_str().map(str::to_owned));
        Ok(text
            .map(|text| serde_json::from_str(&text))
            .transpose()?
            .unwrap_or_default())
    };
    let mut asked = Vec::new();
    let system = parsed("gen_ai.system_instructions")?;
    if !system.is_empty() {
        asked.push(json!({ "role": "system", "parts": system }));
    }
    let input = parsed("gen_ai.input.messages")?;
    let output = parsed("gen_ai.output.messages")?;
    content(input.iter().rev().find_map(said).map(Value::String), "input", set);
    content(output.iter().find_map(said).map(Value::String), "output", set);
    asked.extend(input);
    for (prefix, messages) in [("llm.input_messages", asked), ("llm.output_messages", output)] {
        for (at, message) in messages.iter().enumerate() {
            let base = format!("{prefix}.{at}.message");
            set(&format!("{base}.role"), Some(message["role"].clone()));
            set(
                &format!("{base}.finish_reason"),
                message.get("finish_reason").cloned(),
            );
            contents(message, &base, set);
            let parts = |kind: &'static str| {
                let all = message["parts"].as_array().into_iter().flatten();
                all.filter(move |part| part["type"] == kind)
            };
            for (at, call) in parts("tool_call").enumerate() {
                let base = format!("{base}.tool_calls.{at}.tool_call");
                set(&format!("{base}.id"), Some(call["id"].clone()));
                set(&format!("{base}.function.name"), Some(call["name"].clone()));
                let arguments = call["arguments"].to_string();
                set(&format!("{base}.function.arguments"), Some(arguments.into()));
            }
            for answer in parts("tool_call_response") {
                set(&format!("{base}.tool_call_id"), Some(answer["id"].clone()));
                let text = match &answer["response"] {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                set(&format!("{base}.content"), Some(text.into()));
            }
        }
    }
    Ok(())
}

/// A text alone, or all texts and thoughts with their kinds.
fn contents(message: &Value, base: &str, set: Set<'_>) {
    let parts = message["parts"].as_array().into_iter().flatten();
    let told: Vec<&Value> = parts
        .filter(|part| part["type"] == "text" || part["type"] == "reasoning")
        .collect();
    if let [only] = told[..]
        && only["type"] == "text"
    {
        return set(&format!("{base}.content"), Some(only["content"].clone()));
    }
    for (at, part) in told.into_iter().enumerate() {
        let base = format!("{base}.contents.{at}.message_content");
        set(&format!("{base}.type"), Some(part["type"].clone()));
        set(&format!("{base}.text"), Some(part["content"].clone()));
    }
}

/// The first text of a message.
fn said(message: &Value) -> Option<String> {
    let parts = message["parts"].as_array()?;
    let text = parts.iter().find(|part| part["type"] == "text")?;
    text["content"].as_str().map(str::to_owned)
}

fn content(text: Option<Value>, side: &str, set: Set<'_>) {
    let Some(text) = text else { return };
    let is_json = text.as_str().is_some_and(|text| {
        serde_json::from_str::<Value>(text).is_ok_and(|json| json.is_object() || json.is_array())
    });
    let kind = if is_json { "application/json" } else { "text/plain" };
    set(&format!("{side}.value"), Some(text));
    set(&format!("{side}.mime_type"), Some(kind.into()));
}
