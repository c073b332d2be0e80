//! The meaning of a filter, on a whole span.

use super::{Filter, Test, TextTest, ValueTest};
use crate::model::{Attribute, Span, Value};

impl Filter {
    /// Whether it is true of `span`.
    #[must_use]
    pub fn matches(&self, span: &Span) -> bool {
        match self {
            Self::All(all) => all.iter().all(|filter| filter.matches(span)),
            Self::Any(any) => any.iter().any(|filter| filter.matches(span)),
            Self::Not(filter) => !filter.matches(span),
            Self::Is(test) => test.matches(span),
        }
    }
}

impl Test {
    fn matches(&self, span: &Span) -> bool {
        match self {
            Self::Service(test) => test.matches(span.service()),
            Self::Name(test) => test.matches(&span.name),
            Self::Kind(kind) => span.kind == *kind,
            Self::Status(code) => span.status.code == *code,
            Self::Duration(order, nanos) => order.holds(span.duration(), *nanos),
            Self::Start(order, nanos) => order.holds(span.start, *nanos),
            Self::Attribute(key, test) => lists(span)
                .flatten()
                .any(|(name, value)| name == key && test.matches(value)),
            Self::Anywhere(text) => anywhere(span, text),
        }
    }
}

impl TextTest {
    /// Whether `text` is as asked.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Equals(wanted) => text == wanted,
            Self::Contains(part) => contains(text, part),
        }
    }
}

impl ValueTest {
    /// Whether `value` is as asked.
    #[must_use]
    pub fn matches(&self, value: &Value) -> bool {
        if let Value::Array(values) = value
            && *self != Self::Present
        {
            return values.iter().any(|value| self.matches(value));
        }
        match self {
            Self::Present => true,
            Self::Equals(wanted) => equals(value, wanted),
            Self::Contains(part) => value.as_text().is_some_and(|text| contains(text, part)),
            Self::Number(order, wanted) => match value {
                Value::Int(number) => order.holds(*number as f64, *wanted),
                Value::Double(number) => order.holds(*number, *wanted),
                _ => false,
            },
        }
    }
}

fn equals(value: &Value, wanted: &str) -> bool {
    match value {
        Value::Text(text) => text == wanted,
        Value::Bool(yes) => wanted == if *yes { "true" } else { "false" },
        Value::Int(number) => wanted.parse() == Ok(*number),
        Value::Double(number) => wanted.parse() == Ok(*number),
        Value::Empty | Value::Bytes(_) | Value::Array(_) | Value::Map(_) => false,
    }
}

/// The attribute lists of a span that a key is looked up in.
fn lists(span: &Span) -> impl Iterator<Item = &[Attribute]> {
    [
        &span.attributes[..],
        &span.resource.attributes,
        &span.scope.attributes,
    ]
    .into_iter()
    .chain(span.events.iter().map(|event| &event.attributes[..]))
    .chain(span.links.iter().map(|link| &link.attributes[..]))
}

fn anywhere(span: &Span, text: &str) -> bool {
    let named = [
        &span.name,
        &span.status.message,
        &span.trace_state,
        &span.scope.name,
    ];
    named.into_iter().any(|name| contains(name, text))
        || span.events.iter().any(|event| contains(&event.name, text))
        || lists(span)
            .flatten()
            .any(|(key, value)| contains(key, text) || holds(value, text))
}

/// Whether a text is in a value, or in what it holds.
pub(crate) fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::Text(value) => contains(value, text),
        Value::Array(values) => values.iter().any(|value| holds(value, text)),
        Value::Map(map) => map
            .iter()
            .any(|(key, value)| contains(key, text) || holds(value, text)),
        Value::Empty | Value::Bool(_) | Value::Int(_) | Value::Double(_) | Value::Bytes(_) => false,
    }
}

/// Whether `part` is in `text`, ignoring ASCII case.
fn contains(text: &str, part: &str) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    part.is_empty()
        || text
            .windows(part.len())
            .any(|window| window.eq_ignore_ascii_case(part))
}
