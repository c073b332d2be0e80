//! How a store is opened, and why it cannot be.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::ReadError;

/// Where a store is, and how much it keeps.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// The folder of its files; made where it is not there.
    pub folder: PathBuf,
    /// How long spans are kept after they arrived. 24 hours.
    pub retention: Duration,
    /// How many bytes all files may have; the oldest spans go first. 10 GiB.
    pub bytes: u64,
    /// Where spans that expire are written before, as lines of OTLP's JSON packed by zstd. Nowhere.
    ///
    /// What cannot be archived is kept, also beyond `retention` and `bytes`, and tried again.
    pub archive: Option<PathBuf>,
}

impl StoreConfig {
    /// The defaults, in this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            retention: Duration::from_secs(24 * 3600),
            bytes: 10 << 30,
            archive: None,
        }
    }

    /// Bytes of a partition's file, after which another is begun: a tenth of all.
    pub(super) fn partition_bytes(&self) -> u64 {
        (self.bytes / 10).max(1 << 20)
    }

    /// How long a partition takes spans before another is begun, so that they expire in steps of a tenth.
    pub(super) fn partition_age(&self) -> Duration {
        (self.retention / 10).max(Duration::from_secs(60))
    }
}

/// Makes the folder where it is not there.
pub(super) fn make(folder: &Path) -> Result<(), OpenError> {
    let Err(error) = std::fs::create_dir_all(folder) else {
        return Ok(());
    };
    let folder = folder.to_owned();
    Err(match folder.exists() && !folder.is_dir() {
        true => OpenError::NoFolder { folder },
        false => OpenError::Folder { folder, error },
    })
}

/// A store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process writes it.
    #[error("{folder} is in use by another collector: stop that one, or give this one a folder of its own")]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// What is there is a file.
    #[error("{folder} is a file, and no folder: name the folder of the stored traces by --data-dir")]
    NoFolder {
        /// What was given as the folder.
        folder: PathBuf,
    },
    /// The folder cannot be made.
    #[error("{folder} cannot be made to keep traces in: {error}; name another folder by --data-dir")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A newer version of Spanwright wrote it.
    #[error(
        "{path} has format {format}, and this version knows format {known}: start a newer version, or move the file away"
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: i64,
        /// The one that is known.
        known: i64,
    },
    /// A file has the name of a partition and is none.
    #[error("{path} was not written by a collector: move it away")]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// The files cannot be read.
    #[error(transparent)]
    Read(ReadError),
}

impl From<ReadError> for OpenError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}
