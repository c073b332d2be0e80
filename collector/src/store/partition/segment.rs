//! Segments: the fingerprints of 32 blocks together, so that one look says which of them may hold something.

use std::sync::Arc;

use crate::store::ReadError;
use crate::store::codec::{Compressor, Cursor, damaged, expand, pack, unpack};
use crate::wire::put_varint;

/// Blocks of a segment: one bit each.
pub(in crate::store) const BLOCKS: u32 = 32;
/// A segment's entries stand in so many rows, by their fingerprint's top bits.
pub(super) const ROWS: u32 = 64;

/// The row that has a fingerprint.
pub(super) fn row_of(fingerprint: u32) -> u32 {
    fingerprint / (u32::MAX / ROWS + 1)
}

/// The rows of a segment, of the sorted fingerprints of each of its blocks.
pub(super) fn merge(blocks: &[Arc<[u32]>], compressor: &mut Compressor) -> std::io::Result<Vec<Vec<u8>>> {
    let mut entries: Vec<(u32, u32)> = Vec::with_capacity(blocks.iter().map(|block| block.len()).sum());
    for (number, fingerprints) in blocks.iter().enumerate() {
        entries.extend(fingerprints.iter().map(|&fingerprint| (fingerprint, 1 << number)));
    }
    entries.sort_unstable();
    entries.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 |= next.1;
        }
        same
    });
    let mut rows = Vec::with_capacity(ROWS as usize);
    let mut rest = &entries[..];
    for row in 0..ROWS {
        let length = rest.partition_point(|(fingerprint, _)| row_of(*fingerprint) <= row);
        rows.push(encode(&rest[..length], compressor)?);
        rest = &rest[length..];
    }
    Ok(rows)
}

/// The distances between fingerprints, then the blocks of each.
fn encode(entries: &[(u32, u32)], compressor: &mut Compressor) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    put_varint(&mut bytes, entries.len() as u64);
    let mut last = 0;
    let distances: Vec<u64> = entries
        .iter()
        .map(|&(fingerprint, _)| u64::from(fingerprint - std::mem::replace(&mut last, fingerprint)))
        .collect();
    pack(&mut bytes, &distances);
    let blocks: Vec<u64> = entries.iter().map(|&(_, blocks)| u64::from(blocks)).collect();
    pack(&mut bytes, &blocks);
    compressor.frame(&bytes)
}

/// A row that was read.
pub(super) struct Row {
    fingerprints: Vec<u32>,
    blocks: Vec<u32>,
}

impl Row {
    pub(super) fn decode(frame: &[u8]) -> Result<Self, ReadError> {
        let bytes = expand(frame)?;
        let mut cursor = Cursor::new(&bytes);
        let count = cursor.count()?;
        if count > bytes.len() {
            return Err(damaged("a segment"));
        }
        let mut last = 0_u32;
        let fingerprints = unpack(&mut cursor, count)?
            .into_iter()
            .map(|distance| {
                last = last.wrapping_add(distance as u32);
                last
            })
            .collect();
        let blocks = unpack(&mut cursor, count)?
            .into_iter()
            .map(|blocks| blocks as u32)
            .collect();
        Ok(Self { fingerprints, blocks })
    }

    /// The blocks that may hold it, one bit each.
    pub(super) fn blocks(&self, fingerprint: u32) -> u32 {
        self.fingerprints
            .binary_search(&fingerprint)
            .map_or(0, |place| self.blocks[place])
    }
}
