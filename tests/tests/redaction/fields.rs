//! One secret in every kind of field that a record has.

use super::planted::Planted;
use spanwright::testing::TestTraces;
use spanwright::{Outcome, Value, current, in_span};

#[derive(Debug)]
struct Failure(String);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }
}

/// Records spans in which the text stands in the name, attributes of all types and depths, keys, events, an
/// exception and the status.
pub(crate) fn record(planted: &Planted) {
    let text = planted.text.as_str();
    in_span(text, || {
        let span = current();
        span.set("note", text).set(text, &1);
        span.set("list", &vec!["x".to_owned(), text.to_owned()]);
        let inner = Value::Array(vec![Value::Map(vec![("inner".into(), text.into())])]);
        span.set("map", &Value::Map(vec![("outer".into(), inner)]));
        span.set("bytes", &Value::Bytes(text.as_bytes().to_vec()));
        span.set("raw", &Value::Bytes([b"\xff ", text.as_bytes()].concat()));
        for key in [
            "url.full",
            "url.query",
            "db.query.text",
            "db.statement",
            "exception.message",
            "http.request.header.x-note",
            "gen_ai.input.messages",
            "process.command_line",
        ] {
            span.set(key, text);
        }
        if let Some(key) = planted.key {
            span.set(key, &planted.secret);
            span.set(
                "map.of",
                &Value::Map(vec![(key.into(), planted.secret.as_str().into())]),
            );
        }
        span.event(text, |event| {
            event.set("note", text).set(text, &true);
        });
        span.error(&Failure(text.to_owned()));
    });
    // A status without an exception.
    in_span("work", || {
        current()
            .error(&std::io::Error::other(text.to_owned()))
            .outcome(Outcome::Error);
    });
}

/// All text of all that was recorded; bytes as text.
pub(crate) fn everything_of(traces: &TestTraces) -> String {
    fn add(value: &Value, out: &mut String) {
        match value {
            Value::Bytes(bytes) => out.push_str(&String::from_utf8_lossy(bytes)),
            Value::Array(items) => items.iter().for_each(|item| add(item, out)),
            Value::Map(items) => items.iter().for_each(|(key, item)| {
                out.push_str(key);
                out.push('\n');
                add(item, out);
            }),
            other => out.push_str(&other.to_string()),
        }
        out.push('\n');
    }
    let mut out = String::new();
    for span in traces.spans() {
        out.push_str(&format!("{}\n{:?}\n", span.name, span.status));
        let events = span.events.iter();
        let lists = events
            .clone()
            .map(|event| &event.attributes)
            .chain([&span.attributes]);
        for (key, value) in lists.flatten() {
            out.push_str(key);
            out.push('\n');
            add(value, &mut out);
        }
        events.for_each(|event| out.push_str(&event.name));
    }
    for log in traces.logs() {
        out.push_str(&format!("{log:?}\n"));
    }
    out
}
