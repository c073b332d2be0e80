//! Tags become attributes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use super::json::TagJson;
use crate::model::{Attribute, Value};

/// Tags, as attributes.
pub(super) fn attributes(tags: Option<Vec<TagJson>>) -> Result<Vec<Attribute>, String> {
    let attribute = |tag: TagJson| {
        let value =
            value(&tag).ok_or_else(|| format!("the tag {:?} is no {}: {}", tag.key, tag.kind, tag.value))?;
        Ok((tag.key, value))
    };
    tags.unwrap_or_default().into_iter().map(attribute).collect()
}

fn value(tag: &TagJson) -> Option<Value> {
    let text = tag.value.as_str();
    Some(match tag.kind.to_ascii_lowercase().as_str() {
        "bool" => Value::Bool(tag.value.as_bool().or_else(|| text?.parse().ok())?),
        "int64" => Value::Int(tag.value.as_i64().or_else(|| text?.parse().ok())?),
        "float64" => Value::Double(tag.value.as_f64().or_else(|| text?.parse().ok())?),
        "binary" => Value::Bytes(STANDARD.decode(text?).ok()?),
        "string" => Value::Text(text.map_or_else(|| tag.value.to_string(), str::to_owned)),
        _ => untyped(&tag.value),
    })
}

fn untyped(json: &Json) -> Value {
    match json {
        Json::Null => Value::Empty,
        Json::Bool(yes) => Value::Bool(*yes),
        Json::Number(number) => number
            .as_i64()
            .map_or_else(|| Value::Double(number.as_f64().unwrap_or(f64::NAN)), Value::Int),
        Json::String(text) => Value::Text(text.clone()),
        other => Value::Text(other.to_string()),
    }
}
