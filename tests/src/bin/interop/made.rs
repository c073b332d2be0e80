//! What was made: lines of OTLP JSON in, spans in the form that Jaeger must show out.

use super::span::{CHILD_OF, FOLLOWS_FROM, Log, Reference, Span, Tag, Tags, Unseen};
use serde_json::Value;
use std::error::Error;
use std::path::Path;

/// All spans of the files in this folder.
pub(crate) fn read_folder(folder: &Path) -> Result<Vec<Span>, Box<dyn Error>> {
    let mut spans = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let text = std::fs::read_to_string(entry?.path())?;
        for line in text.lines() {
            spans.extend(request(&serde_json::from_str(line)?)?);
        }
    }
    Ok(spans)
}

/// The spans of an `ExportTraceServiceRequest`; none of the other requests.
pub(crate) fn request(request: &Value) -> Result<Vec<Span>, Box<dyn Error>> {
    let mut spans = Vec::new();
    for resource in items(&request["resourceSpans"]) {
        let mut process = tags(&resource["resource"]["attributes"])?;
        let service = match process.remove("service.name").as_deref() {
            Some([Tag::Text(name)]) => name.clone(),
            other => return Err(format!("service.name is {other:?}").into()),
        };
        for scope in items(&resource["scopeSpans"]) {
            for made in items(&scope["spans"]) {
                let mut span = span(made)?;
                span.service.clone_from(&service);
                span.process.clone_from(&process);
                push_text(&mut span.tags, "otel.scope.name", &scope["scope"]["name"]);
                push_text(&mut span.tags, "otel.scope.version", &scope["scope"]["version"]);
                spans.push(span);
            }
        }
    }
    Ok(spans)
}

fn span(made: &Value) -> Result<Span, Box<dyn Error>> {
    let (start, end) = (
        number(&made["startTimeUnixNano"])?,
        number(&made["endTimeUnixNano"])?,
    );
    let mut tags = tags(&made["attributes"])?;
    let kind = match made["kind"].as_u64() {
        // Of a format without it.
        None | Some(0) => "",
        Some(1) => "internal",
        Some(2) => "server",
        Some(3) => "client",
        Some(4) => "producer",
        Some(5) => "consumer",
        other => return Err(format!("a span has the kind {other:?}").into()),
    };
    if !kind.is_empty() {
        push(&mut tags, "span.kind", Tag::Text(kind.into()));
    }
    match made["status"]["code"].as_u64() {
        None | Some(0) => {}
        Some(1) => push(&mut tags, "otel.status_code", Tag::Text("OK".into())),
        Some(2) => {
            push(&mut tags, "otel.status_code", Tag::Text("ERROR".into()));
            push(&mut tags, "error", Tag::Bool(true));
        }
        other => return Err(format!("a span has the status {other:?}").into()),
    }
    push_text(&mut tags, "otel.status_description", &made["status"]["message"]);
    push_text(&mut tags, "w3c.tracestate", &made["traceState"]);
    let trace_id = text(&made["traceId"])?;
    Ok(Span {
        service: String::new(),
        process: Tags::new(),
        span_id: text(&made["spanId"])?,
        name: text(&made["name"])?,
        start_us: start / 1_000,
        duration_us: end.checked_sub(start).ok_or("a span ends before it starts")? / 1_000,
        references: references(made, &trace_id)?,
        trace_id,
        tags,
        logs: items(&made["events"]).map(log).collect::<Result<_, _>>()?,
        unseen: unseen(made)?,
    })
}

fn unseen(made: &Value) -> Result<Unseen, Box<dyn Error>> {
    let mut dropped = Tags::new();
    for (own, name) in [
        ("droppedAttributesCount", "otel.dropped_attributes_count"),
        ("droppedEventsCount", "otel.dropped_events_count"),
        ("droppedLinksCount", "otel.dropped_links_count"),
    ] {
        if let Some(count) = made[own].as_i64() {
            push(&mut dropped, name, Tag::Int(count));
        }
    }
    let link = |link: &Value| Ok::<_, Box<dyn Error>>((reference(link)?, tags(&link["attributes"])?));
    Ok(Unseen {
        dropped,
        links: items(&made["links"]).map(link).collect::<Result<_, _>>()?,
    })
}

fn reference(link: &Value) -> Result<Reference, Box<dyn Error>> {
    Ok(Reference {
        kind: FOLLOWS_FROM.into(),
        trace_id: text(&link["traceId"])?,
        span_id: text(&link["spanId"])?,
    })
}

/// The parent first, then the links.
fn references(made: &Value, trace_id: &str) -> Result<Vec<Reference>, Box<dyn Error>> {
    let parent = made["parentSpanId"]
        .as_str()
        .filter(|id| !id.is_empty())
        .map(|span_id| Reference {
            kind: CHILD_OF.into(),
            trace_id: trace_id.into(),
            span_id: span_id.into(),
        });
    let mut references = Vec::from_iter(parent);
    for link in items(&made["links"]) {
        references.push(reference(link)?);
    }
    Ok(references)
}

fn log(event: &Value) -> Result<Log, Box<dyn Error>> {
    let mut fields = tags(&event["attributes"])?;
    push_text(&mut fields, "event", &event["name"]);
    Ok(Log {
        time_us: number(&event["timeUnixNano"])? / 1_000,
        fields,
    })
}

fn tags(attributes: &Value) -> Result<Tags, Box<dyn Error>> {
    let mut tags = Tags::new();
    for attribute in items(attributes) {
        push(&mut tags, &text(&attribute["key"])?, tag(&attribute["value"])?);
    }
    Ok(tags)
}

/// An `AnyValue`.
fn tag(value: &Value) -> Result<Tag, Box<dyn Error>> {
    let (form, inner) = only_member(value)?;
    Ok(match form {
        "stringValue" => Tag::Text(text(inner)?),
        "boolValue" => Tag::Bool(inner.as_bool().ok_or("a boolValue is not a Boolean")?),
        "intValue" => Tag::Int(text(inner)?.parse()?),
        "doubleValue" => Tag::Float(inner.as_f64().ok_or("a doubleValue is not a finite number")?),
        "bytesValue" => Tag::Binary(text(inner)?),
        _ => Tag::Json(plain(value)?),
    })
}

/// An `AnyValue` as the JSON it stands for.
fn plain(value: &Value) -> Result<Value, Box<dyn Error>> {
    let (form, inner) = only_member(value)?;
    Ok(match form {
        "intValue" => text(inner)?.parse::<i64>()?.into(),
        "arrayValue" => items(&inner["values"]).map(plain).collect::<Result<_, _>>()?,
        "kvlistValue" => {
            let member =
                |item: &Value| Ok::<_, Box<dyn Error>>((text(&item["key"])?, plain(&item["value"])?));
            Value::Object(items(&inner["values"]).map(member).collect::<Result<_, _>>()?)
        }
        _ => inner.clone(),
    })
}

fn only_member(value: &Value) -> Result<(&str, &Value), Box<dyn Error>> {
    let object = value.as_object().ok_or("a value is not an object")?;
    match object.iter().next() {
        Some((form, inner)) if object.len() == 1 => Ok((form, inner)),
        _ => Err(format!("a value has {} forms", object.len()).into()),
    }
}

pub(crate) fn push(tags: &mut Tags, key: &str, tag: Tag) {
    tags.entry(key.to_owned()).or_default().push(tag);
}

/// Adds a text, if it is there.
fn push_text(tags: &mut Tags, key: &str, value: &Value) {
    if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
        push(tags, key, Tag::Text(text.into()));
    }
}

pub(crate) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub(crate) fn text(value: &Value) -> Result<String, Box<dyn Error>> {
    Ok(value
        .as_str()
        .ok_or_else(|| format!("{value} is not a string"))?
        .to_owned())
}

/// A 64-bit integer, which is text in OTLP's JSON.
fn number(value: &Value) -> Result<u64, Box<dyn Error>> {
    Ok(text(value)?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_span_becomes_what_jaeger_shows() {
        let spans = request(&json!({"resourceSpans": [{
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
            "scopeSpans": [{"scope": {"name": "app"}, "spans": [{
                "traceId": "01", "spanId": "02", "parentSpanId": "03", "name": "n", "kind": 3,
                "startTimeUnixNano": "1000999", "endTimeUnixNano": "1003000",
                "attributes": [
                    {"key": "i", "value": {"intValue": "-9223372036854775808"}},
                    {"key": "l", "value": {"arrayValue": {"values": [{"intValue": "1"}, {"boolValue": true}]}}}
                ],
                "events": [{"timeUnixNano": "1001500", "name": "e"}],
                "links": [{"traceId": "04", "spanId": "05"}],
                "status": {"code": 2, "message": "broken"}
            }]}]
        }]}))
        .unwrap();
        let span = &spans[0];
        assert_eq!(
            (span.service.as_str(), span.start_us, span.duration_us),
            ("shop", 1000, 2)
        );
        assert_eq!(
            span.references
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
            ["CHILD_OF 01/03", "FOLLOWS_FROM 04/05"]
        );
        let expected = [
            ("error", Tag::Bool(true)),
            ("i", Tag::Int(i64::MIN)),
            ("l", Tag::Json(json!([1, true]))),
            ("otel.scope.name", Tag::Text("app".into())),
            ("otel.status_code", Tag::Text("ERROR".into())),
            ("otel.status_description", Tag::Text("broken".into())),
            ("span.kind", Tag::Text("client".into())),
        ];
        assert_eq!(
            span.tags,
            expected.map(|(key, tag)| (key.to_owned(), vec![tag])).into()
        );
        assert_eq!(span.logs[0].time_us, 1001);
        assert_eq!(span.logs[0].fields["event"], [Tag::Text("e".into())]);
    }
}
