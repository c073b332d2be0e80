//! The log: requests as they came, on disk before they are acknowledged, until their spans are in blocks.
//!
//! A file is a line that says what it is, then frames; a new file begins every 32 MiB. A frame is a header of 25 bytes,
//! then the request's protobuf bytes. Whatever follows a frame that is not whole was never acknowledged.

mod frame;
mod replay;
mod writer;

pub(super) use replay::replay;
pub(super) use writer::LogWriter;

use std::path::{Path, PathBuf};

use crate::model::Nanos;
use crate::wire::Request;

/// A request in the log.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its number; the next one has the next number.
    pub(super) sequence: u64,
    /// When it came.
    pub(super) arrived: Nanos,
    pub(super) request: Request,
}

/// Up to where the log's entries are in blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(in crate::store) struct Through {
    /// All entries before this one are, whole.
    pub(in crate::store) sequence: u64,
    /// And so many records of this one.
    pub(in crate::store) records: u64,
}

/// What a file begins with. The number is the format's.
const FILE_HEADER: &[u8] = b"spanwright log 1\n";
/// A file with more than this is followed by another. In tests it is small, so that files come and go.
const FILE_BYTES: u64 = if cfg!(test) { 256 << 10 } else { 32 << 20 };

/// The file whose first entry has this number.
fn path_of(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("log-{first:016x}"))
}

/// The log's files in their order, each with the number of its first entry.
fn files(folder: &Path) -> std::io::Result<Vec<(u64, PathBuf)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let number = path
            .file_name()
            .and_then(|name| name.to_str()?.strip_prefix("log-"));
        if let Some(first) = number.and_then(|number| u64::from_str_radix(number, 16).ok()) {
            files.push((first, path));
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// Removes the files all of whose entries have a lower number than `sequence`.
pub(super) fn remove_before(folder: &Path, sequence: u64) -> std::io::Result<()> {
    let files = files(folder)?;
    for ((_, path), (next, _)) in files.iter().zip(files.iter().skip(1)) {
        if *next <= sequence {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
