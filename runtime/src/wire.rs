//! The compact form in which attributes, events and links travel from the recorder to the pipeline.
//!
//! Bytes only, little-endian, self-contained: keys are written out, so that a record needs no pointers and the
//! reader no `unsafe`. A value is a tag byte and its payload:
//!
//! | tag | payload |
//! |---|---|
//! | 0, 1 | Boolean false, true |
//! | 2, 3 | 8 bytes, integer or float |
//! | 4, 5 | `u32` length and bytes: string, bytes |
//! | 6 | `u32` length of what follows: values |
//! | 7 | `u32` length of what follows: keys (`u16` length and bytes) with values |

use crate::raw;
use crate::value::{Key, Value};

const FALSE: u8 = 0;
const TRUE: u8 = 1;
const INT: u8 = 2;
const FLOAT: u8 = 3;
const STRING: u8 = 4;
const BYTES: u8 = 5;
const ARRAY: u8 = 6;
const MAP: u8 = 7;

pub(crate) fn put_bool(buffer: &mut Vec<u8>, value: bool) {
    buffer.push(if value { TRUE } else { FALSE });
}

#[inline]
pub(crate) fn put_int(buffer: &mut Vec<u8>, value: i64) {
    raw::append(buffer, [&[INT], &value.to_le_bytes()]);
}

#[inline]
pub(crate) fn put_float(buffer: &mut Vec<u8>, value: f64) {
    raw::append(buffer, [&[FLOAT], &value.to_le_bytes()]);
}

/// `value` is cut by the caller: a length above `u32` never comes here.
#[inline]
pub(crate) fn put_str(buffer: &mut Vec<u8>, value: &str) {
    put_run(buffer, STRING, value.as_bytes());
}

pub(crate) fn put_bytes(buffer: &mut Vec<u8>, value: &[u8]) {
    put_run(buffer, BYTES, value);
}

fn put_run(buffer: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    raw::append(buffer, [&[tag], &(bytes.len() as u32).to_le_bytes(), bytes]);
}

/// Starts an array; give the answer to [`close`].
pub(crate) fn open_array(buffer: &mut Vec<u8>) -> usize {
    open(buffer, ARRAY)
}

/// Starts a map; give the answer to [`close`].
pub(crate) fn open_map(buffer: &mut Vec<u8>) -> usize {
    open(buffer, MAP)
}

/// Starts a string whose text is appended to the buffer; give the answer to [`close`].
pub(crate) fn open_str(buffer: &mut Vec<u8>) -> usize {
    open(buffer, STRING)
}

fn open(buffer: &mut Vec<u8>, tag: u8) -> usize {
    buffer.extend_from_slice(&[tag, 0, 0, 0, 0]);
    buffer.len()
}

/// Ends what `open_*` started.
pub(crate) fn close(buffer: &mut [u8], opened: usize) {
    let length = (buffer.len() - opened) as u32;
    buffer[opened - 4..opened].copy_from_slice(&length.to_le_bytes());
}

/// A key with an integer.
#[inline]
pub(crate) fn put_int_at(buffer: &mut Vec<u8>, key: &str, value: i64) {
    let key = bounded_key(key);
    let length = (key.len() as u16).to_le_bytes();
    let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
    raw::append_framed(buffer, length, key.as_bytes(), [INT, a, b, c, d, e, f, g, h], &[]);
}

/// A key with a string, which is cut by the caller.
#[inline]
pub(crate) fn put_str_at(buffer: &mut Vec<u8>, key: &str, value: &str) {
    let key = bounded_key(key);
    let length = (key.len() as u16).to_le_bytes();
    let [a, b, c, d] = (value.len() as u32).to_le_bytes();
    raw::append_framed(
        buffer,
        length,
        key.as_bytes(),
        [STRING, a, b, c, d],
        value.as_bytes(),
    );
}

/// A key; longer than 65,535 bytes is cut on a character boundary.
#[inline]
fn bounded_key(key: &str) -> &str {
    if key.len() > usize::from(u16::MAX) {
        &key[..key.floor_char_boundary(u16::MAX.into())]
    } else {
        key
    }
}

/// A key, as [`bounded_key`] has it.
#[inline]
pub(crate) fn put_key(buffer: &mut Vec<u8>, key: &str) {
    let key = bounded_key(key);
    raw::append(buffer, [&(key.len() as u16).to_le_bytes(), key.as_bytes()]);
}

/// A whole [`Value`], for what does not come through `Capture`.
pub(crate) fn put_value(buffer: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Bool(value) => put_bool(buffer, *value),
        Value::Int(value) => put_int(buffer, *value),
        Value::Float(value) => put_float(buffer, *value),
        Value::String(text) => put_str(buffer, text),
        Value::Bytes(bytes) => put_bytes(buffer, bytes),
        Value::Array(items) => {
            let opened = open_array(buffer);
            items.iter().for_each(|item| put_value(buffer, item));
            close(buffer, opened);
        }
        Value::Map(items) => {
            let opened = open_map(buffer);
            for (key, item) in items {
                put_key(buffer, key);
                put_value(buffer, item);
            }
            close(buffer, opened);
        }
    }
}

/// Keys that were read before, so that each is allocated once.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    known: std::collections::HashMap<Box<[u8]>, Key>,
}

/// Programs have some hundred keys; one that makes them up as it goes must not fill the memory.
const KNOWN_KEYS: usize = 4096;

impl Keys {
    fn get(&mut self, bytes: &[u8]) -> Key {
        if let Some(key) = self.known.get(bytes) {
            return key.clone();
        }
        let key = Key::from(text_of(bytes).into_owned());
        if self.known.len() < KNOWN_KEYS && bytes.len() <= Key::LONGEST {
            self.known.insert(bytes.into(), key.clone());
        }
        key
    }
}

/// Text; what is not UTF-8 is replaced. It always is, and to check that is cheaper than to look for what is not.
fn text_of(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// A value of the commonest kinds.
pub(crate) enum Scalar<'a> {
    Bool(bool),
    Int(i64),
    /// Not looked at yet.
    Str(&'a [u8]),
}

/// Reads what the functions above wrote. Every read is checked: damaged bytes end the reading, nothing more.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.bytes.split_at_checked(length)?;
        self.bytes = tail;
        Some(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// Text of this many bytes; what is not UTF-8 is replaced.
    pub(crate) fn text(&mut self, length: usize) -> Option<std::borrow::Cow<'a, str>> {
        self.take(length).map(text_of)
    }

    pub(crate) fn value(&mut self) -> Option<Value> {
        Some(match self.u8()? {
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            INT => Value::Int(self.u64()? as i64),
            FLOAT => Value::Float(f64::from_le_bytes(self.array()?)),
            STRING => {
                let length = self.u32()? as usize;
                Value::String(self.text(length)?.into_owned())
            }
            BYTES => {
                let length = self.u32()? as usize;
                Value::Bytes(self.take(length)?.to_vec())
            }
            ARRAY => {
                let mut inner = self.inner()?;
                let mut items = Vec::new();
                while !inner.is_empty() {
                    items.push(inner.value()?);
                }
                Value::Array(items)
            }
            MAP => Value::Map(self.inner()?.attributes()),
            _ => return None,
        })
    }

    /// A value of the commonest kinds; `None`, and nothing read, for the others.
    #[inline]
    pub(crate) fn scalar(&mut self) -> Option<Scalar<'a>> {
        let (&tag, mut rest) = self.bytes.split_first()?;
        let scalar = match tag {
            FALSE => Scalar::Bool(false),
            TRUE => Scalar::Bool(true),
            INT => {
                let (value, tail) = rest.split_first_chunk()?;
                rest = tail;
                Scalar::Int(i64::from_le_bytes(*value))
            }
            STRING => {
                let (length, tail) = rest.split_first_chunk()?;
                let (text, tail) = tail.split_at_checked(u32::from_le_bytes(*length) as usize)?;
                rest = tail;
                Scalar::Str(text)
            }
            _ => return None,
        };
        self.bytes = rest;
        Some(scalar)
    }

    fn inner(&mut self) -> Option<Reader<'a>> {
        let length = self.u32()? as usize;
        self.take(length).map(Reader::new)
    }

    /// Attributes to the end of the bytes; of a key that comes twice the last value stays, in the first place.
    pub(crate) fn attributes(&mut self) -> crate::record::Attributes {
        self.attributes_with(&mut Keys::default())
    }

    /// As [`attributes`](Self::attributes), with keys that are shared.
    pub(crate) fn attributes_with(&mut self, keys: &mut Keys) -> crate::record::Attributes {
        let mut attributes = Vec::new();
        if !self.is_empty() {
            attributes.reserve(8);
            self.attributes_into(&mut attributes, keys);
        }
        attributes
    }

    /// Adds attributes to those there are.
    pub(crate) fn attributes_into(&mut self, attributes: &mut crate::record::Attributes, keys: &mut Keys) {
        while let Some(length) = self.u16() {
            let Some(key) = self.take(length.into()) else {
                return;
            };
            let Some(value) = self.value() else { return };
            match attributes.iter_mut().find(|(own, _)| own.as_bytes() == key) {
                Some((_, own)) => *own = value,
                None => attributes.push((keys.get(key), value)),
            }
        }
    }

    /// Skips one key and value; answers whether the key is this one.
    pub(crate) fn skip_attribute(&mut self, wanted: &str) -> Option<bool> {
        let length = self.u16()?;
        let found = self.take(length.into())? == wanted.as_bytes();
        let payload = match self.u8()? {
            FALSE | TRUE => 0,
            INT | FLOAT => 8,
            _ => self.u32()? as usize,
        };
        self.take(payload)?;
        Some(found)
    }

    pub(crate) fn remaining(&self) -> usize {
        self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            (-1e300..1e300).prop_map(Value::Float),
            ".{0,20}".prop_map(Value::String),
            proptest::collection::vec(any::<u8>(), 0..20).prop_map(Value::Bytes),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                proptest::collection::btree_map("[a-z.]{1,8}", inner, 0..4)
                    .prop_map(|map| Value::Map(map.into_iter().map(|(k, v)| (Key::from(k), v)).collect())),
            ]
        })
    }

    #[test]
    fn long_keys_are_not_remembered() {
        let mut keys = Keys::default();
        for length in [1, Key::LONGEST, Key::LONGEST + 1, 60_000] {
            assert_eq!(keys.get(&vec![b'k'; length]).len(), length);
        }
        assert_eq!(keys.known.len(), 2);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(values in proptest::collection::btree_map("[a-z.]{1,8}", value(), 0..8)) {
            let mut buffer = Vec::new();
            for (key, value) in &values {
                put_key(&mut buffer, key);
                put_value(&mut buffer, value);
            }
            let read = Reader::new(&buffer).attributes();
            prop_assert_eq!(read.len(), values.len());
            for (key, value) in &read {
                prop_assert_eq!(&values[key.as_str()], value);
            }
            let mut reader = Reader::new(&buffer);
            for key in values.keys() {
                prop_assert_eq!(reader.skip_attribute(key), Some(true));
            }
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn damaged_bytes_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            Reader::new(&bytes).attributes();
            let mut reader = Reader::new(&bytes);
            while reader.skip_attribute("a").is_some() {}
        }
    }
}
