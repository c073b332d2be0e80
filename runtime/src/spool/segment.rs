//! A segment: a file that frames are appended to, and read from in the same order.

use super::disk;
use super::error::SpoolError;
use super::frame::{self, HEADER, Header, Signal, crc32, unpack};
use super::head::Head;
use super::keys::Keys;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A request that is packed and ready to be appended.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) signal: Signal,
    pub(super) records: u32,
    pub(super) time_ms: u64,
    request_bytes: u32,
    body: Vec<u8>,
}

impl Packed {
    pub(super) fn new(signal: Signal, records: u32, time_ms: u64, request: &[u8]) -> Option<Self> {
        if request.len() > frame::LONGEST_REQUEST {
            return None;
        }
        Some(Self {
            signal,
            records,
            time_ms,
            request_bytes: request.len() as u32,
            body: frame::pack(request).ok()?,
        })
    }

    /// Bytes that it takes in any segment.
    pub(super) fn most_bytes(&self) -> u64 {
        (HEADER + self.body.len() + super::cipher::OVERHEAD) as u64
    }
}

/// Appends to a segment of this process's own.
#[derive(Debug)]
pub(super) struct Writer {
    path: PathBuf,
    file: File,
    head: Arc<Head>,
    length: u64,
    frames: u64,
    pub(super) unsynced: bool,
}

impl Writer {
    /// Begins a segment. Where that fails nothing is left behind.
    pub(super) fn create(path: &Path, created_ms: u64, keys: &Keys) -> Result<Self, SpoolError> {
        let head = Head::new(path, created_ms, keys)?;
        let mut file = disk::create(path).map_err(SpoolError::io(path, "created"))?;
        if let Err(error) = disk::write_all(&mut file, &head.bytes) {
            let _ = disk::remove(path);
            return Err(SpoolError::io(path, "written")(error));
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            length: head.len(),
            head: Arc::new(head),
            frames: 0,
            unsynced: true,
        })
    }

    pub(super) fn head(&self) -> &Arc<Head> {
        &self.head
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Appends all of these or none. After a failure the segment takes no more: its end is not sure, and an
    /// encrypted frame's number must not be used twice.
    pub(super) fn append(&mut self, frames: &[Packed], sync: bool) -> Result<(), SpoolError> {
        let mut bytes = Vec::new();
        for (packed, index) in frames.iter().zip(self.frames..) {
            self.encode(packed, index, &mut bytes)?;
        }
        let written = disk::write_all(&mut self.file, &bytes)
            .and_then(|()| if sync { disk::sync(&self.file) } else { Ok(()) });
        if let Err(error) = written {
            // Where even this fails, the next start may find whole frames that were also kept in memory.
            let _ = disk::truncate(&self.file, self.length);
            return Err(SpoolError::io(&self.path, "written")(error));
        }
        self.length += bytes.len() as u64;
        self.frames += frames.len() as u64;
        self.unsynced = !sync;
        Ok(())
    }

    fn encode(&self, packed: &Packed, index: u64, out: &mut Vec<u8>) -> Result<(), SpoolError> {
        let mut header = Header {
            signal: packed.signal,
            records: packed.records,
            time_ms: packed.time_ms,
            request_bytes: packed.request_bytes,
            body_bytes: 0,
            body_crc: 0,
        };
        let mut body = packed.body.clone();
        if let Some(cipher) = &self.head.cipher {
            cipher
                .seal(index, &bound(&self.head, &header), &mut body)
                .ok_or_else(|| SpoolError::Key {
                    path: self.path.clone(),
                    message: "it cannot be used to encrypt".to_owned(),
                })?;
        }
        header.body_bytes = body.len() as u32;
        header.body_crc = crc32(&body);
        out.extend_from_slice(&header.to_bytes());
        out.extend_from_slice(&body);
        Ok(())
    }

    pub(super) fn sync(&mut self) -> Result<(), SpoolError> {
        if self.unsynced {
            disk::sync(&self.file).map_err(SpoolError::io(&self.path, "synchronised"))?;
            self.unsynced = false;
        }
        Ok(())
    }
}

/// What an encrypted body is bound to: the segment, and the frame's own header.
fn bound(head: &Head, header: &Header) -> Vec<u8> {
    [&head.bytes[..], &header.bound()].concat()
}

/// Reads the frames of a segment, one after the other.
#[derive(Debug)]
pub(super) struct Reader {
    path: PathBuf,
    file: File,
    head: Arc<Head>,
}

impl Reader {
    pub(super) fn open(path: &Path, head: Arc<Head>) -> Result<Self, SpoolError> {
        let file = disk::open(path, false).map_err(SpoolError::io(path, "opened"))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            head,
        })
    }

    /// Bytes of the file.
    pub(super) fn length(&self) -> Result<u64, SpoolError> {
        let metadata = self.file.metadata().map_err(SpoolError::io(&self.path, "read"))?;
        Ok(metadata.len())
    }

    /// The header of the frame that begins here and is whole before `end`; `None` where there is none.
    pub(super) fn header(&mut self, at: u64, end: u64) -> Result<Option<Header>, SpoolError> {
        let mut bytes = [0; HEADER];
        if at.checked_add(HEADER as u64).is_none_or(|body| body > end) || !self.fill(at, &mut bytes)? {
            return Ok(None);
        }
        Ok(Header::from_bytes(&bytes).filter(|header| end - at >= header.frame_bytes()))
    }

    /// The request of a frame; `None` where the body is damaged.
    pub(super) fn request(
        &mut self,
        at: u64,
        index: u64,
        header: &Header,
    ) -> Result<Option<Vec<u8>>, SpoolError> {
        // The header was whole before the file's end, so this is no more than the file has.
        let mut body = vec![0; header.body_bytes as usize];
        if !self.fill(at + HEADER as u64, &mut body)? || crc32(&body) != header.body_crc {
            return Ok(None);
        }
        let opened = match &self.head.cipher {
            Some(cipher) => cipher.open(index, &bound(&self.head, header), body),
            None => Some(body),
        };
        Ok(opened.and_then(|body| unpack(&body, header.request_bytes)))
    }

    /// `false` where the file ends before.
    fn fill(&mut self, at: u64, bytes: &mut [u8]) -> Result<bool, SpoolError> {
        let result = self
            .file
            .seek(SeekFrom::Start(at))
            .and_then(|_| self.file.read_exact(bytes));
        match result {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(SpoolError::io(&self.path, "read")(error)),
        }
    }
}
