//! What each format cannot carry, in one place: spans as they were made in, spans as a server must show them out.
//!
//! OTLP carries everything; Jaeger shows it but for the attributes of links, and nothing shorter than a microsecond.

use super::Protocol;
use super::span::{FOLLOWS_FROM, Log, Span, Tag, Tags};
use serde_json::{Map, Value};

/// The spans as Jaeger must show them when they came by this protocol.
pub(crate) fn carried(protocol: Protocol, made: &[Span]) -> Vec<Span> {
    let carry = match protocol {
        Protocol::Grpc | Protocol::Http | Protocol::HttpGzip | Protocol::HttpJson => return made.to_vec(),
        Protocol::Zipkin => by_zipkin,
        Protocol::ThriftHttp | Protocol::ThriftUdp => by_thrift,
    };
    made.iter().map(carry).collect()
}

/// An internal span has no kind.
fn without_kind(span: &mut Span) {
    if span.text("span.kind") == Some("internal") {
        span.tags.remove("span.kind");
    }
}

/// Jaeger's Thrift loses that a span is internal and that it took less than a microsecond, and nothing else of what
/// Jaeger shows. What it shows beyond OTLP: counts of what was left out, and the attributes of links.
fn by_thrift(made: &Span) -> Span {
    let mut span = made.clone();
    without_kind(&mut span);
    span.duration_us = span.duration_us.max(1);
    span.tags.extend(span.unseen.dropped.clone());
    let links = span
        .unseen
        .links
        .iter()
        .filter(|(_, attributes)| !attributes.is_empty());
    let logs = links.map(|(link, attributes)| {
        let mut fields = attributes.clone();
        for (key, text) in [
            ("event", "link"),
            ("trace_id", &link.trace_id),
            ("span_id", &link.span_id),
        ] {
            fields.insert(key.to_owned(), vec![Tag::Text(text.to_owned())]);
        }
        Log {
            time_us: made.start_us,
            fields,
        }
    });
    let mut logs: Vec<_> = logs.collect();
    logs.append(&mut span.logs);
    span.logs = logs;
    span
}

/// Zipkin's JSON loses links, types, and that a span is internal or took less than a microsecond. It has no resource: its
/// attributes are the span's. Events have names alone, so attributes are in the name. Jaeger reads the status as an error
/// or none, leaves its description where Zipkin has it, and knows whom a client spoke to.
fn by_zipkin(made: &Span) -> Span {
    let mut span = made.clone();
    without_kind(&mut span);
    span.duration_us = span.duration_us.max(1);
    span.references.retain(|reference| reference.kind != FOLLOWS_FROM);
    span.tags.extend(span.unseen.dropped.clone());
    without_resource(&mut span);
    if span.text("otel.status_code") == Some("OK") {
        span.tags.remove("otel.status_code");
    }
    for (key, values) in &mut span.tags {
        if key != "error" {
            *values = values.iter().map(as_text).collect();
        }
    }
    let description = span.tags.remove("otel.status_description");
    if let Some(error) = span.tags.get_mut("error") {
        let description = description.unwrap_or_else(|| vec![Tag::Text(String::new())]);
        error.splice(..0, description);
    }
    if let Some(remote) = remote(&span).map(|name| Tag::Text(name.to_owned())) {
        span.tags
            .entry("peer.service".to_owned())
            .or_insert_with(|| vec![remote]);
    }
    for log in &mut span.logs {
        let text = in_name(log);
        log.fields = parts(&text);
    }
    span
}

/// Whom a client or a producer spoke to, where an attribute has the name.
pub(crate) fn remote(span: &Span) -> Option<&str> {
    if !matches!(span.text("span.kind"), Some("client" | "producer")) {
        return None;
    }
    ["peer.service", "server.address"]
        .into_iter()
        .find_map(|key| span.text(key))
}

/// What is shown of spans by this protocol, in the form that can be compared: by Zipkin's JSON, Jaeger takes the attributes
/// whose names it knows for the resource's.
pub(crate) fn comparable(protocol: Protocol, mut read: Vec<Span>) -> Vec<Span> {
    if protocol == Protocol::Zipkin {
        for span in &mut read {
            without_resource(span);
            for log in &mut span.logs {
                let text = match log.fields.get("event").map(Vec::as_slice) {
                    Some([Tag::Text(text)]) => text.clone(),
                    _ => continue,
                };
                log.fields.remove("event");
                log.fields.extend(parts(&text));
            }
        }
    }
    read
}

fn parts(text: &str) -> Tags {
    let (name, attributes) = annotation(text);
    Tags::from([("event".to_owned(), vec![Tag::Text(name), Tag::Json(attributes)])])
}

fn without_resource(span: &mut Span) {
    for (key, values) in std::mem::take(&mut span.process) {
        span.tags.entry(key).or_insert(values);
    }
}

pub(crate) fn as_text(tag: &Tag) -> Tag {
    match tag {
        // A list's or a map's text is compared as JSON.
        Tag::Json(_) | Tag::Text(_) => tag.clone(),
        Tag::Bool(value) => Tag::Text(value.to_string()),
        Tag::Int(value) => Tag::Text(value.to_string()),
        Tag::Float(value) => Tag::Text(Value::from(*value).to_string()),
        Tag::Binary(text) => Tag::Text(text.clone()),
    }
}

/// `"name": {"key": value}`, or the name alone.
pub(crate) fn in_name(log: &Log) -> String {
    let mut fields = log.fields.clone();
    let name = match fields.remove("event").as_deref() {
        Some([Tag::Text(name)]) => name.clone(),
        _ => String::new(),
    };
    if fields.is_empty() {
        name
    } else {
        format!("{}: {}", Value::from(name), as_json(&fields))
    }
}

/// An annotation's name, and the attributes that stand behind it.
pub(crate) type Annotation = (String, Value);

/// The text of an annotation in its parts, in which the order of attributes says nothing.
pub(crate) fn annotation(text: &str) -> Annotation {
    let mut parts = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    if let Some(Ok(Value::String(name))) = parts.next()
        && let Some(attributes) = text[parts.byte_offset()..].strip_prefix(": ")
        && let Ok(attributes) = serde_json::from_str(attributes)
    {
        return (name, attributes);
    }
    (text.to_owned(), Value::Null)
}

/// Attributes as one object.
fn as_json(tags: &Tags) -> Value {
    let value = |values: &Vec<Tag>| match &values[0] {
        Tag::Text(text) | Tag::Binary(text) => Value::from(text.as_str()),
        Tag::Bool(value) => (*value).into(),
        Tag::Int(value) => (*value).into(),
        Tag::Float(value) => (*value).into(),
        Tag::Json(value) => value.clone(),
    };
    Value::Object(
        tags.iter()
            .map(|(key, values)| (key.clone(), value(values)))
            .collect::<Map<_, _>>(),
    )
}
