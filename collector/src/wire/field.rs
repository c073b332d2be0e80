//! Protobuf's wire format: a message is fields, each a number and a value.

/// Bytes are not a protobuf message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A field goes past the end.
    #[error("it ends within a field")]
    Truncated,
    /// A number has more than ten bytes.
    #[error("a number in it is longer than ten bytes")]
    LongVarint,
    /// A wire type that protobuf does not know, or its groups, which OTLP does not use.
    #[error("it has a field of wire type {0}, which OTLP does not use")]
    WireType(u8),
    /// A field's number is 0 or too big.
    #[error("it has a field without a valid number")]
    FieldNumber,
    /// A field has not the type that OTLP says.
    #[error("its field {0} has another type than in OTLP")]
    Type(u32),
    /// A text is not UTF-8.
    #[error("its field {0} is not valid UTF-8")]
    Utf8(u32),
    /// Lists and maps in one another.
    #[error("a value in it is nested more than {0} deep")]
    Depth(u32),
}

/// A field's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Field<'a> {
    /// Integers, booleans, enums.
    Varint(u64),
    /// `fixed64`, `double`.
    Fixed64(u64),
    /// Texts, bytes, messages.
    Bytes(&'a [u8]),
    /// `fixed32`, `float`.
    Fixed32(u32),
}

impl<'a> Field<'a> {
    /// The bytes of field `number`.
    ///
    /// # Errors
    /// When the field is of another type.
    pub fn bytes(self, number: u32) -> Result<&'a [u8], WireError> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(WireError::Type(number)),
        }
    }

    /// The text of field `number`.
    ///
    /// # Errors
    /// When the field is of another type, or not UTF-8.
    pub fn text(self, number: u32) -> Result<&'a str, WireError> {
        std::str::from_utf8(self.bytes(number)?).map_err(|_| WireError::Utf8(number))
    }

    /// The varint of field `number`.
    ///
    /// # Errors
    /// When the field is of another type.
    pub fn varint(self, number: u32) -> Result<u64, WireError> {
        match self {
            Self::Varint(value) => Ok(value),
            _ => Err(WireError::Type(number)),
        }
    }

    /// The eight bytes of field `number`.
    ///
    /// # Errors
    /// When the field is of another type.
    pub fn fixed64(self, number: u32) -> Result<u64, WireError> {
        match self {
            Self::Fixed64(value) => Ok(value),
            _ => Err(WireError::Type(number)),
        }
    }

    /// The four bytes of field `number`.
    ///
    /// # Errors
    /// When the field is of another type.
    pub fn fixed32(self, number: u32) -> Result<u32, WireError> {
        match self {
            Self::Fixed32(value) => Ok(value),
            _ => Err(WireError::Type(number)),
        }
    }
}

/// The fields of a message, in their order. Ends after an error.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    /// The fields of the message in `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Where in the message the next field begins.
    #[must_use]
    pub fn position(&self) -> usize {
        self.at
    }

    /// Nearly all numbers are one byte.
    #[inline(always)]
    fn varint(&mut self) -> Result<u64, WireError> {
        match self.bytes.get(self.at) {
            Some(&byte) if byte < 0x80 => {
                self.at += 1;
                Ok(u64::from(byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, WireError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let mut value = 0;
        for (index, &byte) in rest.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte < 0x80 {
                self.at += index + 1;
                return Ok(value);
            }
        }
        Err(if rest.len() < 10 {
            WireError::Truncated
        } else {
            WireError::LongVarint
        })
    }

    #[inline(always)]
    fn take(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        let end = self.at.checked_add(length).ok_or(WireError::Truncated)?;
        let taken = self.bytes.get(self.at..end).ok_or(WireError::Truncated)?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        self.take(N)?.try_into().map_err(|_| WireError::Truncated)
    }

    #[inline(always)]
    fn field(&mut self) -> Result<(u32, Field<'a>), WireError> {
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3)
            .ok()
            .filter(|number| (1..1 << 29).contains(number));
        let number = number.ok_or(WireError::FieldNumber)?;
        let value = match tag & 7 {
            0 => Field::Varint(self.varint()?),
            1 => Field::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => {
                let length = self.varint()?;
                Field::Bytes(self.take(usize::try_from(length).map_err(|_| WireError::Truncated)?)?)
            }
            5 => Field::Fixed32(u32::from_le_bytes(self.array()?)),
            other => return Err(WireError::WireType(other as u8)),
        };
        Ok((number, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Field<'a>), WireError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.at = self.bytes.len();
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(bytes: &[u8]) -> Result<Vec<(u32, Field<'_>)>, WireError> {
        Fields::new(bytes).collect()
    }

    #[test]
    fn every_wire_type_is_read() {
        let bytes = [
            &[0x08, 0x96, 0x01][..],
            &[0x11, 1, 0, 0, 0, 0, 0, 0, 0],
            &[0x1a, 2, b'h', b'i'],
            &[0x25, 7, 0, 0, 0],
        ];
        let expected = vec![
            (1, Field::Varint(150)),
            (2, Field::Fixed64(1)),
            (3, Field::Bytes(b"hi")),
            (4, Field::Fixed32(7)),
        ];
        assert_eq!(fields(&bytes.concat()), Ok(expected));
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        assert_eq!(fields(&[0x08]), Err(WireError::Truncated));
        assert_eq!(fields(&[0x1a, 5, b'h']), Err(WireError::Truncated));
        assert_eq!(fields(&[0x11, 1, 2]), Err(WireError::Truncated));
        assert_eq!(fields(&[0x0b]), Err(WireError::WireType(3)));
        assert_eq!(fields(&[0x00, 0]), Err(WireError::FieldNumber));
        assert_eq!(fields(&[0xff; 11]), Err(WireError::LongVarint));
        let huge = [0x1a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(fields(&huge), Err(WireError::Truncated));
    }
}
