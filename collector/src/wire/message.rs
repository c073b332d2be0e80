//! Protobuf put together where there is always room. [`super::Writer`] asks for it before.

/// The fields of a message, as they are written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Message(pub(crate) Vec<u8>);

impl Message {
    /// A number, a boolean, an enum.
    pub(crate) fn varint(&mut self, field: u32, value: u64) -> &mut Self {
        self.tag(field, 0);
        put_varint(&mut self.0, value);
        self
    }

    /// A `fixed64` or the bits of a `double`.
    pub(crate) fn fixed64(&mut self, field: u32, value: u64) -> &mut Self {
        self.tag(field, 1);
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// Text or bytes.
    pub(crate) fn bytes(&mut self, field: u32, value: &[u8]) -> &mut Self {
        self.tag(field, 2);
        put_varint(&mut self.0, value.len() as u64);
        self.0.extend_from_slice(value);
        self
    }

    /// A message in this one.
    pub(crate) fn message(&mut self, field: u32, value: &Self) -> &mut Self {
        self.bytes(field, &value.0)
    }

    fn tag(&mut self, field: u32, wire_type: u32) {
        put_varint(&mut self.0, u64::from(field << 3 | wire_type));
    }
}

/// Appends a number as protobuf writes it.
#[inline]
pub(crate) fn put_varint(to: &mut Vec<u8>, value: u64) {
    // Nearly all are one byte.
    if value < 0x80 {
        to.push(value as u8);
    } else {
        let (bytes, length) = varint(value);
        to.extend_from_slice(&bytes[..length]);
    }
}

/// A number's bytes, seven bits each and the lowest first, and how many they are.
pub(super) fn varint(mut value: u64) -> ([u8; 10], usize) {
    let mut bytes = [0; 10];
    for (index, byte) in bytes.iter_mut().enumerate() {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            *byte = low;
            return (bytes, index + 1);
        }
        *byte = low | 0x80;
    }
    (bytes, 10)
}
