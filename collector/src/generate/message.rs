//! Protobuf messages that are put together.

/// A message that grows.
#[derive(Debug, Clone, Default)]
pub(super) struct Message(pub(super) Vec<u8>);

impl Message {
    pub(super) fn bytes(&mut self, field: u8, bytes: &[u8]) -> &mut Self {
        self.0.push(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn number(&mut self, field: u8, number: u64) -> &mut Self {
        self.0.push(field << 3);
        self.varint(number);
        self
    }

    pub(super) fn fixed(&mut self, field: u8, number: u64) -> &mut Self {
        self.0.push(field << 3 | 1);
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// The attribute that is field `field`.
    pub(super) fn attribute(&mut self, field: u8, key: &str, value: &Attribute<'_>) -> &mut Self {
        let mut any = Message::default();
        match value {
            Attribute::Text(text) => any.bytes(1, text.as_bytes()),
            Attribute::Int(number) => any.number(3, number.cast_unsigned()),
            Attribute::Double(number) => any.fixed(4, number.to_bits()),
            Attribute::Bool(yes) => any.number(2, u64::from(*yes)),
        };
        let mut pair = Message::default();
        pair.bytes(1, key.as_bytes()).bytes(2, &any.0);
        self.bytes(field, &pair.0)
    }
}

/// An attribute's value.
pub(super) enum Attribute<'a> {
    Text(&'a str),
    Int(i64),
    Double(f64),
    Bool(bool),
}
