//! A frame of the log: the request's length, a checksum of what follows it, the entry's number, when it came, and what
//! it is, with [`KEPT`] added where it does not expire; all numbers little-endian.

use super::Entry;
use crate::model::Nanos;
use crate::wire::Signal;

/// Bytes before the request.
pub(super) const HEADER: usize = 4 + 4 + 8 + 8 + 1;

const KEPT: u8 = 0x80;

/// What stands before a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) length: usize,
    checksum: u32,
    pub(super) sequence: u64,
    pub(super) arrived: Nanos,
    pub(super) signal: Signal,
    pub(super) kept: bool,
}

/// The header of a frame.
pub(super) fn header(entry: &Entry) -> [u8; HEADER] {
    let request = &entry.request;
    let mut header = [0; HEADER];
    header[0..4].copy_from_slice(&(request.bytes.len() as u32).to_le_bytes());
    header[8..16].copy_from_slice(&entry.sequence.to_le_bytes());
    header[16..24].copy_from_slice(&entry.arrived.to_le_bytes());
    header[24] = match request.signal {
        Signal::Traces => 1,
        Signal::Logs => 2,
    };
    if request.kept {
        header[24] |= KEPT;
    }
    let checksum = checksum(&header, &request.bytes);
    header[4..8].copy_from_slice(&checksum.to_le_bytes());
    header
}

impl Header {
    /// Reads a header; `None` where it cannot be one.
    pub(super) fn read(bytes: &[u8; HEADER]) -> Option<Self> {
        Some(Self {
            length: u32::from_le_bytes(bytes[0..4].try_into().ok()?) as usize,
            checksum: u32::from_le_bytes(bytes[4..8].try_into().ok()?),
            sequence: u64::from_le_bytes(bytes[8..16].try_into().ok()?),
            arrived: u64::from_le_bytes(bytes[16..24].try_into().ok()?),
            kept: bytes[24] & KEPT != 0,
            signal: match bytes[24] & !KEPT {
                1 => Signal::Traces,
                2 => Signal::Logs,
                _ => return None,
            },
        })
    }

    /// Whether the request is the one that was written.
    pub(super) fn holds(&self, bytes: &[u8; HEADER], request: &[u8]) -> bool {
        self.length == request.len() && checksum(bytes, request) == self.checksum
    }
}

/// Of all but the checksum itself.
fn checksum(header: &[u8; HEADER], request: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&header[0..4]);
    hasher.update(&header[8..]);
    hasher.update(request);
    hasher.finalize()
}
