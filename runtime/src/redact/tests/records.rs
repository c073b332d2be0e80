//! Every field of every record.
#![allow(clippy::unwrap_used)]

use super::super::*;
use super::planted;
use crate::id::{SpanId, TraceFlags, TraceId};
use crate::limits::{self, Limits};
use crate::record::{Attributes, Event, Link, LogRecord, Outcome, Severity, SpanRecord, Status};

fn span(text: &str) -> SpanRecord {
    let attributes = |key: &str| -> Attributes {
        vec![
            (Key::from(key.to_owned()), text.into()),
            (Key::from(text.to_owned()), 1_i64.into()),
            ("list".into(), Value::Array(vec![1_i64.into(), text.into()])),
            (
                "map".into(),
                Value::Map(vec![("a".into(), Value::Map(vec![("b".into(), text.into())]))]),
            ),
            ("bytes".into(), Value::Bytes(text.as_bytes().to_vec())),
            ("raw".into(), Value::Bytes([b"\xff ", text.as_bytes()].concat())),
            ("db.query.text".into(), text.into()),
            ("url.full".into(), text.into()),
            ("url.query".into(), text.into()),
        ]
    };
    SpanRecord {
        attributes: attributes("a"),
        events: vec![Event {
            time_ns: 0,
            name: text.to_owned().into(),
            attributes: attributes("exception.message"),
            dropped_attributes: 0,
        }],
        links: vec![Link {
            trace_id: TraceId::INVALID,
            span_id: SpanId::INVALID,
            flags: TraceFlags::default(),
            trace_state: "".into(),
            attributes: attributes("a"),
        }],
        status: Status::Error(text.to_owned().into()),
        outcome: Outcome::Error,
        ..SpanRecord::new(TraceId::INVALID, SpanId::INVALID, text.to_owned())
    }
}

/// All text of a span, bytes as text.
fn all_text(span: &SpanRecord) -> String {
    fn add(value: &Value, out: &mut String) {
        match value {
            Value::Bytes(bytes) => out.push_str(&String::from_utf8_lossy(bytes)),
            Value::Array(items) => items.iter().for_each(|item| add(item, out)),
            Value::Map(items) => items.iter().for_each(|(key, item)| {
                out.push_str(key);
                add(item, out);
            }),
            other => out.push_str(&other.to_string()),
        }
        out.push('\n');
    }
    let mut out = format!("{}\n{:?}\n", span.name, span.status);
    let events = span.events.iter().map(|event| {
        out.push_str(&event.name);
        &event.attributes
    });
    let lists: Vec<_> = events
        .chain(span.links.iter().map(|link| &link.attributes))
        .collect();
    for (key, value) in lists.into_iter().flatten().chain(&span.attributes) {
        out.push_str(key);
        add(value, &mut out);
    }
    out
}

#[test]
fn every_field_of_a_span_is_redacted() {
    for (text, secret) in planted() {
        let mut span = span(&text);
        let counts = Redactor::default().redact_span(&mut span);
        let all = all_text(&span);
        assert!(!all.contains(&secret), "{text}: {all}");
        assert!(
            counts.redacted() >= 20 && counts.failed == 0,
            "{text}: {counts:?}"
        );
    }
}

#[test]
fn logs_metrics_and_the_resource_are_redacted() {
    use crate::record::{Metric, MetricData, NumberPoint, Resource};
    let redactor = Redactor::default();
    let mut log = LogRecord {
        time_ns: 0,
        severity: Severity::Info,
        event_name: "password=hunter2".into(),
        body: Some(Value::Map(vec![
            ("password".into(), 5_i64.into()),
            ("x".into(), "token=hunter2".into()),
        ])),
        trace_id: TraceId::INVALID,
        span_id: SpanId::INVALID,
        flags: TraceFlags::default(),
        scope: "app".into(),
        attributes: vec![("apiKey".into(), "hunter2".into())],
        dropped_attributes: 0,
    };
    assert_eq!(redactor.redact_log(&mut log).redacted(), 4);
    assert!(!format!("{log:?}").contains("hunter2"));
    let mut metric = Metric {
        name: "m".into(),
        description: "password=hunter2".into(),
        unit: "s".into(),
        scope: "app".into(),
        data: MetricData::Sum(vec![NumberPoint {
            attributes: vec![("q".into(), "password=hunter2".into())],
            start_ns: 0,
            time_ns: 0,
            value: 1.0,
        }]),
    };
    assert_eq!(redactor.redact_metric(&mut metric).redacted(), 2);
    assert!(!format!("{metric:?}").contains("hunter2"));
    let mut resource = Resource::new().with("process.command_line", "app --password hunter2");
    assert_eq!(redactor.redact_resource(&mut resource).redacted(), 1);
    assert!(!format!("{resource:?}").contains("hunter2"));
}

#[test]
fn a_secret_across_the_cut_leaves_nothing_of_itself() {
    let secret = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
    for before in 180..205 {
        let mut value = Value::from(format!("{} {secret} tail", "x".repeat(before)));
        Redactor::default().redact_value("llm.prompt_preview", &mut value);
        let mut span = span("");
        span.attributes = vec![("llm.prompt_preview".into(), value)];
        limits::apply_limits(&mut span, &Limits::default());
        let text = span.attribute("llm.prompt_preview").unwrap().to_string();
        assert!(!text.contains("ghp_"), "{text}");
    }
}
