//! The limit: no tracer at all, but a loop written for this one request. It reads the time-stamp counter twice for each
//! span and writes OTLP's bytes into a buffer of its thread. It has no context, no limits and no hand-over.

use super::{Ready, Work, arguments};
use crate::case::Case;
use fastant::Instant;
use std::cell::RefCell;
use std::hint::black_box;

/// Where the buffer starts again.
const FULL: usize = 64 * 1024;

pub(super) fn set_up(case: Case) -> Ready {
    // The first reading calibrates the clock.
    Ok(Box::new(Limit(case, Instant::now())))
}

struct Limit(Case, Instant);

struct Local {
    bytes: Vec<u8>,
    random: u64,
}

thread_local! {
    static LOCAL: RefCell<Local> = const {
        RefCell::new(Local { bytes: Vec::new(), random: 0x9e37_79b9_7f4a_7c15 })
    };
}

impl Work for Limit {
    fn requests(&self, count: usize) {
        let with_attributes = self.0 != Case::Bare;
        for _ in 0..count {
            let start = self.nanoseconds();
            let (high, low) = (identifier(), identifier());
            let parent = identifier();
            let given = arguments();
            for number in 0..self.0.children() {
                let begun = self.nanoseconds();
                black_box(number);
                let times = (begun, self.nanoseconds());
                if with_attributes {
                    write((high, low), parent, times, |bytes| {
                        text(bytes, "user", given.user);
                        text(bytes, "query", given.query);
                        integer(bytes, "items", number as i64);
                        integer(bytes, "bytes", given.bytes);
                    });
                } else {
                    write((high, low), parent, times, |_| {});
                }
            }
            write((high, low), 0, (start, self.nanoseconds()), |_| {});
        }
    }
}

impl Limit {
    #[inline]
    fn nanoseconds(&self) -> u64 {
        self.1.elapsed().as_nanos() as u64
    }
}

/// A random identifier by xorshift.
#[inline]
fn identifier() -> u64 {
    LOCAL.with_borrow_mut(|local| {
        local.random ^= local.random << 13;
        local.random ^= local.random >> 7;
        local.random ^= local.random << 17;
        local.random
    })
}

/// One span as OTLP's protobuf has it: field numbers and wire types as in `trace.proto`.
#[inline]
fn write(trace: (u64, u64), parent: u64, times: (u64, u64), attributes: impl FnOnce(&mut Vec<u8>)) {
    let span = identifier();
    LOCAL.with_borrow_mut(|Local { bytes, .. }| {
        if bytes.len() > FULL {
            bytes.clear();
        }
        let at = bytes.len();
        bytes.extend_from_slice(&[0x12, 0, 0, 0x0a, 16]);
        bytes.extend_from_slice(&trace.0.to_le_bytes());
        bytes.extend_from_slice(&trace.1.to_le_bytes());
        bytes.extend_from_slice(&[0x12, 8]);
        bytes.extend_from_slice(&span.to_le_bytes());
        bytes.extend_from_slice(&[0x22, 8]);
        bytes.extend_from_slice(&parent.to_le_bytes());
        bytes.extend_from_slice(b"\x2a\x05child\x30\x01\x39");
        bytes.extend_from_slice(&times.0.to_le_bytes());
        bytes.push(0x41);
        bytes.extend_from_slice(&times.1.to_le_bytes());
        attributes(bytes);
        // Two bytes were left for the length, which is below 2^14.
        let length = bytes.len() - at - 3;
        bytes[at + 1] = length as u8 | 0x80;
        bytes[at + 2] = (length >> 7) as u8;
    });
}

#[inline]
fn text(bytes: &mut Vec<u8>, key: &str, value: &str) {
    let (key_length, length) = (key.len() as u8, value.len() as u8);
    bytes.extend_from_slice(&[0x4a, key_length + length + 6, 0x0a, key_length]);
    bytes.extend_from_slice(key.as_bytes());
    bytes.extend_from_slice(&[0x12, length + 2, 0x0a, length]);
    bytes.extend_from_slice(value.as_bytes());
}

#[inline]
fn integer(bytes: &mut Vec<u8>, key: &str, value: i64) {
    let key_length = key.len() as u8;
    let length = ((value as u64 | 1).ilog2() / 7 + 1) as u8;
    bytes.extend_from_slice(&[0x4a, key_length + length + 5, 0x0a, key_length]);
    bytes.extend_from_slice(key.as_bytes());
    bytes.extend_from_slice(&[0x12, length + 1, 0x18]);
    let mut rest = value as u64;
    while rest > 0x7f {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
}
