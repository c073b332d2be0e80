//! What stands in a spool's files, read as whoever finds the disk would: byte by byte, and unpacked.

use std::io::Read;
use std::path::Path;

/// All bytes of all files of a spool.
#[derive(Debug, Default)]
pub(crate) struct Spooled {
    /// As they are on the disk.
    pub(crate) raw: Vec<u8>,
    /// What the frames of all segments unpack to.
    pub(crate) unpacked: Vec<u8>,
    /// Records that the frames say they have.
    pub(crate) records: u64,
}

/// Reads all files below this folder; each segment must be whole, and none encrypted.
pub(crate) fn read(folder: &Path) -> Spooled {
    let mut spooled = Spooled::default();
    read_folder(folder, &mut spooled);
    spooled
}

fn read_folder(folder: &Path, spooled: &mut Spooled) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_folder(&path, spooled);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        if path.extension().is_some_and(|extension| extension == "segment") {
            unpack(&bytes, spooled);
        }
        spooled.raw.extend(bytes);
    }
}

/// The layout is in `runtime/src/spool/head.rs` and `frame.rs`.
fn unpack(segment: &[u8], spooled: &mut Spooled) {
    let number = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!((&segment[..8], segment[12]), (&b"SPNWSPL\n"[..], 0));
    let head = u16::from_le_bytes([segment[10], segment[11]]);
    let mut frames = &segment[usize::from(head)..];
    while !frames.is_empty() {
        let (header, rest) = frames.split_at(32);
        let (body, rest) = rest.split_at(number(header, 4) as usize);
        let before = spooled.unpacked.len();
        flate2::read::ZlibDecoder::new(body)
            .read_to_end(&mut spooled.unpacked)
            .unwrap();
        assert_eq!(spooled.unpacked.len() - before, number(header, 12) as usize);
        spooled.records += u64::from(number(header, 16));
        frames = rest;
    }
}
