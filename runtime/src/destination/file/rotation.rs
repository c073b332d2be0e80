//! Rotation: the file is renamed when it is large or old, and what was renamed long ago is removed.
//!
//! `out.jsonl` becomes `out.20261121T175259.123456789Z-4711.jsonl`: the time and the process, so that names sort by
//! time and no two processes choose the same one.

use crate::destination::console::text::rfc3339;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The time's length in names: `20261121T175259.123456789Z`.
const STAMP: usize = 26;

/// When a file is renamed, and how long it is kept afterwards.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rotation {
    pub(super) bytes: Option<u64>,
    pub(super) age: Option<Duration>,
    pub(super) days: Option<u32>,
}

impl Rotation {
    pub(super) fn is_on(&self) -> bool {
        self.bytes.is_some() || self.age.is_some()
    }

    /// Whether a file of this length and age has no room for so many bytes more. One that is empty always has.
    pub(super) fn is_due(&self, length: u64, age: Duration, more: usize) -> bool {
        let too_large = self
            .bytes
            .is_some_and(|most| length.saturating_add(more as u64) > most);
        let too_old = self.age.is_some_and(|most| age >= most);
        length > 0 && (too_large || too_old)
    }

    /// Renames the file, and removes those that are too old.
    pub(super) fn rotate(&self, path: &Path) -> io::Result<()> {
        let (before, after) = parts(path).ok_or(io::ErrorKind::InvalidInput)?;
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        let time: String = rfc3339(now).chars().filter(|c| !"-:".contains(*c)).collect();
        let mut name = before;
        name.push(format!("{time}-{}", std::process::id()));
        name.push(after);
        fs::rename(path, path.with_file_name(name))?;
        self.remove_old(path);
        Ok(())
    }

    /// Removes what was rotated more than the days ago. What cannot be removed now is tried again next time.
    pub(super) fn remove_old(&self, path: &Path) {
        let Some(days) = self.days else { return };
        let most = DAY.saturating_mul(days);
        for old in rotated(path) {
            let age = fs::metadata(&old)
                .and_then(|metadata| metadata.modified())
                .ok()
                .and_then(|time| time.elapsed().ok());
            if age.is_some_and(|age| age > most) {
                let _ = fs::remove_file(old);
            }
        }
    }
}

/// What stands before and behind the time in the names of rotated files.
fn parts(path: &Path) -> Option<(OsString, OsString)> {
    let mut before = path.file_stem()?.to_owned();
    before.push(".");
    let mut after = OsString::new();
    if let Some(extension) = path.extension() {
        after.push(".");
        after.push(extension);
    }
    Some((before, after))
}

/// The files that this one was rotated to, by this process or another.
fn rotated(path: &Path) -> Vec<PathBuf> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let (Some((before, after)), Ok(entries)) = (parts(path), fs::read_dir(folder)) else {
        return Vec::new();
    };
    let is_rotated = |name: &OsString| {
        name.as_encoded_bytes()
            .strip_prefix(before.as_encoded_bytes())
            .and_then(|rest| rest.strip_suffix(after.as_encoded_bytes()))
            .is_some_and(is_stamp)
    };
    entries
        .filter_map(Result::ok)
        .filter(|entry| is_rotated(&entry.file_name()))
        .map(|entry| entry.path())
        .collect()
}

/// A time and a process, as [`Rotation::rotate`] writes them.
fn is_stamp(text: &[u8]) -> bool {
    let Some((time, process)) = text.split_at_checked(STAMP) else {
        return false;
    };
    let shaped = time.iter().enumerate().all(|(at, byte)| match at {
        8 => *byte == b'T',
        15 => *byte == b'.',
        25 => *byte == b'Z',
        _ => byte.is_ascii_digit(),
    });
    let process = process.strip_prefix(b"-").unwrap_or_default();
    shaped && !process.is_empty() && process.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_were_given_here_are_taken_for_rotated_files() {
        assert!(is_stamp(b"20261121T175259.123456789Z-4711"));
        for other in [
            &b""[..],
            b"20261121T175259.123456789Z",
            b"20261121T175259.123456789Z-",
            b"20261121T175259.123456789Z-x",
            b"20261121 175259.123456789Z-1",
            b"2026-11-21",
        ] {
            assert!(!is_stamp(other));
        }
    }

    #[test]
    fn a_file_that_is_empty_has_room_for_anything() {
        let rotation = Rotation {
            bytes: Some(100),
            age: Some(DAY),
            days: None,
        };
        let young = Duration::ZERO;
        assert!(!rotation.is_due(0, DAY, 1000));
        assert!(!rotation.is_due(60, young, 40) && rotation.is_due(60, young, 41));
        assert!(rotation.is_due(1, DAY, 0) && !Rotation::default().is_due(u64::MAX, DAY, 9));
    }
}
