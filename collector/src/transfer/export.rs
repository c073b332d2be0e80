//! Traces become a file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::filter::Filter;
use crate::model::Nanos;
use crate::store::{Hit, Read, ReadError, Search, SearchOrder};
use crate::wire::{write_logs, write_spans};

/// What was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exported {
    /// Traces.
    pub traces: u64,
    /// Their spans.
    pub spans: u64,
    /// Their log records.
    pub logs: u64,
}

/// An export cannot go on. There is no file then.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The file cannot be written.
    #[error("{path} cannot be written: {error}")]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// Writes all traces with a span that `filter` is true of, the oldest first: a line of OTLP's JSON for the spans of each, and
/// one for its log records where it has any. Packed by zstd where the name ends in `.zst`; `-` is the standard output.
/// `progress` is told of each trace, and how many there are.
///
/// # Errors
/// When the store cannot be read, or the file cannot be written.
pub fn export(
    read: &dyn Read,
    filter: Filter,
    path: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Exported, ExportError> {
    let search = Search {
        filter,
        time: 0..Nanos::MAX,
        order: SearchOrder::Latest,
        limit: usize::MAX,
    };
    let hits = read.search(&search)?.hits;
    let failed = |error| ExportError::Write {
        path: path.to_owned(),
        error,
    };
    if path == Path::new("-") {
        let mut out = Out::new(io::stdout(), false).map_err(failed)?;
        let exported = write_all(read, &hits, &mut out, path, progress)?;
        out.finish().map_err(failed)?;
        return Ok(exported);
    }
    let packed = path.extension().is_some_and(|extension| extension == "zst");
    let (unfinished, file) = Unfinished::create(path).map_err(failed)?;
    let mut out = Out::new(file, packed).map_err(failed)?;
    let exported = write_all(read, &hits, &mut out, path, progress)?;
    out.finish()
        .and_then(|()| unfinished.name(path))
        .map_err(failed)?;
    Ok(exported)
}

fn write_all(
    read: &dyn Read,
    hits: &[Hit],
    out: &mut Out,
    path: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Exported, ExportError> {
    let failed = |error| ExportError::Write {
        path: path.to_owned(),
        error,
    };
    let mut exported = Exported::default();
    for hit in hits.iter().rev() {
        if let Some(trace) = read.trace(hit.trace_id)? {
            write_spans(out, &trace.spans)
                .and_then(|()| out.write_all(b"\n"))
                .map_err(failed)?;
            if !trace.logs.is_empty() {
                write_logs(out, &trace.logs)
                    .and_then(|()| out.write_all(b"\n"))
                    .map_err(failed)?;
            }
            exported.traces += 1;
            exported.spans += trace.spans.len() as u64;
            exported.logs += trace.logs.len() as u64;
        }
        progress(exported.traces, hits.len() as u64);
    }
    Ok(exported)
}

/// Where lines go.
enum Out {
    Plain(Box<dyn Write>),
    Zstd(zstd::stream::write::Encoder<'static, Box<dyn Write>>),
}

impl Out {
    fn new(writer: impl Write + 'static, packed: bool) -> io::Result<Self> {
        let writer: Box<dyn Write> = Box::new(BufWriter::new(writer));
        Ok(if packed {
            Self::Zstd(zstd::stream::write::Encoder::new(
                writer,
                zstd::DEFAULT_COMPRESSION_LEVEL,
            )?)
        } else {
            Self::Plain(writer)
        })
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(mut writer) => writer.flush(),
            Self::Zstd(writer) => writer.finish()?.flush(),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(writer) => writer.write(bytes),
            Self::Zstd(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(writer) => writer.flush(),
            Self::Zstd(writer) => writer.flush(),
        }
    }
}

/// A file that gets its name when it is whole, and is gone when it does not become so.
struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    fn create(path: &Path) -> io::Result<(Self, File)> {
        let mut name = path.as_os_str().to_owned();
        name.push(".part");
        let path = PathBuf::from(name);
        let file = File::create(&path)?;
        Ok((Self { path }, file))
    }

    fn name(self, path: &Path) -> io::Result<()> {
        std::fs::rename(&self.path, path)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It is not there when it has its name.
        let _ = std::fs::remove_file(&self.path);
    }
}
