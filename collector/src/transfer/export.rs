//! Traces become a file.

use std::fs::{self, File};
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

/// An export cannot go on. There is no file then, or the one that was there before.
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
/// one for its log records where it has any. Packed by zstd or gzip where the name ends in `.zst` or `.gz`; `-` is the
/// standard output. A file gets its name when it is whole; what is there and is none, such as a pipe, is written into.
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
    let packing = Packing::of(path);
    let (writer, unfinished): (Box<dyn Write>, _) = match Place::of(path) {
        Place::Output => (Box::new(io::stdout()), None),
        // To append is all that a pipe or a device can do, and spares what a shell has opened by `>>`.
        Place::Stream => {
            let stream = File::options().append(true).open(path).map_err(failed)?;
            (Box::new(stream), None)
        }
        Place::File(path) => {
            let (unfinished, file) = Unfinished::create(&path).map_err(failed)?;
            (Box::new(file), Some((unfinished, path)))
        }
    };
    let mut out = Out::new(writer, packing).map_err(failed)?;
    let exported = write_all(read, &hits, &mut out, path, progress)?;
    out.finish().map_err(failed)?;
    if let Some((unfinished, path)) = unfinished {
        unfinished.name(&path).map_err(failed)?;
    }
    Ok(exported)
}

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    Output,
    /// A pipe, a socket or a device, which must stay what it is.
    Stream,
    /// A file, or nothing yet; behind links to files that are there, which stay, too.
    File(PathBuf),
}

impl Place {
    fn of(path: &Path) -> Self {
        let output = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
        if output.iter().any(|output| path == Path::new(output)) {
            return Self::Output;
        }
        let special = fs::metadata(path).is_ok_and(|found| !found.is_file());
        // What a process has open, be it a file: there is no folder to name another one in.
        let open =
            path == Path::new("/dev/stderr") || path.starts_with("/dev/fd") || path.starts_with("/proc");
        if special || open {
            return Self::Stream;
        }
        Self::File(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()))
    }
}

/// How what is written is packed, by the end of the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    fn of(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => Self::Gzip,
            Some("zst") => Self::Zstd,
            _ => Self::Plain,
        }
    }
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
    Plain(BufWriter<Box<dyn Write>>),
    Gzip(flate2::write::GzEncoder<BufWriter<Box<dyn Write>>>),
    Zstd(zstd::stream::write::Encoder<'static, BufWriter<Box<dyn Write>>>),
}

impl Out {
    fn new(writer: Box<dyn Write>, packing: Packing) -> io::Result<Self> {
        let writer = BufWriter::new(writer);
        Ok(match packing {
            Packing::Plain => Self::Plain(writer),
            Packing::Gzip => Self::Gzip(flate2::write::GzEncoder::new(
                writer,
                flate2::Compression::default(),
            )),
            Packing::Zstd => Self::Zstd(zstd::stream::write::Encoder::new(
                writer,
                zstd::DEFAULT_COMPRESSION_LEVEL,
            )?),
        })
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Plain(writer) => writer,
            Self::Gzip(writer) => writer,
            Self::Zstd(writer) => writer,
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(mut writer) => writer.flush(),
            Self::Gzip(writer) => writer.finish()?.flush(),
            Self::Zstd(writer) => writer.finish()?.flush(),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer().flush()
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
        fs::rename(&self.path, path)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It is not there when it has its name.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_are_replaced() {
        for output in ["-", "/dev/stdout"] {
            assert_eq!(Place::of(Path::new(output)), Place::Output);
        }
        // Looked at, and not opened.
        for stream in ["/dev/null", "/dev/fd/3", "/dev/stderr", "/"] {
            assert_eq!(Place::of(Path::new(stream)), Place::Stream, "{stream}");
        }
        let memory = Path::new("/dev/shm/not-there-yet.jsonl");
        assert_eq!(Place::of(memory), Place::File(memory.to_owned()));
        let new = Path::new("not-there-yet.jsonl");
        assert_eq!(Place::of(new), Place::File(new.to_owned()));
    }

    #[test]
    fn the_name_says_how_it_is_packed() {
        for (name, packing) in [
            ("a.jsonl", Packing::Plain),
            ("a.jsonl.gz", Packing::Gzip),
            ("a.zst", Packing::Zstd),
            ("-", Packing::Plain),
        ] {
            assert_eq!(Packing::of(Path::new(name)), packing);
        }
    }
}
