//! OTLP's `KeyValue` and `AnyValue`.

use super::{Field, Fields, WireError};
use crate::model::{Attribute, Value};

/// How deep lists and maps may stand in one another.
pub(super) const MAX_DEPTH: u32 = 32;

/// An attribute in place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttributeView<'a> {
    /// Its key.
    pub key: &'a str,
    /// Its value.
    pub value: ValueView<'a>,
}

/// A value in place. Lists and maps are their messages, see [`ValueView::read`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueView<'a> {
    /// Holds nothing.
    Empty,
    /// Text.
    Text(&'a str),
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Double(f64),
    /// Bytes.
    Bytes(&'a [u8]),
    /// The message `ArrayValue`.
    Array(&'a [u8]),
    /// The message `KeyValueList`.
    Map(&'a [u8]),
}

impl<'a> AttributeView<'a> {
    /// Reads a `KeyValue`.
    ///
    /// # Errors
    /// When it is none.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_with_message(bytes).map(|(attribute, _)| attribute)
    }

    /// Reads a `KeyValue`, and gives the message `AnyValue` in it, too; empty where there is none.
    ///
    /// # Errors
    /// When it is none.
    #[inline]
    pub fn parse_with_message(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), WireError> {
        let (mut key, mut message): (&str, &[u8]) = ("", &[]);
        for field in Fields::new(bytes) {
            match field? {
                (1, field) => key = field.text(1)?,
                (2, field) => message = field.bytes(2)?,
                _ => {}
            }
        }
        Ok((
            AttributeView {
                key,
                value: ValueView::parse(message)?,
            },
            message,
        ))
    }

    /// Reads a `KeyValue` to its depths.
    pub(super) fn check(bytes: &'a [u8], depth: u32) -> Result<Self, WireError> {
        let attribute = Self::parse(bytes)?;
        attribute.value.check(depth)?;
        Ok(attribute)
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Attribute, WireError> {
        let attribute = AttributeView::parse(bytes)?;
        Ok((attribute.key.to_owned(), attribute.value.read()?))
    }
}

impl<'a> ValueView<'a> {
    /// Reads an `AnyValue`, lists and maps not yet.
    ///
    /// # Errors
    /// When it is none.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let mut value = Self::Empty;
        for field in Fields::new(bytes) {
            value = match field? {
                (1, field) => Self::Text(field.text(1)?),
                (2, field) => Self::Bool(field.varint(2)? != 0),
                (3, field) => Self::Int(field.varint(3)?.cast_signed()),
                (4, field) => Self::Double(f64::from_bits(field.fixed64(4)?)),
                (5, field) => Self::Array(field.bytes(5)?),
                (6, field) => Self::Map(field.bytes(6)?),
                (7, field) => Self::Bytes(field.bytes(7)?),
                _ => value,
            };
        }
        Ok(value)
    }

    /// Reads an `AnyValue` to its depths.
    pub(super) fn check_bytes(bytes: &'a [u8]) -> Result<(), WireError> {
        Self::parse(bytes)?.check(0)
    }

    /// Whether lists and maps are well-formed to their depths.
    fn check(self, depth: u32) -> Result<(), WireError> {
        if !matches!(self, Self::Array(_) | Self::Map(_)) {
            return Ok(());
        }
        if depth >= MAX_DEPTH {
            return Err(WireError::Depth(MAX_DEPTH));
        }
        match self {
            Self::Array(bytes) => messages(bytes).try_for_each(|value| Self::parse(value?)?.check(depth + 1)),
            Self::Map(bytes) => {
                messages(bytes).try_for_each(|pair| AttributeView::check(pair?, depth + 1).map(|_| ()))
            }
            _ => Ok(()),
        }
    }

    /// The value on its own. Call it only for values of a [`super::Request`], whose depth is bounded.
    ///
    /// # Errors
    /// When a list or map is not well-formed.
    pub fn read(self) -> Result<Value, WireError> {
        Ok(match self {
            Self::Empty => Value::Empty,
            Self::Text(text) => Value::Text(text.to_owned()),
            Self::Bool(yes) => Value::Bool(yes),
            Self::Int(number) => Value::Int(number),
            Self::Double(number) => Value::Double(number),
            Self::Bytes(bytes) => Value::Bytes(bytes.to_vec()),
            Self::Array(bytes) => {
                let values = messages(bytes).map(|value| Self::parse(value?)?.read());
                Value::Array(values.collect::<Result<_, _>>()?)
            }
            Self::Map(bytes) => {
                let pairs = messages(bytes).map(|pair| AttributeView::read(pair?));
                Value::Map(pairs.collect::<Result<_, _>>()?)
            }
        })
    }
}

/// The messages in the first field of an `ArrayValue` or a `KeyValueList`.
fn messages(bytes: &[u8]) -> impl Iterator<Item = Result<&[u8], WireError>> {
    Fields::new(bytes).filter_map(|field| match field {
        Ok((1, Field::Bytes(bytes))) => Some(Ok(bytes)),
        Ok((1, _)) => Some(Err(WireError::Type(1))),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    })
}

impl<'a> ValueView<'a> {
    /// The values of a list; none where the value is no list. Call it only for values of a [`super::Request`], whose
    /// depth is bounded.
    pub fn elements(self) -> impl Iterator<Item = ValueView<'a>> {
        let bytes = if let Self::Array(bytes) = self { bytes } else { &[] };
        messages(bytes).filter_map(|value| Self::parse(value.ok()?).ok())
    }

    /// The pairs of a map; none where the value is no map. Call it as [`Self::elements`].
    pub fn pairs(self) -> impl Iterator<Item = AttributeView<'a>> {
        let bytes = if let Self::Map(bytes) = self { bytes } else { &[] };
        messages(bytes).filter_map(|pair| AttributeView::parse(pair.ok()?).ok())
    }
}
