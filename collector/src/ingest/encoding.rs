//! How bodies are compressed.

use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;

use super::budget::Reservation;
use super::held::{Held, Source, Unpacked};
use super::refusal::Refusal;
use crate::wire::{Growing, Input, JsonError, Room};

/// Bits of the largest window that zstd may ask for: 8 MiB, what HTTP allows (RFC 9659).
const ZSTD_WINDOW: u32 = 23;

/// Bytes that a reader is asked for at a time.
const STEP: usize = 64 << 10;

/// A compression that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

impl Encoding {
    /// What a sender can be told of them.
    pub(super) const ACCEPTED: &str = "gzip, zstd, identity";

    /// The encoding that a header names.
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        match name.trim_ascii().to_ascii_lowercase().as_slice() {
            b"" | b"identity" => Some(Self::Identity),
            b"gzip" | b"x-gzip" => Some(Self::Gzip),
            b"zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// A reader of what a body has in it. All members of a gzip, all frames of a zstd.
    pub(super) fn reader(self, source: Source) -> io::Result<Box<dyn BufRead>> {
        Ok(match self {
            Self::Identity => Box::new(source),
            Self::Gzip => Box::new(io::BufReader::with_capacity(STEP, MultiGzDecoder::new(source))),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(source)?;
                decoder.window_log_max(ZSTD_WINDOW)?;
                Box::new(io::BufReader::with_capacity(STEP, decoder))
            }
        })
    }
}

/// The bytes of a body, without its compression, in one piece.
pub(super) fn unpack(
    held: Held,
    encoding: Encoding,
    limit: usize,
) -> Result<(Vec<u8>, Reservation), Refusal> {
    let held = match encoding {
        Encoding::Identity => match held.into_whole() {
            Ok((mut bytes, mut reservation)) => {
                // A small body whose length nobody said stands in a piece that is much too large for it.
                bytes.shrink_to_fit();
                reservation.resize(bytes.len())?;
                return Ok((bytes, reservation));
            }
            Err(held) => held,
        },
        _ => held,
    };
    let (source, mut room) = held.unpack(limit);
    let mut reader = encoding.reader(source).map_err(|_| Refusal::Internal)?;
    let mut bytes = read_all(&mut reader, &mut room, limit)?;
    drop(reader);
    bytes.shrink_to_fit();
    let reservation = room.finish(bytes.len())?;
    Ok((bytes, reservation))
}

/// Bytes that are made of a body as it is unpacked, by `make`.
pub(super) fn convert(
    held: Held,
    encoding: Encoding,
    limit: usize,
    make: impl FnOnce(Input<'_>, &mut dyn Room) -> Result<Vec<u8>, JsonError>,
) -> Result<(Vec<u8>, Reservation), Refusal> {
    let held = match encoding {
        Encoding::Identity => match held.unpack_whole(limit) {
            Ok((whole, mut room)) => {
                let made = make(Input::Whole(&whole), &mut room);
                drop(whole);
                return finish(made, room, limit);
            }
            Err(held) => held,
        },
        _ => held,
    };
    let (source, mut room) = held.unpack(limit);
    let reader = encoding.reader(source).map_err(|_| Refusal::Internal)?;
    let mut reader = AtMost {
        reader,
        limit,
        left: limit,
        failed: None,
    };
    let made = make(Input::Stream(&mut reader), &mut room);
    if let Some(refusal) = reader.failed {
        return Err(refusal);
    }
    drop(reader);
    finish(made, room, limit)
}

fn finish(
    made: Result<Vec<u8>, JsonError>,
    room: Unpacked,
    limit: usize,
) -> Result<(Vec<u8>, Reservation), Refusal> {
    let mut bytes = made.map_err(|error| match error {
        JsonError::NoRoom(_) => refused(&room, limit),
        JsonError::Malformed(_) | JsonError::Zipkin(_) => Refusal::bad_data(&error),
    })?;
    bytes.shrink_to_fit();
    let reservation = room.finish(bytes.len())?;
    Ok((bytes, reservation))
}

/// Reads no more than a request may have.
struct AtMost {
    reader: Box<dyn BufRead>,
    limit: usize,
    left: usize,
    /// What is wrong with the body itself, and not with what is made of it.
    failed: Option<Refusal>,
}

impl Read for AtMost {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self
            .reader
            .read(buffer)
            .inspect_err(|error| self.failed = Some(malformed(error)))?;
        let left = self.left.checked_sub(count).ok_or(io::ErrorKind::FileTooLarge);
        self.left = left.inspect_err(|_| self.failed = Some(Refusal::TooLarge { limit: self.limit }))?;
        Ok(count)
    }
}

/// Why the room was refused.
fn refused(room: &Unpacked, limit: usize) -> Refusal {
    room.refused()
        .map_or(Refusal::Internal, |why| Refusal::room(why, limit))
}

fn read_all(reader: &mut dyn BufRead, room: &mut Unpacked, limit: usize) -> Result<Vec<u8>, Refusal> {
    let mut read = Growing::default();
    loop {
        if reader.fill_buf().map_err(|error| malformed(&error))?.is_empty() {
            return Ok(read.bytes);
        }
        let spare = read.make_room(1, room).map_err(|_| refused(room, limit))?;
        let mut part = Read::take(&mut *reader, spare as u64);
        part.read_to_end(&mut read.bytes)
            .map_err(|error| malformed(&error))?;
    }
}

/// What a decompressor says, as a person needs it.
pub(super) fn malformed(error: &io::Error) -> Refusal {
    Refusal::bad_data(&format_args!("the body cannot be decompressed: {error}"))
}
