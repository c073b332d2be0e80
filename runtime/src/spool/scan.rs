//! What is in a folder, by the frames' headers alone.

use super::error::SpoolError;
use super::head::Head;
use super::keys::Keys;
use super::segment::Reader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const SUFFIX: &str = ".segment";

/// One file, and what is still to be delivered of it.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) number: u64,
    pub(super) path: PathBuf,
    pub(super) head: Arc<Head>,
    /// Bytes up to the end of the last whole frame.
    pub(super) length: u64,
    pub(super) records: u64,
    pub(super) oldest_ms: u64,
    pub(super) newest_ms: u64,
}

/// The name of a segment's file.
pub(super) fn file_name(number: u64) -> String {
    format!("{number:016x}{SUFFIX}")
}

/// The segments of a folder, by number.
pub(super) fn segment_files(folder: &Path) -> Result<Vec<(u64, PathBuf)>, SpoolError> {
    let entries = std::fs::read_dir(folder).map_err(SpoolError::io(folder, "read"))?;
    let mut files: Vec<_> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name();
            let digits = name.to_str()?.strip_suffix(SUFFIX)?;
            Some((u64::from_str_radix(digits, 16).ok()?, entry.path()))
        })
        .collect();
    files.sort();
    Ok(files)
}

/// What is still to be delivered of a segment, by its frames' headers, and where its file ends; `None` where nothing
/// is.
pub(super) fn scan(
    number: u64,
    path: &Path,
    from: u64,
    keys: &Keys,
) -> Result<Option<(Segment, u64)>, SpoolError> {
    let Some(head) = Head::read(path, keys)? else {
        return Ok(None);
    };
    let head = Arc::new(head);
    let mut reader = Reader::open(path, Arc::clone(&head))?;
    let end = reader.length()?;
    let mut at = from.max(head.len());
    let mut segment = Segment {
        number,
        path: path.to_owned(),
        length: at,
        head,
        records: 0,
        oldest_ms: u64::MAX,
        newest_ms: 0,
    };
    // A frame that is not whole is the one that was being written at the end.
    while let Some(header) = reader.header(at, end)? {
        at += header.frame_bytes();
        segment.length = at;
        segment.records += u64::from(header.records);
        segment.oldest_ms = segment.oldest_ms.min(header.time_ms);
        segment.newest_ms = segment.newest_ms.max(header.time_ms);
    }
    Ok((segment.records > 0).then_some((segment, end)))
}
