//! Protobuf's wire format: a writer that goes into one growing buffer, and a reader for the small replies and for
//! what was spooled.
//!
//! A nested message is written first and its length patched in afterwards; the guess of how many bytes the
//! length takes is nearly always right, so nearly nothing is moved and nothing is measured twice.

use crate::raw;

/// How many bytes the length before a nested message is expected to take.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Width {
    /// Below 128 bytes: values, attributes, points.
    One = 1,
    /// Below 16 KiB: spans, log records.
    Two = 2,
    /// Below 2 MiB: what holds many of those.
    Three = 3,
}

/// Longest varint: ten bytes of seven bits hold 64.
const MAX_VARINT: usize = 10;

const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const LENGTH: u8 = 2;
const FIXED32: u8 = 5;

/// Writes fields to a buffer that is kept from batch to batch.
#[derive(Clone, Default)]
pub(crate) struct Writer {
    buffer: Vec<u8>,
}

impl Writer {
    /// A writer into this buffer.
    pub(crate) fn of(buffer: Vec<u8>) -> Self {
        Self { buffer }
    }

    /// Empties the buffer and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.buffer.clear();
    }

    /// What was written.
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.buffer
    }

    /// The buffer itself, for whoever writes another encoding into it.
    pub(crate) fn buffer_mut(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.buffer.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.buffer.push(value as u8);
    }

    fn tag(&mut self, field: u8, kind: u8) {
        self.varint(u64::from(field) << 3 | u64::from(kind));
    }

    /// A varint field, also where it is zero: a member of a `oneof` must be there to be seen.
    pub(crate) fn set_uint(&mut self, field: u8, value: u64) {
        self.tag(field, VARINT);
        self.varint(value);
    }

    /// A varint field; zero is the default and left out.
    pub(crate) fn uint(&mut self, field: u8, value: u64) {
        if value != 0 {
            self.set_uint(field, value);
        }
    }

    /// A `fixed64` field; zero is the default and left out.
    pub(crate) fn fixed64(&mut self, field: u8, value: u64) {
        if value != 0 {
            self.tag(field, FIXED64);
            self.buffer.extend_from_slice(&value.to_le_bytes());
        }
    }

    /// A `fixed32` field; zero is the default and left out.
    pub(crate) fn fixed32(&mut self, field: u8, value: u32) {
        if value != 0 {
            self.tag(field, FIXED32);
            self.buffer.extend_from_slice(&value.to_le_bytes());
        }
    }

    /// A `double` field, always written: those of OTLP are all optional or in a `oneof`.
    pub(crate) fn set_double(&mut self, field: u8, value: f64) {
        self.tag(field, FIXED64);
        self.buffer.extend_from_slice(&value.to_le_bytes());
    }

    /// A string or bytes field, also where it is empty.
    pub(crate) fn set_bytes(&mut self, field: u8, bytes: &[u8]) {
        self.tag(field, LENGTH);
        self.varint(bytes.len() as u64);
        self.buffer.extend_from_slice(bytes);
    }

    /// A string or bytes field; empty is the default and left out.
    pub(crate) fn bytes(&mut self, field: u8, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.set_bytes(field, bytes);
        }
    }

    /// A field of `KeyValue`: its field `key` as given, and as its value a short message of fewer than 128 bytes.
    #[inline]
    pub(crate) fn pair(&mut self, field: u8, key: &[u8], value: &[u8]) {
        self.tag(field, LENGTH);
        self.varint((key.len() + 2 + value.len()) as u64);
        raw::append(
            &mut self.buffer,
            [key, &[2 << 3 | LENGTH, value.len() as u8], value],
        );
    }

    /// A field of `KeyValue`: its field `key` as given, and as its value a text.
    #[inline]
    pub(crate) fn pair_text(&mut self, field: u8, key: &[u8], text: &[u8]) {
        let (mut inner, mut outer) = (
            [1 << 3 | LENGTH; 1 + MAX_VARINT],
            [2 << 3 | LENGTH; 1 + MAX_VARINT],
        );
        let inner_used = 1 + varint(&mut inner[1..], text.len() as u64);
        let outer_used = 1 + varint(&mut outer[1..], (inner_used + text.len()) as u64);
        self.tag(field, LENGTH);
        self.varint((key.len() + outer_used + inner_used + text.len()) as u64);
        let pieces = [key, &outer[..outer_used], &inner[..inner_used], text];
        raw::append(&mut self.buffer, pieces);
    }

    /// A packed field of eight-byte numbers, given in little-endian bytes.
    pub(crate) fn packed64(&mut self, field: u8, numbers: impl ExactSizeIterator<Item = [u8; 8]>) {
        if numbers.len() > 0 {
            self.tag(field, LENGTH);
            self.varint(numbers.len() as u64 * 8);
            numbers.for_each(|number| self.buffer.extend_from_slice(&number));
        }
    }

    /// A nested message: whatever `write` writes.
    pub(crate) fn message(&mut self, field: u8, width: Width, write: impl FnOnce(&mut Self)) {
        self.tag(field, LENGTH);
        let at = self.buffer.len();
        let reserved = width as usize;
        self.buffer.resize(at + reserved, 0);
        write(self);
        let body = at + reserved;
        let length = self.buffer.len() - body;
        let mut digits = [0; MAX_VARINT];
        let used = varint(&mut digits, length as u64);
        if used != reserved {
            if used > reserved {
                self.buffer.resize(at + used + length, 0);
            }
            self.buffer.copy_within(body..body + length, at + used);
            self.buffer.truncate(at + used + length);
        }
        self.buffer[at..at + used].copy_from_slice(&digits[..used]);
    }
}

/// Writes a varint to the front of `digits`, which has room for ten; answers how many it took.
#[inline]
pub(crate) fn varint(digits: &mut [u8], mut value: u64) -> usize {
    let mut used = 0;
    for digit in digits {
        used += 1;
        if value < 0x80 {
            *digit = value as u8;
            break;
        }
        *digit = value as u8 | 0x80;
        value >>= 7;
    }
    used
}

/// Bytes that are no protobuf message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// One field's content.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Field<'a> {
    /// An integer, a Boolean or an enum.
    Varint(u64),
    /// A string, bytes or a nested message.
    Bytes(&'a [u8]),
    /// Eight bytes: `fixed64` or the bits of a `double`.
    Fixed64(u64),
    /// Four bytes: `fixed32`.
    Fixed32(u32),
}

/// Reads the fields of one message, one after the other.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(message: &'a [u8]) -> Self {
        Self(message)
    }

    /// The next field's number and content; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Field<'a>)>, Malformed> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        let field = match (tag & 7) as u8 {
            VARINT => Field::Varint(self.varint()?),
            FIXED64 => Field::Fixed64(u64::from_le_bytes(self.array()?)),
            FIXED32 => Field::Fixed32(u32::from_le_bytes(self.array()?)),
            LENGTH => {
                let length = usize::try_from(self.varint()?).map_err(|_| Malformed)?;
                Field::Bytes(self.take(length)?)
            }
            _ => return Err(Malformed),
        };
        match tag >> 3 {
            0 => Err(Malformed),
            number => Ok(Some((number, field))),
        }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0;
        for digit in 0..MAX_VARINT {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << (7 * digit);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut writer = Writer::default();
        write(&mut writer);
        writer.buffer
    }

    #[test]
    fn defaults_are_left_out_unless_set() {
        assert!(
            written(|w| {
                w.uint(1, 0);
                w.bytes(2, b"");
                w.fixed32(3, 0);
                w.fixed64(4, 0);
            })
            .is_empty()
        );
        assert_eq!(written(|w| w.set_bytes(1, b"")), [0x0a, 0]);
        assert_eq!(written(|w| w.set_uint(2, 0)), [0x10, 0]);
    }

    #[test]
    fn a_field_above_fifteen_has_a_long_tag() {
        assert_eq!(written(|w| w.fixed32(16, 1)), [0x85, 1, 1, 0, 0, 0]);
    }

    #[test]
    fn garbage_is_malformed() {
        for garbage in [&b"\x0a\x05abc"[..], b"\xff", b"\x0f", b"\x02\x00", &[0x80; 12]] {
            let mut reader = Reader::new(garbage);
            assert_eq!(reader.next(), Err(Malformed), "{garbage:?}");
        }
    }

    proptest! {
        #[test]
        fn nested_messages_have_the_right_length_whatever_the_guess(
            length in 0_usize..40_000,
            width in prop_oneof![Just(Width::One), Just(Width::Two), Just(Width::Three)],
        ) {
            let content = vec![7; length];
            let bytes = written(|w| w.message(1, width, |w| w.message(2, Width::One, |w| {
                w.buffer_mut().extend_from_slice(&content);
            })));
            let mut outer = Reader::new(&bytes);
            let Ok(Some((1, Field::Bytes(inner)))) = outer.next() else { panic!("no outer message") };
            prop_assert_eq!(outer.next(), Ok(None));
            prop_assert_eq!(Reader::new(inner).next(), Ok(Some((2, Field::Bytes(&content)))));
        }

        #[test]
        fn varints_come_back(value: u64) {
            let bytes = written(|w| w.set_uint(3, value));
            prop_assert_eq!(Reader::new(&bytes).next(), Ok(Some((3, Field::Varint(value)))));
        }

        #[test]
        fn reading_any_bytes_ends_without_a_panic(bytes: Vec<u8>) {
            let mut reader = Reader::new(&bytes);
            while let Ok(Some(_)) = reader.next() {}
        }
    }
}
