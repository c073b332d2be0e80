//! Thrift's binary encoding: everything at its full width, big end first.

use super::encoding::{Encoding, Kind, length};

pub(super) struct Binary;

/// The strict form's version 1, with the type "one way".
const CALL: u32 = 0x8001_0004;
const BOOL: u8 = 2;

const fn code(kind: Kind) -> u8 {
    match kind {
        Kind::Double => 4,
        Kind::I32 => 8,
        Kind::I64 => 10,
        Kind::Bytes => 11,
        Kind::Struct => 12,
        Kind::List => 15,
    }
}

fn begin(out: &mut Vec<u8>, id: i16, code: u8) {
    out.push(code);
    out.extend_from_slice(&id.to_be_bytes());
}

impl Encoding for Binary {
    fn call(out: &mut Vec<u8>, name: &str) {
        out.extend_from_slice(&CALL.to_be_bytes());
        Self::bytes(out, name.as_bytes());
        // Nobody answers, so no number is needed to know the answer by.
        Self::i32(out, 0);
    }

    fn field(out: &mut Vec<u8>, _: i16, id: i16, kind: Kind) {
        begin(out, id, code(kind));
    }

    fn bool_field(out: &mut Vec<u8>, _: i16, id: i16, value: bool) {
        begin(out, id, BOOL);
        out.push(u8::from(value));
    }

    fn i32(out: &mut Vec<u8>, value: i32) {
        out.extend_from_slice(&value.to_be_bytes());
    }

    fn i64(out: &mut Vec<u8>, value: i64) {
        out.extend_from_slice(&value.to_be_bytes());
    }

    fn double(out: &mut Vec<u8>, value: f64) {
        out.extend_from_slice(&value.to_be_bytes());
    }

    fn bytes(out: &mut Vec<u8>, value: &[u8]) {
        Self::i32(out, length(value.len()));
        out.extend_from_slice(value);
    }

    fn list(out: &mut Vec<u8>, elements: Kind, count: usize) {
        out.push(code(elements));
        Self::i32(out, length(count));
    }
}
