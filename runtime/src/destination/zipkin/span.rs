//! One span as Zipkin's v2 JSON, by OpenTelemetry's "Transformation to Zipkin" and "to non-OTLP formats".

use super::remote::Remote;
use crate::destination::json::{Object, display, object, plain, plain_text, text};
use crate::record::{Event, Kind, Resource, SpanRecord, Status};
use crate::value::{Key, Value};

/// Says that the attribute is false, which for Zipkin would be an error like any other text.
const NOT_AN_ERROR: [&str; 2] = ["false", ""];

pub(super) fn write(out: &mut Vec<u8>, resource: &Resource, span: &SpanRecord) {
    object(out, |own| {
        own.quoted("traceId", span.trace_id);
        own.quoted("id", span.span_id);
        if let Some(parent) = span.parent_span_id {
            own.quoted("parentId", parent);
        }
        own.text("name", &span.name);
        if let Some(kind) = kind(span.kind) {
            own.text("kind", kind);
        }
        display(own.key("timestamp"), micros(span.start_ns));
        display(own.key("duration"), duration(span));
        own.object("localEndpoint", |own| {
            own.text("serviceName", resource.service_name())
        });
        if let Some(remote) = Remote::of(span) {
            remote.write(own);
        }
        own.objects("annotations", &span.events, annotation);
        own.object("tags", |own| tags(own, resource, span));
    });
}

const fn micros(ns: u64) -> u64 {
    ns / 1_000
}

/// In microseconds, at least one: for Zipkin 0 is a duration that is not known.
fn duration(span: &SpanRecord) -> u64 {
    micros(span.end_ns.saturating_sub(span.start_ns)).max(1)
}

/// An internal span has no kind.
const fn kind(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Internal => None,
        Kind::Server => Some("SERVER"),
        Kind::Client => Some("CLIENT"),
        Kind::Producer => Some("PRODUCER"),
        Kind::Consumer => Some("CONSUMER"),
    }
}

/// `"name": {"key": value}`, or the name alone.
fn annotation(own: &mut Object<'_>, event: &Event) {
    display(own.key("timestamp"), micros(event.time_ns));
    if event.attributes.is_empty() && event.dropped_attributes == 0 {
        // Not left out where it is empty: Zipkin asks for it.
        text(own.key("value"), &event.name);
        return;
    }
    let mut value = Vec::new();
    text(&mut value, &event.name);
    value.extend_from_slice(b": ");
    object(&mut value, |own| {
        for (key, item) in &event.attributes {
            plain(own.any_key(key), item);
        }
        own.number("otel.dropped_attributes_count", event.dropped_attributes);
    });
    text(own.key("value"), &String::from_utf8_lossy(&value));
}

/// The resource's attributes, the span's, and what Zipkin has no field for; of one key the last of these.
fn tags(own: &mut Object<'_>, resource: &Resource, span: &SpanRecord) {
    let extra = extra(span);
    let is_extra = |key: &Key| extra.iter().any(|(name, _)| *name == key.as_str());
    let is_attribute = |key: &Key| span.attributes.iter().any(|(name, _)| name == key);
    for (key, value) in resource.attributes() {
        if key.as_str() != "service.name" && !is_extra(key) && !is_attribute(key) {
            text(own.any_key(key), &plain_text(value));
        }
    }
    for (key, value) in &span.attributes {
        if !is_extra(key) && !says_no_error(key, value) {
            text(own.any_key(key), &plain_text(value));
        }
    }
    for (name, value) in &extra {
        text(own.key(name), value);
    }
}

fn says_no_error(key: &Key, value: &Value) -> bool {
    key.as_str() == "error"
        && match value {
            Value::Bool(value) => !value,
            Value::String(text) => NOT_AN_ERROR.contains(&text.as_ref()),
            _ => false,
        }
}

/// Status, scope, `tracestate` and what the limits left out.
fn extra(span: &SpanRecord) -> Vec<(&'static str, String)> {
    let mut tags = Vec::new();
    match &span.status {
        Status::Unset => {}
        Status::Ok => tags.push(("otel.status_code", "OK".into())),
        Status::Error(message) => {
            tags.push(("otel.status_code", "ERROR".into()));
            tags.push(("error", message.clone().into_owned()));
        }
    }
    if !span.scope.is_empty() {
        // Not the name before 2022, too: those who read both, as Jaeger does, would show one of them twice.
        tags.push(("otel.scope.name", span.scope.clone().into_owned()));
    }
    if !span.trace_state.is_empty() {
        tags.push(("w3c.tracestate", span.trace_state.as_ref().to_owned()));
    }
    for (name, count) in [
        ("otel.dropped_attributes_count", span.dropped_attributes),
        ("otel.dropped_events_count", span.dropped_events),
        ("otel.dropped_links_count", span.dropped_links),
    ] {
        if count > 0 {
            tags.push((name, count.to_string()));
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{SpanId, TraceId};
    use serde_json::json;

    fn written(span: &SpanRecord) -> serde_json::Value {
        let resource = Resource::new()
            .with("service.name", "shop")
            .with("service.namespace", "market")
            .with("both", "resource");
        let mut out = Vec::new();
        write(&mut out, &resource, span);
        serde_json::from_slice(&out).unwrap()
    }

    fn sample() -> SpanRecord {
        SpanRecord {
            start_ns: 1_999,
            end_ns: 5_000,
            ..SpanRecord::new(
                TraceId::from_bytes([1; 16]),
                SpanId::from_bytes([2; 8]),
                "pay \"it\"",
            )
        }
    }

    #[test]
    fn an_internal_root_is_small() {
        assert_eq!(
            written(&sample()),
            json!({
                "traceId": "01010101010101010101010101010101", "id": "0202020202020202", "name": "pay \"it\"",
                "timestamp": 1, "duration": 3, "localEndpoint": {"serviceName": "shop"},
                "tags": {"service.namespace": "market", "both": "resource"},
            })
        );
    }

    #[test]
    fn everything_has_its_place() {
        let mut span = sample();
        span.parent_span_id = Some(SpanId::from_bytes([3; 8]));
        span.kind = Kind::Client;
        span.end_ns = span.start_ns;
        span.scope = "app::pay".into();
        span.status = Status::Error("declined".into());
        span.trace_state = "a=b".into();
        span.attributes = vec![
            ("peer.service".into(), "bank".into()),
            ("both".into(), "span".into()),
            ("error".into(), Value::Bool(false)),
            ("n".into(), Value::Int(-7)),
            ("f".into(), Value::Float(0.5)),
            ("list".into(), Value::from(vec!["a\"", "b"])),
        ];
        span.events = vec![
            Event {
                time_ns: 2_500,
                name: "re\"try".into(),
                attributes: vec![("n".into(), Value::Int(2)), ("why".into(), "slow".into())],
                dropped_attributes: 1,
            },
            Event {
                time_ns: 3_000,
                name: "done".into(),
                attributes: Vec::new(),
                dropped_attributes: 0,
            },
        ];
        (span.dropped_attributes, span.dropped_events, span.dropped_links) = (1, 2, 3);
        let written = written(&span);
        assert_eq!(written["parentId"], "0303030303030303");
        assert_eq!(
            (&written["kind"], &written["duration"]),
            (&json!("CLIENT"), &json!(1))
        );
        assert_eq!(written["remoteEndpoint"], json!({"serviceName": "bank"}));
        assert_eq!(
            written["annotations"],
            json!([
                {"timestamp": 2, "value": "\"re\\\"try\": {\"n\":2,\"why\":\"slow\",\"otel.dropped_attributes_count\":1}"},
                {"timestamp": 3, "value": "done"},
            ])
        );
        assert_eq!(
            written["tags"],
            json!({
                "service.namespace": "market", "peer.service": "bank", "both": "span", "n": "-7", "f": "0.5",
                "list": "[\"a\\\"\",\"b\"]", "otel.status_code": "ERROR", "error": "declined",
                "otel.scope.name": "app::pay", "w3c.tracestate": "a=b",
                "otel.dropped_attributes_count": "1", "otel.dropped_events_count": "2",
                "otel.dropped_links_count": "3",
            })
        );
    }

    #[test]
    fn only_an_error_has_the_tag_error() {
        let mut span = sample();
        span.attributes = vec![("error".into(), Value::Bool(false))];
        span.status = Status::Ok;
        let written_ok = written(&span);
        assert_eq!(written_ok["tags"]["otel.status_code"], "OK");
        assert_eq!(written_ok["tags"].get("error"), None);
        span.status = Status::Error("".into());
        assert_eq!(written(&span)["tags"]["error"], "");
    }
}
