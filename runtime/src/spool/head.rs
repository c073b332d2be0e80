//! What stands at the beginning of a segment.
//!
//! ```text
//! offset  bytes
//!      0      8  "SPNWSPL\n"
//!      8      2  format version: 1
//!     10      2  length of all this, with the checksum
//!     12      1  0 for a plain segment, 1 for AES-256-GCM
//!     13      1  length of the key's id
//!     14      2  length of the segment's wrapped key
//!     16      8  when it was begun, milliseconds since the Unix epoch
//!     24         the key's id, the wrapped key
//!             4  CRC-32 of all before
//! ```
//! Every version begins with the first ten bytes.

use super::cipher::Cipher;
use super::disk;
use super::error::SpoolError;
use super::frame::crc32;
use super::keys::{Keys, LONGEST_WRAPPED};
use std::io::Read;
use std::path::Path;

pub(super) const MAGIC: [u8; 8] = *b"SPNWSPL\n";
/// The newest format version that is read, and the one that is written.
pub(super) const VERSION: u16 = 1;

/// Bytes before the key's id.
const FIXED: usize = 24;
const AES_256_GCM: u8 = 1;
const LONGEST: usize = FIXED + u8::MAX as usize + LONGEST_WRAPPED + 4;

/// The beginning of a segment: its bytes, which encrypted frames are bound to, and how these are read.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) bytes: Vec<u8>,
    pub(super) cipher: Option<Cipher>,
}

impl Head {
    /// A new segment's head, under a key of its own where keys are configured.
    pub(super) fn new(path: &Path, created_ms: u64, keys: &Keys) -> Result<Self, SpoolError> {
        let (key_id, wrapped, cipher) = match keys.new_cipher(path)? {
            Some(new) => (new.key_id, new.wrapped, Some(new.cipher)),
            None => (String::new(), Vec::new(), None),
        };
        let length = FIXED + key_id.len() + wrapped.len() + 4;
        let mut bytes = Vec::with_capacity(length);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&(length as u16).to_le_bytes());
        bytes.push(u8::from(cipher.is_some()) * AES_256_GCM);
        bytes.push(key_id.len() as u8);
        bytes.extend_from_slice(&(wrapped.len() as u16).to_le_bytes());
        bytes.extend_from_slice(&created_ms.to_le_bytes());
        bytes.extend_from_slice(key_id.as_bytes());
        bytes.extend_from_slice(&wrapped);
        let crc = crc32(&bytes);
        bytes.extend_from_slice(&crc.to_le_bytes());
        Ok(Self { bytes, cipher })
    }

    /// The head of a segment that is there; `None` where its writer ended before the head was whole.
    ///
    /// # Errors
    /// For what is to be kept and not read, and where reading fails.
    pub(super) fn read(path: &Path, keys: &Keys) -> Result<Option<Self>, SpoolError> {
        let file = disk::open(path, false).map_err(SpoolError::io(path, "opened"))?;
        let mut bytes = Vec::new();
        file.take(LONGEST as u64)
            .read_to_end(&mut bytes)
            .map_err(SpoolError::io(path, "read"))?;
        let parsed = match parse(&bytes) {
            Parsed::Whole(parsed) => parsed,
            Parsed::Torn => return Ok(None),
            Parsed::Newer(found) => {
                return Err(SpoolError::NewerFormat {
                    path: path.to_owned(),
                    found,
                    known: VERSION,
                });
            }
            Parsed::Alien => {
                return Err(SpoolError::NotASegment {
                    path: path.to_owned(),
                });
            }
        };
        let cipher = match parsed.key {
            Some((key_id, wrapped)) => Some(keys.cipher_of(path, key_id, wrapped)?),
            None => None,
        };
        let length = parsed.length;
        bytes.truncate(length);
        Ok(Some(Self { bytes, cipher }))
    }

    pub(super) fn len(&self) -> u64 {
        self.bytes.len() as u64
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Whole<'a> {
    length: usize,
    key: Option<(&'a str, &'a [u8])>,
}

#[derive(Debug, PartialEq, Eq)]
enum Parsed<'a> {
    Whole(Whole<'a>),
    /// Written in part, or nothing but zeros, as power failures leave.
    Torn,
    Newer(u16),
    Alien,
}

fn parse(bytes: &[u8]) -> Parsed<'_> {
    if bytes.iter().all(|byte| *byte == 0) || (bytes.len() < MAGIC.len() && MAGIC.starts_with(bytes)) {
        return Parsed::Torn;
    }
    let Some(rest) = bytes.strip_prefix(&MAGIC) else {
        return Parsed::Alien;
    };
    let Some((version, _)) = rest.split_first_chunk::<2>() else {
        return Parsed::Torn;
    };
    match u16::from_le_bytes(*version) {
        VERSION => first_version(bytes),
        0 => Parsed::Alien,
        newer => Parsed::Newer(newer),
    }
}

fn first_version(bytes: &[u8]) -> Parsed<'_> {
    let Some((fixed, _)) = bytes.split_first_chunk::<FIXED>() else {
        return Parsed::Torn;
    };
    let length = usize::from(u16::from_le_bytes([fixed[10], fixed[11]]));
    let key_id_length = usize::from(fixed[13]);
    let wrapped_length = usize::from(u16::from_le_bytes([fixed[14], fixed[15]]));
    if length != FIXED + key_id_length + wrapped_length + 4 || length > LONGEST {
        return Parsed::Alien;
    }
    let Some((head, _)) = bytes.split_at_checked(length) else {
        return Parsed::Torn;
    };
    let Some((before, crc)) = head.split_last_chunk::<4>() else {
        return Parsed::Alien;
    };
    if u32::from_le_bytes(*crc) != crc32(before) {
        return Parsed::Alien;
    }
    let (key_id, wrapped) = before[FIXED..].split_at(key_id_length);
    let key = match (fixed[12], std::str::from_utf8(key_id)) {
        (0, _) => None,
        (AES_256_GCM, Ok(key_id)) => Some((key_id, wrapped)),
        _ => return Parsed::Alien,
    };
    Parsed::Whole(Whole { length, key })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain() -> Vec<u8> {
        Head::new(Path::new("x"), 5, &Keys::default()).unwrap().bytes
    }

    #[test]
    fn a_new_head_is_whole_and_each_shorter_one_torn() {
        let bytes = plain();
        let whole = Parsed::Whole(Whole {
            length: bytes.len(),
            key: None,
        });
        assert_eq!(parse(&bytes), whole);
        for length in 0..bytes.len() {
            assert_eq!(parse(&bytes[..length]), Parsed::Torn, "{length}");
        }
        assert_eq!(parse(&[0; 300]), Parsed::Torn);
    }

    #[test]
    fn a_newer_version_is_told_from_other_files() {
        let mut bytes = plain();
        bytes[8] = 2;
        assert_eq!(parse(&bytes), Parsed::Newer(2));
        assert_eq!(parse(b"PNG and so on"), Parsed::Alien);
    }

    proptest! {
        #[test]
        fn a_changed_head_is_not_read(at in 10_usize..28, bit in 0_u8..8) {
            let mut bytes = plain();
            bytes[at] ^= 1 << bit;
            prop_assert!(!matches!(parse(&bytes), Parsed::Whole(_)));
        }

        #[test]
        fn any_bytes_end_without_a_panic(mut bytes: Vec<u8>) {
            parse(&bytes);
            bytes.splice(0..0, MAGIC.into_iter().chain([1, 0]));
            parse(&bytes);
        }
    }
}
