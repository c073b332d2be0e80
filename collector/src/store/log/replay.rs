//! Reading the log at start: what was acknowledged and is in no block yet.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::frame::{HEADER, Header};
use super::{Entry, FILE_HEADER, files};
use crate::model::Nanos;
use crate::wire::{Limits, Request};

/// Gives the entries from number `from` on, in their order, and the number that the next entry gets.
///
/// # Errors
/// When a file cannot be read, or is of another format.
pub(in crate::store) fn replay(folder: &Path, from: u64, give: &mut dyn FnMut(Entry)) -> io::Result<u64> {
    let mut next = from;
    let files = files(folder)?;
    for (index, (first, path)) in files.iter().enumerate() {
        let followed = files.get(index + 1).is_some_and(|(first, _)| *first <= from);
        if !followed {
            next = next.max(*first);
            let last = file(path, from, give)?;
            next = next.max(last.map_or(0, |last| last + 1));
        }
    }
    Ok(next)
}

/// Reads one file up to the first frame that is not whole. Gives the number of the last entry.
fn file(path: &Path, from: u64, give: &mut dyn FnMut(Entry)) -> io::Result<Option<u64>> {
    let file = match File::open(path) {
        // A collector that writes has removed it meanwhile: all of it is in blocks.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut start = [0; FILE_HEADER.len()];
    if !fill(&mut reader, &mut start)? {
        return Ok(None);
    }
    if start != FILE_HEADER {
        let message = format!(
            "{} is no log of this version of spanwright: start the version that wrote it, or move the file away",
            path.display()
        );
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    let mut last = None;
    // What was acknowledged by a version that took it stays.
    let limits = Limits {
        latest: Nanos::MAX,
        ..Limits::default()
    };
    let mut header = [0; HEADER];
    while fill(&mut reader, &mut header)? {
        let Some(read) = Header::read(&header) else { break };
        let mut bytes = Vec::new();
        Read::by_ref(&mut reader)
            .take(read.length as u64)
            .read_to_end(&mut bytes)?;
        if !read.holds(&header, &bytes) {
            break;
        }
        last = Some(read.sequence);
        if read.sequence >= from
            && let Ok(mut request) = Request::read(read.signal, bytes.into(), &limits)
        {
            request.kept = read.kept;
            give(Entry {
                sequence: read.sequence,
                arrived: read.arrived,
                request,
            });
        }
    }
    Ok(last)
}

/// Whether there were as many bytes.
fn fill(reader: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match reader.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
