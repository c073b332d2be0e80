//! Values and attributes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::model::{Attribute, Value};

/// `attributes`, unless there are none.
pub(super) fn attributes<M: SerializeMap>(map: &mut M, attributes: &[Attribute]) -> Result<(), M::Error> {
    if attributes.is_empty() {
        return Ok(());
    }
    map.serialize_entry("attributes", &Pairs(attributes))
}

/// A text, unless it is empty.
pub(super) fn text<M: SerializeMap>(map: &mut M, name: &str, text: &str) -> Result<(), M::Error> {
    if text.is_empty() {
        return Ok(());
    }
    map.serialize_entry(name, text)
}

/// A number of 32 bits, unless it is 0.
pub(super) fn count<M: SerializeMap>(map: &mut M, name: &str, count: u32) -> Result<(), M::Error> {
    if count == 0 {
        return Ok(());
    }
    map.serialize_entry(name, &count)
}

/// OTLP's `AnyValue`.
pub(super) struct ValueJson<'a>(pub(super) &'a Value);

impl Serialize for ValueJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.0 {
            Value::Empty => {}
            Value::Text(text) => map.serialize_entry("stringValue", text)?,
            Value::Bool(yes) => map.serialize_entry("boolValue", yes)?,
            Value::Int(number) => map.serialize_entry("intValue", &number.to_string())?,
            Value::Double(number) => match not_finite(*number) {
                Some(name) => map.serialize_entry("doubleValue", name)?,
                None => map.serialize_entry("doubleValue", number)?,
            },
            Value::Bytes(bytes) => map.serialize_entry("bytesValue", &STANDARD.encode(bytes))?,
            Value::Array(values) => map.serialize_entry(
                "arrayValue",
                &Values {
                    values: Array(values),
                },
            )?,
            Value::Map(pairs) => map.serialize_entry("kvlistValue", &Values { values: Pairs(pairs) })?,
        }
        map.end()
    }
}

/// What JSON has no number for, by protobuf's names.
fn not_finite(number: f64) -> Option<&'static str> {
    if number.is_finite() {
        return None;
    }
    Some(match number {
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        _ => "NaN",
    })
}

#[derive(Serialize)]
struct Values<T> {
    values: T,
}

struct Array<'a>(&'a [Value]);

impl Serialize for Array<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ValueJson))
    }
}

struct Pairs<'a>(&'a [Attribute]);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(key, value)| Pair {
            key,
            value: ValueJson(value),
        }))
    }
}

#[derive(Serialize)]
struct Pair<'a> {
    key: &'a str,
    value: ValueJson<'a>,
}
