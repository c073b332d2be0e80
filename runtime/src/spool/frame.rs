//! A frame: one export request with what must be known of it without reading it.
//!
//! ```text
//! offset  bytes
//!      0      4  CRC-32 of the following 28 bytes
//!      4      4  length of the body
//!      8      4  CRC-32 of the body
//!     12      4  length of the request before it was packed
//!     16      4  number of records
//!     20      8  when it was spooled, milliseconds since the Unix epoch
//!     28      1  signal: 1 traces, 2 logs, 3 metrics
//!     29      3  zero
//!     32         the body: the request as a zlib stream, encrypted where the segment is
//! ```
//! All numbers are little-endian.

pub(super) use crate::record::Signal;
use flate2::{Compression, Crc};
use std::io::{Read, Write};

/// Bytes before the body.
pub(super) const HEADER: usize = 32;

/// A request may not be longer (OTLP 1.11).
pub(super) const LONGEST_REQUEST: usize = 64 << 20;

impl Signal {
    pub(super) const fn to_byte(self) -> u8 {
        match self {
            Self::Traces => 1,
            Self::Logs => 2,
            Self::Metrics => 3,
        }
    }

    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Traces),
            2 => Some(Self::Logs),
            3 => Some(Self::Metrics),
            _ => None,
        }
    }
}

/// What stands before the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) signal: Signal,
    pub(super) records: u32,
    /// Milliseconds since the Unix epoch.
    pub(super) time_ms: u64,
    pub(super) request_bytes: u32,
    pub(super) body_bytes: u32,
    pub(super) body_crc: u32,
}

impl Header {
    pub(super) fn to_bytes(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[4..8].copy_from_slice(&self.body_bytes.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.body_crc.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.request_bytes.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.records.to_le_bytes());
        bytes[20..28].copy_from_slice(&self.time_ms.to_le_bytes());
        bytes[28] = self.signal.to_byte();
        let crc = crc32(&bytes[4..]);
        bytes[..4].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// `None` for bytes that are no whole header.
    pub(super) fn from_bytes(bytes: &[u8; HEADER]) -> Option<Self> {
        let number = |at: usize| {
            let mut four = [0; 4];
            four.copy_from_slice(&bytes[at..at + 4]);
            u32::from_le_bytes(four)
        };
        let header = Self {
            signal: Signal::from_byte(bytes[28])?,
            records: number(16),
            time_ms: u64::from(number(20)) | u64::from(number(24)) << 32,
            request_bytes: number(12),
            body_bytes: number(4),
            body_crc: number(8),
        };
        let sound = number(0) == crc32(&bytes[4..]) && header.request_bytes as usize <= LONGEST_REQUEST;
        sound.then_some(header)
    }

    /// Bytes of the whole frame.
    pub(super) fn frame_bytes(&self) -> u64 {
        HEADER as u64 + u64::from(self.body_bytes)
    }

    /// What an encrypted body is bound to, besides its segment: all that does not depend on the cipher text.
    pub(super) fn bound(&self) -> [u8; 17] {
        let mut bytes = [0; 17];
        bytes[..4].copy_from_slice(&self.request_bytes.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.records.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.time_ms.to_le_bytes());
        bytes[16] = self.signal.to_byte();
        bytes
    }
}

/// The checksum of headers and bodies.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// The request as a zlib stream.
pub(super) fn pack(request: &[u8]) -> std::io::Result<Vec<u8>> {
    let out = Vec::with_capacity(request.len() / 4 + 64);
    let mut encoder = flate2::write::ZlibEncoder::new(out, Compression::fast());
    encoder.write_all(request)?;
    encoder.finish()
}

/// The request of a body; `None` where it is not exactly as long as it should be.
pub(super) fn unpack(body: &[u8], request_bytes: u32) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    // One byte more than promised is enough to see that a stream does not keep its promise.
    flate2::read::ZlibDecoder::new(body)
        .take(u64::from(request_bytes) + 1)
        .read_to_end(&mut request)
        .ok()?;
    (request.len() == request_bytes as usize).then_some(request)
}
