//! The file destination: batches in, lines of OTLP JSON out.
//!
//! Each line is one `ExportTraceServiceRequest`, `ExportLogsServiceRequest` or `ExportMetricsServiceRequest`, the
//! form that OpenTelemetry's file exporter writes and the Collector's `otlpjsonfile` receiver reads.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use spanwright::destination::File;
//! use std::time::Duration;
//! let file = File::append("traces.jsonl")?
//!     .rotate_at_bytes(64 << 20)
//!     .rotate_every(Duration::from_secs(24 * 3600))
//!     .keep_days(7);
//! let guard = spanwright::builder("checkout").destination(file).init()?;
//! # drop(guard);
//! # Ok(())
//! # }
//! ```

mod rotation;

use super::otlp::json;
use super::{Batch, Delivered, DeliveryError, Destination};
use rotation::Rotation;
use std::borrow::Cow;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Memory of the line buffer that is kept from batch to batch.
const KEPT_BUFFER: usize = 4 << 20;

/// Why a file cannot be written to.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be opened for writing: {source}; check that its folder exists and may be written to", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// Writes batches to a file as lines of OTLP JSON.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    file: fs::File,
    lines: Vec<u8>,
    /// The file ends inside a line, since a write broke off and could not be taken back.
    torn: bool,
    rotation: Rotation,
    /// When its first line was written, as far as that is known.
    begun: SystemTime,
}

impl File {
    /// Writes to this file, emptied first.
    ///
    /// # Errors
    /// Where the file cannot be opened, such as for a missing folder.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, FileError> {
        let path = path.into();
        match fs::File::create(&path) {
            Ok(_) => Self::append(path),
            Err(source) => Err(FileError { path, source }),
        }
    }

    /// Writes to the end of this file, made if it is missing. Several processes may append to one file.
    ///
    /// # Errors
    /// Where the file cannot be opened, such as for a missing folder.
    pub fn append(path: impl Into<PathBuf>) -> Result<Self, FileError> {
        let path = path.into();
        match open(&path) {
            Ok(file) => Ok(Self {
                begun: begun(&file),
                path,
                file,
                lines: Vec::new(),
                torn: false,
                rotation: Rotation::default(),
            }),
            Err(source) => Err(FileError { path, source }),
        }
    }

    /// Begins a new file before this one would have more than so many bytes; default never. The full one gets the time
    /// into its name: `out.jsonl` becomes `out.20261121T175259.123456789Z-4711.jsonl`. A batch is never divided, so
    /// that one that is larger makes a file that is larger.
    #[must_use]
    pub fn rotate_at_bytes(mut self, bytes: u64) -> Self {
        self.rotation.bytes = Some(bytes);
        self
    }

    /// Begins a new file when this one's first line was written so long ago; default never.
    #[must_use]
    pub fn rotate_every(mut self, age: Duration) -> Self {
        self.rotation.age = Some(age);
        self
    }

    /// Removes rotated files so many days after their last line; default never. Looked at now, and at each rotation.
    #[must_use]
    pub fn keep_days(mut self, days: u32) -> Self {
        self.rotation.days = Some(days);
        self.rotation.remove_old(&self.path);
        self
    }

    /// Where it writes.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins a new file where this one is full or old, or where another process did. Where that fails, lines go on
    /// into the file that is open: none is lost for it.
    fn rotate_if_due(&mut self) -> io::Result<()> {
        if !self.rotation.is_on() {
            return Ok(());
        }
        let metadata = self.file.metadata()?;
        if !metadata.is_file() {
            return Ok(());
        }
        if is_same(&metadata, &self.path) {
            let age = self.begun.elapsed().unwrap_or_default();
            if !self.rotation.is_due(metadata.len(), age, self.lines.len()) {
                if metadata.len() == 0 {
                    self.begun = SystemTime::now();
                }
                return Ok(());
            }
            if self.rotation.rotate(&self.path).is_err() {
                return Ok(());
            }
        }
        if let Ok(file) = open(&self.path) {
            let _ = self.file.sync_data();
            (self.begun, self.file, self.torn) = (begun(&file), file, false);
        }
        Ok(())
    }

    /// Writes all lines or, as far as the file allows, none: a batch that is tried again is not in it twice.
    fn write_lines(&mut self) -> io::Result<()> {
        if self.torn {
            self.lines.insert(0, b'\n');
        }
        let before = self.file.metadata()?;
        let mut written = 0;
        while written < self.lines.len() {
            match self.file.write(&self.lines[written..]) {
                Ok(0) => return self.take_back(&before, written, io::ErrorKind::WriteZero.into()),
                Ok(count) => written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.take_back(&before, written, error),
            }
        }
        self.torn = false;
        Ok(())
    }

    /// Cuts off what was written, unless somebody else has written since.
    fn take_back(&mut self, before: &fs::Metadata, written: usize, error: io::Error) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        let is_ours = before.is_file() && length == before.len() + written as u64;
        self.torn |= written > 0 && !(is_ours && self.file.set_len(before.len()).is_ok());
        Err(error)
    }
}

impl Destination for File {
    fn name(&self) -> Cow<'static, str> {
        "file".into()
    }

    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        self.lines.clear();
        let resource = &batch.resource;
        if !batch.spans.is_empty() {
            json::traces(&mut self.lines, resource, &batch.spans);
            self.lines.push(b'\n');
        }
        if !batch.logs.is_empty() {
            json::logs(&mut self.lines, resource, &batch.logs);
            self.lines.push(b'\n');
        }
        if !batch.metrics.is_empty() {
            json::metrics(&mut self.lines, resource, &batch.metrics);
            self.lines.push(b'\n');
        }
        let result = self.rotate_if_due().and_then(|()| self.write_lines());
        self.lines.shrink_to(KEPT_BUFFER);
        match result {
            Ok(()) => Ok(Delivered::default()),
            Err(error) => Err(failed(&self.path, "written", &error)),
        }
    }

    fn flush(&mut self) -> Result<(), DeliveryError> {
        match self.file.sync_data() {
            Ok(()) => Ok(()),
            // A pipe or a terminal cannot be synchronised, and needs not to be.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
                ) =>
            {
                Ok(())
            }
            Err(error) => Err(failed(&self.path, "flushed", &error)),
        }
    }

    fn for_child(&self) -> Option<Box<dyn Destination>> {
        let mut child = Self::append(&self.path).ok()?;
        child.rotation = self.rotation;
        Some(Box::new(child))
    }

    fn describe(&self) -> String {
        format!("file {}", self.path.display())
    }
}

fn open(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().append(true).create(true).open(path)
}

/// When a file was made, where the system knows.
fn begun(file: &fs::File) -> SystemTime {
    file.metadata()
        .ok()
        .filter(|metadata| metadata.len() > 0)
        .and_then(|metadata| metadata.created().or_else(|_| metadata.modified()).ok())
        .unwrap_or_else(SystemTime::now)
}

/// Whether the path still leads to the file that is open, and not to what another process began.
#[cfg(unix)]
fn is_same(open: &fs::Metadata, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == (open.dev(), open.ino()))
}

#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, path: &Path) -> bool {
    path.exists()
}

/// A full disk or a lost mount may come back, so the batch is kept and tried again.
fn failed(path: &Path, what: &str, error: &io::Error) -> DeliveryError {
    DeliveryError::retry(format!("{} cannot be {what}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Metric, MetricData};

    fn batch(name: &'static str) -> Batch {
        let mut batch = Batch::new(Default::default());
        batch.metrics.push(Metric {
            name: name.into(),
            description: "".into(),
            unit: "".into(),
            scope: "".into(),
            data: MetricData::Gauge(Vec::new()),
        });
        batch
    }

    /// A file with one whole line and the beginning of another, whose write broke off.
    fn broken_off(path: &Path, between: impl FnOnce()) -> File {
        let mut file = File::create(path).unwrap();
        file.deliver(&batch("first")).unwrap();
        let before = file.file.metadata().unwrap();
        file.file.write_all(b"{\"half").unwrap();
        between();
        let full = io::ErrorKind::StorageFull.into();
        assert!(file.take_back(&before, 6, full).is_err());
        file
    }

    #[test]
    fn half_a_line_is_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let mut file = broken_off(&path, || {});
        file.deliver(&batch("second")).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(!text.contains("half") && text.contains("second"));
    }

    #[test]
    fn half_a_line_that_others_wrote_behind_stays_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let mut other = File::append(&path).unwrap();
        let mut file = broken_off(&path, || other.file.write_all(b"theirs").unwrap());
        file.deliver(&batch("second")).unwrap();
        file.deliver(&batch("third")).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines.len(), lines[1]), (4, "{\"halftheirs"));
        assert!(lines[2].contains("second") && lines[3].contains("third"));
    }
}
