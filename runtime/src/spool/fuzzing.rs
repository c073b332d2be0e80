//! The spool's readers for the fuzz targets: bytes in, what they hold out.

#![allow(missing_docs)]

use super::cursor::Cursor;
use super::decode;
use super::error::SpoolError;
use super::frame::{HEADER, crc32};
use super::keys::Keys;
use super::scan::{file_name, scan};
use super::segment::Reader;
use crate::destination::Batch;
use crate::destination::otlp::{protobuf, wire::Writer};
use crate::record::{Resource, Signal};
use std::path::Path;
use std::sync::Arc;

/// What a segment's file holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Bytes up to the end of the last whole frame, and of the file.
    pub length: u64,
    pub end: u64,
    pub frames: u64,
    /// Frames whose body could be read, and requests that could be decoded.
    pub whole: u64,
    pub decoded: u64,
}

/// Reads a folder's segment as a start of the program does, under keys from a file where there is one.
///
/// # Errors
/// As the spool's.
pub fn read_segment(folder: &Path, keys: Option<&Path>) -> Result<Found, SpoolError> {
    let path = folder.join(file_name(1));
    let keys = keys_of(keys);
    let Some((segment, end)) = scan(1, &path, 0, &keys)? else {
        return Ok(Found::default());
    };
    let mut found = Found {
        length: segment.length,
        end,
        ..Found::default()
    };
    let mut reader = Reader::open(&path, Arc::clone(&segment.head))?;
    let mut at = segment.head.len();
    while let Some(header) = reader.header(at, segment.length)? {
        if let Some(request) = reader.request(at, found.frames, &header)? {
            found.whole += 1;
            found.decoded += u64::from(decode::batch(header.signal, &request).is_ok());
        }
        at += header.frame_bytes();
        found.frames += 1;
    }
    Ok(found)
}

/// The name of the segment that [`read_segment`] reads.
pub fn segment_name() -> String {
    file_name(1)
}

/// The name of the file that [`read_cursor`] reads.
pub const CURSOR: &str = super::cursor::FILE;

/// How far a folder was delivered.
///
/// # Errors
/// As the spool's.
pub fn read_cursor(folder: &Path) -> Result<(), SpoolError> {
    Cursor::open(folder).map(drop)
}

/// Writes the checksums of a head and of the frames behind it, which no fuzzer guesses.
pub fn sign(bytes: &mut [u8]) {
    let word = |bytes: &[u8], at: usize| {
        let two = bytes.get(at..at + 2)?;
        Some(usize::from(u16::from_le_bytes([two[0], two[1]])))
    };
    let Some(length) = word(bytes, 10).filter(|length| (28..=bytes.len()).contains(length)) else {
        return;
    };
    let crc = crc32(&bytes[..length - 4]);
    bytes[length - 4..length].copy_from_slice(&crc.to_le_bytes());
    let mut rest = &mut bytes[length..];
    while rest.len() > HEADER {
        // What is left is one frame where its length cannot be right.
        let length = word(rest, 4).unwrap_or(0).clamp(1, rest.len() - HEADER);
        rest[4..8].copy_from_slice(&(length as u32).to_le_bytes());
        let body = crc32(&rest[HEADER..HEADER + length]);
        rest[8..12].copy_from_slice(&body.to_le_bytes());
        let header = crc32(&rest[4..HEADER]);
        rest[..4].copy_from_slice(&header.to_le_bytes());
        rest = &mut rest[HEADER + length..];
    }
}

/// The records as the spool would keep and read them: all signals of a batch.
pub fn round_trip(batch: &Batch) -> Option<[Batch; 3]> {
    let resource: &Resource = &batch.resource;
    let read = |signal, write: &dyn Fn(&mut Writer)| {
        let mut out = Writer::default();
        write(&mut out);
        decode::batch(signal, out.as_slice()).ok()
    };
    Some([
        read(Signal::Traces, &|out| {
            protobuf::traces(out, resource, &batch.spans)
        })?,
        read(Signal::Logs, &|out| protobuf::logs(out, resource, &batch.logs))?,
        read(Signal::Metrics, &|out| {
            protobuf::metrics(out, resource, &batch.metrics);
        })?,
    ])
}

/// Any bytes as a request of a signal; whether they are one.
pub fn decode(signal: u8, request: &[u8]) -> bool {
    Signal::from_byte(signal).is_some_and(|signal| decode::batch(signal, request).is_ok())
}

#[cfg(feature = "spool-encryption")]
fn keys_of(path: Option<&Path>) -> Keys {
    path.map_or_else(Keys::default, |path| Keys::of(super::keys::KeyFile::at(path)))
}

#[cfg(not(feature = "spool-encryption"))]
fn keys_of(_: Option<&Path>) -> Keys {
    Keys::default()
}

/// A segment with these requests, encrypted where there is a file of keys: to start from.
///
/// # Errors
/// As the spool's.
pub fn write_segment(folder: &Path, keys: Option<&Path>, requests: &[&[u8]]) -> Result<(), SpoolError> {
    let keys = keys_of(keys);
    let mut writer = super::segment::Writer::create(&folder.join(file_name(1)), 1, &keys)?;
    let frames: Vec<_> = requests
        .iter()
        .filter_map(|request| super::segment::Packed::new(Signal::Traces, 1, 1, request))
        .collect();
    writer.append(&frames, false)
}
