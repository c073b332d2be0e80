//! Attributes of the messages that are put together.

use crate::wire::Message;

/// An attribute's value.
pub(super) enum Attribute<'a> {
    Text(&'a str),
    Int(i64),
    Double(f64),
    Bool(bool),
}

impl Message {
    /// The attribute that is field `field`.
    pub(super) fn attribute(&mut self, field: u32, key: &str, value: &Attribute<'_>) -> &mut Self {
        let mut any = Self::default();
        match value {
            Attribute::Text(text) => any.bytes(1, text.as_bytes()),
            Attribute::Int(number) => any.varint(3, number.cast_unsigned()),
            Attribute::Double(number) => any.fixed64(4, number.to_bits()),
            Attribute::Bool(yes) => any.varint(2, u64::from(*yes)),
        };
        let mut pair = Self::default();
        pair.bytes(1, key.as_bytes()).message(2, &any);
        self.message(field, &pair)
    }
}
