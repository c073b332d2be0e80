//! Writing the log: many requests at once, and one wait for the disk for all of them.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Entry, FILE_BYTES, FILE_HEADER, frame, path_of};

/// Small frames are put together before they are written.
const TOGETHER: usize = 256 << 10;

/// Appends to the log. Only one may exist for a folder.
pub(in crate::store) struct LogWriter {
    folder: PathBuf,
    file: Option<File>,
    /// How long the file is, with nothing but whole frames.
    length: u64,
    buffer: Vec<u8>,
}

impl LogWriter {
    /// Writes into a new file of the folder at the first append.
    pub(in crate::store) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            file: None,
            length: 0,
            buffer: Vec::new(),
        }
    }

    /// Writes these entries. When this returns without an error they are durable; else none of them counts as written.
    pub(in crate::store) fn append(&mut self, entries: &[Entry]) -> io::Result<()> {
        let Some(first) = entries.first() else {
            return Ok(());
        };
        if self.file.is_none() || self.length > FILE_BYTES {
            self.begin(first.sequence)?;
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        match write(file, &mut self.buffer, entries) {
            Ok(written) => self.length += written,
            Err(error) => {
                self.take_back();
                return Err(error);
            }
        }
        Ok(())
    }

    /// Begins a new file, whose name is durable when this returns.
    fn begin(&mut self, first: u64) -> io::Result<()> {
        let path = path_of(&self.folder, first);
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)?;
        file.write_all(FILE_HEADER)?;
        file.sync_data()?;
        File::open(&self.folder)?.sync_all()?;
        self.length = FILE_HEADER.len() as u64;
        self.file = Some(file);
        Ok(())
    }

    /// Removes frames that were not written whole. Where that fails too, the next entries go into another file: a reader
    /// goes on there.
    fn take_back(&mut self) {
        if let Some(file) = &mut self.file
            && (file.set_len(self.length).is_err() || file.seek(SeekFrom::Start(self.length)).is_err())
        {
            self.file = None;
        }
    }
}

/// Writes entries and waits for the disk. Gives their bytes.
fn write(file: &mut File, buffer: &mut Vec<u8>, entries: &[Entry]) -> io::Result<u64> {
    let mut written = 0;
    buffer.clear();
    for entry in entries {
        let request = &entry.request.bytes;
        let header = frame::header(entry);
        written += (header.len() + request.len()) as u64;
        buffer.extend_from_slice(&header);
        if buffer.len() + request.len() > TOGETHER {
            file.write_all(buffer)?;
            buffer.clear();
            file.write_all(request)?;
        } else {
            buffer.extend_from_slice(request);
        }
    }
    file.write_all(buffer)?;
    file.sync_data()?;
    Ok(written)
}
