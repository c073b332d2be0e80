//! Thrift's compact encoding: whole numbers at the width they need, fields by their distance from the last one.

use super::encoding::{Encoding, Kind, length};

pub(super) struct Compact;

const PROTOCOL: u8 = 0x82;
/// Version 1 in the lower five bits, the type "one way" in the upper three.
const CALL: u8 = 1 | 4 << 5;
const TRUE: u8 = 1;
const FALSE: u8 = 2;
/// Distances and lengths that stand in the byte of the kind.
const SHORT: i16 = 15;

const fn code(kind: Kind) -> u8 {
    match kind {
        Kind::I32 => 5,
        Kind::I64 => 6,
        Kind::Double => 7,
        Kind::Bytes => 8,
        Kind::List => 9,
        Kind::Struct => 12,
    }
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Small numbers of either sign to small ones without.
const fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

fn begin(out: &mut Vec<u8>, last: i16, id: i16, code: u8) {
    match id - last {
        distance @ 1..=SHORT => out.push((distance as u8) << 4 | code),
        _ => {
            out.push(code);
            varint(out, zigzag(id.into()));
        }
    }
}

impl Encoding for Compact {
    fn call(out: &mut Vec<u8>, name: &str) {
        // Nobody answers, so the number to know the answer by is 0.
        out.extend_from_slice(&[PROTOCOL, CALL, 0]);
        Self::bytes(out, name.as_bytes());
    }

    fn field(out: &mut Vec<u8>, last: i16, id: i16, kind: Kind) {
        begin(out, last, id, code(kind));
    }

    fn bool_field(out: &mut Vec<u8>, last: i16, id: i16, value: bool) {
        begin(out, last, id, if value { TRUE } else { FALSE });
    }

    fn i32(out: &mut Vec<u8>, value: i32) {
        varint(out, zigzag(value.into()));
    }

    fn i64(out: &mut Vec<u8>, value: i64) {
        varint(out, zigzag(value));
    }

    /// The small end first: Thrift's text says the other order, its libraries write this one, and Jaeger reads it.
    fn double(out: &mut Vec<u8>, value: f64) {
        out.extend_from_slice(&value.to_le_bytes());
    }

    fn bytes(out: &mut Vec<u8>, value: &[u8]) {
        varint(out, value.len() as u64);
        out.extend_from_slice(value);
    }

    fn list(out: &mut Vec<u8>, elements: Kind, count: usize) {
        let count = length(count);
        if count < SHORT.into() {
            out.push((count as u8) << 4 | code(elements));
        } else {
            out.push(0xf0 | code(elements));
            varint(out, count.cast_unsigned().into());
        }
    }
}
