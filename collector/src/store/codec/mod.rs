//! Columns as bytes: numbers and texts of a block's spans, packed so that they compress, and read back with every
//! length checked.

mod cursor;
mod frame;
mod numbers;
mod texts;

pub(super) use cursor::{Cursor, put_bytes};
pub(super) use frame::{Compressor, expand};
pub(super) use numbers::{pack, unpack};
pub(super) use texts::{TextColumn, Texts};

use super::ReadError;

/// The error of a column that is not what was written.
pub(super) fn damaged(what: &str) -> ReadError {
    ReadError::Damaged {
        what: what.to_owned(),
    }
}
