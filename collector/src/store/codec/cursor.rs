//! Varints and lengths within a column.

use super::damaged;
use crate::store::ReadError;
use crate::wire::put_varint;

/// Appends bytes behind their length.
pub(in crate::store) fn put_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(to, bytes.len() as u64);
    to.extend_from_slice(bytes);
}

/// Reads what [`put_varint`] and [`put_bytes`] wrote.
pub(in crate::store) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(in crate::store) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(in crate::store) fn varint(&mut self) -> Result<u64, ReadError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(damaged("a number in a column"))
    }

    /// A number that counts what follows; each takes a bit at least, so that a damaged one asks for no memory.
    pub(in crate::store) fn count(&mut self) -> Result<usize, ReadError> {
        let count = usize::try_from(self.varint()?).map_err(|_| damaged("a count in a column"))?;
        if count > (1 << 26) {
            Err(damaged("a count in a column"))
        } else {
            Ok(count)
        }
    }

    pub(in crate::store) fn bytes(&mut self) -> Result<&'a [u8], ReadError> {
        let length = self.count()?;
        self.take(length)
    }

    pub(in crate::store) fn take(&mut self, length: usize) -> Result<&'a [u8], ReadError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| damaged("the length of a column"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(in crate::store) fn array<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        self.take(N)?
            .try_into()
            .map_err(|_| damaged("the length of a column"))
    }

    pub(in crate::store) fn rest(self) -> &'a [u8] {
        self.rest
    }
}
