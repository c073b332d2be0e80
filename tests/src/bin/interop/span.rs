//! A span as Jaeger's API shows it: the form in which what was made and what was read are compared.

use std::collections::BTreeMap;
use std::fmt;

/// Tags by key. A key may occur twice, so each has a list.
pub(crate) type Tags = BTreeMap<String, Vec<Tag>>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) service: String,
    /// The resource's attributes without the service's name.
    pub(crate) process: Tags,
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) name: String,
    /// Microseconds since the Unix epoch.
    pub(crate) start_us: u64,
    pub(crate) duration_us: u64,
    /// The parent as `CHILD_OF`, then the links as `FOLLOWS_FROM`.
    pub(crate) references: Vec<Reference>,
    /// Attributes, kind, status, scope and `tracestate`.
    pub(crate) tags: Tags,
    pub(crate) logs: Vec<Log>,
    /// What Jaeger shows of spans by some formats alone.
    pub(crate) unseen: Unseen,
}

/// What is in OTLP and has no place in Jaeger's form of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Unseen {
    /// What the limits left out: names and counts.
    pub(crate) dropped: Tags,
    /// Each link with its attributes.
    pub(crate) links: Vec<(Reference, Tags)>,
}

impl Span {
    pub(crate) fn parent(&self) -> Option<&Reference> {
        self.references
            .iter()
            .find(|reference| reference.kind == CHILD_OF)
    }

    /// The text under this key, if it is one.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        match self.tags.get(key)?.first()? {
            Tag::Text(text) => Some(text),
            _ => None,
        }
    }
}

pub(crate) const CHILD_OF: &str = "CHILD_OF";
pub(crate) const FOLLOWS_FROM: &str = "FOLLOWS_FROM";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) kind: String,
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind, self.trace_id, self.span_id)
    }
}

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Log {
    pub(crate) time_us: u64,
    pub(crate) fields: Tags,
}

/// A typed value.
#[derive(Clone, Debug)]
pub(crate) enum Tag {
    Text(String),
    Bool(bool),
    Int(i64),
    Float(f64),
    /// As base64.
    Binary(String),
    /// An array or a map, which Jaeger keeps as JSON text.
    Json(serde_json::Value),
}

impl PartialEq for Tag {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) | (Self::Binary(a), Self::Binary(b)) => a == b,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => same_number(*a, *b),
            (Self::Json(a), Self::Json(b)) => same_json(a, b),
            (Self::Json(json), Self::Text(text)) | (Self::Text(text), Self::Json(json)) => {
                serde_json::from_str(text).is_ok_and(|parsed| same_json(json, &parsed))
            }
            _ => false,
        }
    }
}

/// The last digit may differ: the JSON reader rounds it.
fn same_number(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= f64::EPSILON * a.abs().max(b.abs())
}

/// Equal, whether a whole number is written `1` or `1.0`.
fn same_json(a: &serde_json::Value, b: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Number, Object};
    match (a, b) {
        (Number(a), Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a == b,
            _ => a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| same_number(a, b)),
        },
        (Array(a), Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_json(a, b)),
        (Object(a), Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same_json(a, b)))
        }
        (a, b) => a == b,
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(value) => write!(f, "string {value:?}"),
            Self::Bool(value) => write!(f, "bool {value}"),
            Self::Int(value) => write!(f, "int64 {value}"),
            Self::Float(value) => write!(f, "float64 {value:?}"),
            Self::Binary(value) => write!(f, "binary {value}"),
            Self::Json(value) => write!(f, "json {value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn types_count_and_not_only_values() {
        assert_ne!(Tag::Int(1), Tag::Float(1.0));
        assert_ne!(Tag::Text("true".into()), Tag::Bool(true));
        assert_ne!(Tag::Text("1".into()), Tag::Int(1));
        assert_eq!(Tag::Float(0.1), Tag::Float(0.1));
        assert_ne!(Tag::Float(0.1), Tag::Float(0.1001));
    }

    #[test]
    fn arrays_equal_their_json_text() {
        let made = Tag::Json(json!([1.0, 2.5, {"a": "b<c"}]));
        assert_eq!(made, Tag::Text(r#"[1,2.5,{"a":"b\u003cc"}]"#.into()));
        assert_ne!(made, Tag::Text(r#"[1,2.5,{"a":"b"}]"#.into()));
        assert_ne!(
            Tag::Json(json!([i64::MAX])),
            Tag::Text(format!("[{}]", i64::MAX - 1))
        );
    }
}
