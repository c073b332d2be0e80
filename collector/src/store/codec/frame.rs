//! Compressed frames: zstd behind the length of what is in it.

use std::cell::RefCell;

use super::damaged;
use crate::store::ReadError;

/// More than any column of a block has: 8,192 spans of 4 MiB in the worst case are divided before.
const MAX_EXPANDED: usize = 1 << 30;

/// Compresses frames, and keeps its tables between them.
pub(in crate::store) struct Compressor(zstd::bulk::Compressor<'static>);

impl Compressor {
    /// # Errors
    /// When zstd has no memory.
    pub(in crate::store) fn new(level: i32) -> std::io::Result<Self> {
        let mut compressor = zstd::bulk::Compressor::new(level)?;
        compressor.include_checksum(true)?;
        Ok(Self(compressor))
    }

    /// The frame of these bytes.
    pub(in crate::store) fn frame(&mut self, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut frame = Vec::with_capacity(4 + zstd::zstd_safe::compress_bound(bytes.len()));
        let length = u32::try_from(bytes.len()).map_err(|_| std::io::Error::other("a column above 4 GiB"))?;
        frame.extend_from_slice(&length.to_le_bytes());
        let mut body = vec![0; zstd::zstd_safe::compress_bound(bytes.len())];
        let written = self.0.compress_to_buffer(bytes, &mut body)?;
        frame.extend_from_slice(&body[..written]);
        frame.shrink_to_fit();
        Ok(frame)
    }
}

thread_local! {
    static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The bytes of a frame.
pub(in crate::store) fn expand(frame: &[u8]) -> Result<Vec<u8>, ReadError> {
    let (length, body) = frame.split_first_chunk::<4>().ok_or_else(|| damaged("a frame"))?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > MAX_EXPANDED {
        return Err(damaged("the length of a frame"));
    }
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(zstd::bulk::Decompressor::new()?),
        };
        let bytes = decompressor
            .decompress(body, length)
            .map_err(|_| damaged("a frame"))?;
        if bytes.len() == length {
            Ok(bytes)
        } else {
            Err(damaged("the length of a frame"))
        }
    })
}
