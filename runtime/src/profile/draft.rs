//! [`Draft`]: a span whose attributes are being renamed.

use crate::record::SpanRecord;
use crate::value::{Key, Value};
use serde_json::{Map, Value as Json};

/// A span under work. What is renamed stays in its place; what is set comes last.
pub(super) struct Draft<'a> {
    span: &'a mut SpanRecord,
}

impl<'a> Draft<'a> {
    pub(super) fn new(span: &'a mut SpanRecord) -> Self {
        Self { span }
    }

    /// The span as it stands.
    pub(super) fn span(&self) -> &SpanRecord {
        self.span
    }

    /// Whether the trace begins with it.
    pub(super) fn is_root(&self) -> bool {
        self.span.parent_span_id.is_none()
    }

    fn place(&self, key: &str) -> Option<usize> {
        self.span.attributes.iter().position(|(own, _)| own == key)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    /// The text of this attribute, if it is one and not empty.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.span
            .attribute(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    }

    /// Takes an attribute off the span.
    pub(super) fn take(&mut self, key: &str) -> Option<Value> {
        let at = self.place(key)?;
        Some(self.span.attributes.remove(at).1)
    }

    /// Takes an attribute off the span; answers its text where it is one and not empty.
    pub(super) fn take_text(&mut self, key: &str) -> Option<String> {
        match self.take(key)? {
            Value::String(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Sets an attribute. What the program set under that name itself goes before.
    pub(super) fn set(&mut self, key: impl Into<Key>, value: impl Into<Value>) {
        let key = key.into();
        if self.place(&key).is_none() {
            self.span.attributes.push((key, value.into()));
        }
    }

    /// Sets an attribute where there is something to set.
    pub(super) fn set_some(&mut self, key: &'static str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    /// Sets an attribute to JSON as text, where there is something in it.
    pub(super) fn set_json(&mut self, key: &'static str, members: Map<String, Json>) {
        if !members.is_empty() {
            self.set(key, Json::Object(members).to_string());
        }
    }

    /// The same, beside the members that the program set there itself, which go before.
    pub(super) fn add_json(&mut self, key: &'static str, mut members: Map<String, Json>) {
        let own = self.text(key).map(serde_json::from_str);
        if let Some(Ok(Json::Object(own))) = own {
            members.extend(own);
            self.take(key);
        }
        self.set_json(key, members);
    }

    /// Gives an attribute another name. What the program set under that name itself goes before.
    pub(super) fn rename(&mut self, from: &str, to: &'static str) {
        let Some(at) = self.place(from) else { return };
        if self.has(to) {
            self.span.attributes.remove(at);
        } else {
            self.span.attributes[at].0 = Key::from_static(to);
        }
    }

    /// Takes the attributes off the span whose keys begin so, but this one; answers what follows that, and the values.
    pub(super) fn take_below(&mut self, prefix: &str, but: &str) -> Vec<(String, Value)> {
        let (taken, kept) = std::mem::take(&mut self.span.attributes)
            .into_iter()
            .partition::<Vec<_>, _>(|(key, _)| key.starts_with(prefix) && key != but);
        self.span.attributes = kept;
        let rest = |key: &Key| key[prefix.len()..].to_owned();
        taken
            .into_iter()
            .map(|(key, value)| (rest(&key), value))
            .collect()
    }
}

/// A value as the JSON it stands for.
pub(super) fn json_of(value: Value) -> Json {
    match value {
        Value::Bool(value) => Json::Bool(value),
        Value::Int(value) => value.into(),
        Value::Float(value) => value.into(),
        Value::String(text) => Json::String(text),
        Value::Array(items) => Json::Array(items.into_iter().map(json_of).collect()),
        Value::Map(items) => Json::Object(
            items
                .into_iter()
                .map(|(key, item)| (key.to_string(), json_of(item)))
                .collect(),
        ),
        other => Json::String(other.to_string()),
    }
}

/// The JSON that a text is; where it is none, a JSON string of it.
pub(super) fn json_in(text: String) -> Json {
    serde_json::from_str(&text).unwrap_or(Json::String(text))
}
