//! How far a folder's segments were delivered, so that the next start does not send that again.
//!
//! The file has two slots that are written in turn, each with a number that rises and a checksum: a write that
//! breaks off spoils the older one alone.

use super::disk;
use super::error::SpoolError;
use super::frame::crc32;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

pub(super) const FILE: &str = "cursor";

const SLOT: usize = 40;

/// The next frame to deliver: its segment, byte and number in the segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) segment: u64,
    pub(super) at: u64,
    pub(super) index: u64,
}

/// The file that remembers the position.
#[derive(Debug)]
pub(super) struct Cursor {
    file: File,
    turn: u64,
}

impl Cursor {
    /// A new one, at the beginning. Its bytes are taken now: a full disk does not keep it from moving later.
    pub(super) fn create(folder: &Path) -> Result<Self, SpoolError> {
        let path = folder.join(FILE);
        let mut file = disk::create(&path).map_err(SpoolError::io(&path, "created"))?;
        disk::write_all(&mut file, &[0; 2 * SLOT]).map_err(SpoolError::io(&path, "written"))?;
        Ok(Self { file, turn: 0 })
    }

    /// The cursor of a folder that another process left, and where it stood. One that is missing or damaged stands
    /// at the beginning: what was delivered is then sent again, and nothing is lost.
    pub(super) fn open(folder: &Path) -> Result<(Self, Position), SpoolError> {
        let path = folder.join(FILE);
        let mut file = match disk::open(&path, true) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok((Self::create(folder)?, Position::default()));
            }
            Err(error) => return Err(SpoolError::io(&path, "opened")(error)),
        };
        let mut bytes = Vec::new();
        (&mut file)
            .take(2 * SLOT as u64)
            .read_to_end(&mut bytes)
            .map_err(SpoolError::io(&path, "read"))?;
        let newest = bytes
            .chunks_exact(SLOT)
            .filter_map(slot)
            .max_by_key(|(turn, _)| *turn);
        let (turn, position) = newest.unwrap_or_default();
        Ok((Self { file, turn }, position))
    }

    /// Remembers a position.
    pub(super) fn set(&mut self, position: Position, sync: bool) -> std::io::Result<()> {
        let turn = self.turn + 1;
        let mut bytes = [0; SLOT];
        for (at, number) in [turn, position.segment, position.at, position.index]
            .into_iter()
            .enumerate()
        {
            bytes[at * 8..][..8].copy_from_slice(&number.to_le_bytes());
        }
        let crc = crc32(&bytes[..32]);
        bytes[32..36].copy_from_slice(&crc.to_le_bytes());
        self.file.seek(SeekFrom::Start((turn % 2) * SLOT as u64))?;
        disk::write_all(&mut self.file, &bytes)?;
        self.turn = turn;
        if sync { disk::sync(&self.file) } else { Ok(()) }
    }
}

fn slot(bytes: &[u8]) -> Option<(u64, Position)> {
    let number = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
    let crc = u32::from_le_bytes(bytes.get(32..36)?.try_into().ok()?);
    let position = Position {
        segment: number(8)?,
        at: number(16)?,
        index: number(24)?,
    };
    (crc == crc32(bytes.get(..32)?)).then_some((number(0)?, position))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(segment: u64) -> Position {
        Position {
            segment,
            at: 7,
            index: 3,
        }
    }

    #[test]
    fn it_stands_where_it_was_set() {
        let folder = tempfile::tempdir().unwrap();
        let mut cursor = Cursor::create(folder.path()).unwrap();
        assert_eq!(Cursor::open(folder.path()).unwrap().1, Position::default());
        for segment in 1..5 {
            cursor.set(position(segment), true).unwrap();
            assert_eq!(Cursor::open(folder.path()).unwrap().1, position(segment));
        }
    }

    #[test]
    fn a_spoiled_slot_leaves_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let mut cursor = Cursor::create(folder.path()).unwrap();
        cursor.set(position(1), false).unwrap();
        cursor.set(position(2), false).unwrap();
        let path = folder.path().join(FILE);
        let mut bytes = std::fs::read(&path).unwrap();
        // The second write went to the first slot.
        bytes[10] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let (mut cursor, found) = Cursor::open(folder.path()).unwrap();
        assert_eq!(found, position(1));
        cursor.set(position(3), false).unwrap();
        assert_eq!(Cursor::open(folder.path()).unwrap().1, position(3));
    }

    #[test]
    fn any_bytes_are_a_position() {
        let folder = tempfile::tempdir().unwrap();
        for bytes in [&[][..], &[0; 7], &[0xff; 200], &[0; 80]] {
            std::fs::write(folder.path().join(FILE), bytes).unwrap();
            assert_eq!(Cursor::open(folder.path()).unwrap().1, Position::default());
        }
    }
}
