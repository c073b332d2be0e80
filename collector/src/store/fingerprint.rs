//! Fingerprints: 32 bits for everything that a block can be found by. Two things may share one, so that a hit is
//! always looked for in the block itself.
//!
//! They are stored: a change here is a change of the format.

use twox_hash::XxHash3_64;

use crate::model::TraceId;
use crate::wire::ValueView;

const TRACE: u64 = 1;
const SERVICE: u64 = 2;
const NAME: u64 = 3;
const OPERATION: u64 = 4;
const KEY: u64 = 5;
const TEXT: u64 = 6;
const NUMBER: u64 = 7;
const DOUBLE: u64 = 8;
const BOOL: u64 = 9;

fn hash(bytes: &[u8], seed: u64) -> u64 {
    XxHash3_64::oneshot_with_seed(seed, bytes)
}

fn short(hash: u64) -> u32 {
    (hash >> 32) as u32
}

pub(super) fn trace(id: TraceId) -> u32 {
    short(hash(&id.0, TRACE))
}

pub(super) fn service(name: &str) -> u32 {
    short(hash(name.as_bytes(), SERVICE))
}

pub(super) fn name(name: &[u8]) -> u32 {
    short(hash(name, NAME))
}

pub(super) fn operation(service: &str, name: &[u8]) -> u32 {
    short(hash(name, hash(service.as_bytes(), OPERATION)))
}

/// The fingerprints of one key's values.
#[derive(Clone, Copy)]
pub(super) struct Key(u64);

impl Key {
    pub(super) fn new(key: &str) -> Self {
        Self(hash(key.as_bytes(), KEY))
    }

    /// That there is a value.
    pub(super) fn present(self) -> u32 {
        short(self.0)
    }

    pub(super) fn text(self, value: &[u8]) -> u32 {
        short(hash(value, self.0.wrapping_add(TEXT)))
    }

    pub(super) fn int(self, value: i64) -> u32 {
        short(hash(&value.to_le_bytes(), self.0.wrapping_add(NUMBER)))
    }

    /// 0 and -0 are equal, and so have one fingerprint.
    pub(super) fn double(self, value: f64) -> u32 {
        let value = if value == 0.0 { 0.0 } else { value };
        short(hash(&value.to_bits().to_le_bytes(), self.0.wrapping_add(DOUBLE)))
    }

    pub(super) fn bool(self, value: bool) -> u32 {
        short(hash(&[u8::from(value)], self.0.wrapping_add(BOOL)))
    }

    /// All that a search for a value written like this may find.
    pub(super) fn written(self, value: &str) -> Vec<u32> {
        let mut all = vec![self.text(value.as_bytes())];
        all.extend(value.parse().ok().map(|number| self.int(number)));
        all.extend(value.parse().ok().map(|number| self.double(number)));
        all.extend(value.parse().ok().map(|yes| self.bool(yes)));
        all
    }

    /// Adds what a search for this value looks for.
    pub(super) fn collect(self, value: ValueView<'_>, into: &mut Vec<u32>) {
        into.push(match value {
            ValueView::Text(text) => self.text(text.as_bytes()),
            ValueView::Bool(yes) => self.bool(yes),
            ValueView::Int(number) => self.int(number),
            ValueView::Double(number) => self.double(number),
            ValueView::Empty | ValueView::Bytes(_) | ValueView::Map(_) => return,
            ValueView::Array(_) => {
                value.elements().for_each(|value| self.collect(value, into));
                return;
            }
        });
    }
}
