//! Where traces are read from.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// A file, or what comes on the standard input; unpacked if it is gzip or zstd, whatever its name is.
pub struct Source {
    pub(super) reader: Box<dyn BufRead + Send>,
    read: Arc<AtomicU64>,
    size: Option<u64>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("read", &self.read)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl Source {
    /// The file at `path`; the standard input where it is `-`.
    ///
    /// # Errors
    /// When it cannot be opened or read.
    pub fn open(path: &Path) -> io::Result<Self> {
        if path == Path::new("-") {
            return Self::new(io::stdin(), None);
        }
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Self::new(file, Some(size))
    }

    /// What a reader reads, of so many bytes.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn new(reader: impl Read + Send + 'static, size: Option<u64>) -> io::Result<Self> {
        let read = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            reader,
            read: Arc::clone(&read),
        };
        let mut packed = BufReader::with_capacity(1 << 16, counted);
        let start = packed.fill_buf()?;
        let reader: Box<dyn BufRead + Send> = if start.starts_with(GZIP) {
            Box::new(BufReader::new(MultiGzDecoder::new(packed)))
        } else if start.starts_with(ZSTD) {
            Box::new(BufReader::new(zstd::stream::read::Decoder::with_buffer(packed)?))
        } else {
            Box::new(packed)
        };
        Ok(Self { reader, read, size })
    }

    /// How many bytes it has, where that is known.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// How many of them have been read.
    pub(super) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }
}

struct Counted<R> {
    reader: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
