//! Tags: a key, a type, and a value.

use std::borrow::Cow;
use std::cmp::Ordering;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::jaeger::go::written_value;
use crate::model::{Attribute, Value};

/// The largest integer that JavaScript's numbers hold exactly.
const SAFE: u64 = (1 << 53) - 1;

/// A tag of a span, a process, or a log.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tag<'a> {
    pub(super) key: &'a str,
    pub(super) value: TagValue<'a>,
}

/// What a tag holds, in the order of Jaeger's types.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TagValue<'a> {
    Text(Cow<'a, str>),
    Bool(bool),
    Int(i64),
    Double(f64),
    Binary(&'a [u8]),
}

impl<'a> Tag<'a> {
    pub(super) fn text(key: &'a str, value: &'a str) -> Self {
        Self {
            key,
            value: TagValue::Text(Cow::Borrowed(value)),
        }
    }

    pub(super) fn of((key, value): &'a Attribute) -> Self {
        let value = match value {
            Value::Text(text) => TagValue::Text(Cow::Borrowed(text)),
            Value::Bool(yes) => TagValue::Bool(*yes),
            Value::Int(number) => TagValue::Int(*number),
            Value::Double(number) => TagValue::Double(*number),
            Value::Bytes(bytes) => TagValue::Binary(bytes),
            other => TagValue::Text(Cow::Owned(written_value(other))),
        };
        Self { key, value }
    }

    /// By key, then type, then value.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        self.key
            .cmp(other.key)
            .then_with(|| self.value.order(&other.value))
    }
}

impl TagValue<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int64",
            Self::Double(_) => "float64",
            Self::Binary(_) => "binary",
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        let place = |value: &Self| match value {
            Self::Text(_) => 0,
            Self::Bool(_) => 1,
            Self::Int(_) => 2,
            Self::Double(_) => 3,
            Self::Binary(_) => 4,
        };
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Double(a), Self::Double(b)) => a.total_cmp(b),
            (Self::Binary(a), Self::Binary(b)) => a.cmp(b),
            (a, b) => place(a).cmp(&place(b)),
        }
    }
}

impl Serialize for Tag<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut json = serializer.serialize_struct("Tag", 3)?;
        json.serialize_field("key", self.key)?;
        json.serialize_field("type", self.value.name())?;
        match &self.value {
            TagValue::Text(text) => json.serialize_field("value", text)?,
            TagValue::Bool(yes) => json.serialize_field("value", yes)?,
            TagValue::Int(number) if number.unsigned_abs() > SAFE => {
                json.serialize_field("value", &number.to_string())?;
            }
            TagValue::Int(number) => json.serialize_field("value", number)?,
            // JSON has no such numbers, and one of them must not make the trace unreadable.
            TagValue::Double(number) if !number.is_finite() => {
                json.serialize_field("value", &number.to_string())?;
            }
            TagValue::Double(number) => json.serialize_field("value", number)?,
            TagValue::Binary(bytes) => json.serialize_field("value", &STANDARD.encode(bytes))?,
        }
        json.end()
    }
}
