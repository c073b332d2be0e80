//! Attribute values: OTLP's `AnyValue`, with all that it can hold.

/// A key and its value. Keys of one list are as they came: in their order, and twice where they came twice.
pub type Attribute = (String, Value);

/// OTLP's `AnyValue`.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// A value that holds nothing, which OTLP tells from an absent attribute.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A floating-point number; may be NaN or infinite.
    Double(f64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list, whose values may be of different kinds.
    Array(Vec<Value>),
    /// A map in the order it came in.
    Map(Vec<Attribute>),
}

impl Value {
    /// The text, where the value is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The first value under `key`.
#[must_use]
pub fn find<'a>(attributes: &'a [Attribute], key: &str) -> Option<&'a Value> {
    attributes
        .iter()
        .find(|(name, _)| name == key)
        .map(|(_, value)| value)
}
