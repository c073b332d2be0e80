//! The forms a parameter can be captured in without its value: length, keyed hash, mask, JSON.

use super::{BoundedWriter, CAPTURE_BOUND, Captured};
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::OnceLock;

/// A hash that tells equal values apart from others within this process, and nobody anything about the value:
/// its key is random and dies with the process.
pub(crate) fn hash_text<T: Hash + ?Sized>(value: &T) -> u64 {
    static KEY: OnceLock<RandomState> = OnceLock::new();
    KEY.get_or_init(RandomState::new).hash_one(value)
}

/// Stars for all but the last four characters; values up to eight characters are stars only.
pub(crate) fn mask_text(text: &str) -> String {
    let length = text.chars().count();
    let shown = if length > 8 { 4 } else { 0 };
    let mut masked = "*".repeat((length - shown).min(64));
    masked.extend(text.chars().skip(length - shown));
    masked
}

impl Captured<'_> {
    /// A hash of the value that can be compared within this process only.
    pub fn hash<T: Hash + ?Sized>(&mut self, value: &T) {
        self.display(&format_args!("{:016x}", hash_text(value)));
    }

    /// The last four characters of the `Display` form; the rest, and short values whole, as stars.
    pub fn mask<T: fmt::Display + ?Sized>(&mut self, value: &T) {
        let mut text = Vec::new();
        let _ = fmt::write(
            &mut BoundedWriter::new(&mut text, CAPTURE_BOUND),
            format_args!("{value}"),
        );
        self.str(&mask_text(&String::from_utf8_lossy(&text)));
    }

    /// As [`field`](Self::field), a hash.
    pub fn field_hash<T: Hash + ?Sized>(&mut self, name: &str, value: &T) {
        self.nested(name, |out| out.hash(value));
    }

    /// As [`field`](Self::field), masked.
    pub fn field_mask<T: fmt::Display + ?Sized>(&mut self, name: &str, value: &T) {
        self.nested(name, |out| out.mask(value));
    }

    /// The JSON form, beyond 64 KiB cut.
    #[cfg(feature = "serde")]
    pub fn json<T: serde::Serialize + ?Sized>(&mut self, value: &T) {
        struct Bounded(Vec<u8>);
        impl std::io::Write for Bounded {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                // One byte too many shows that more was to come.
                let room = (CAPTURE_BOUND + 1).saturating_sub(self.0.len());
                if room == 0 {
                    return Err(std::io::ErrorKind::WriteZero.into());
                }
                let taken = bytes.len().min(room);
                self.0.extend_from_slice(&bytes[..taken]);
                Ok(taken)
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let mut json = Bounded(Vec::new());
        let _ = serde_json::to_writer(&mut json, value);
        self.str(&String::from_utf8_lossy(&json.0));
    }

    /// As [`field`](Self::field), as JSON.
    #[cfg(feature = "serde")]
    pub fn field_json<T: serde::Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.nested(name, |out| out.json(value));
    }
}
