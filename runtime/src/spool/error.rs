//! What can go wrong with a spool.

use std::io;
use std::path::{Path, PathBuf};

/// Why something could not be spooled, or not be read back. Nothing here ends a program: what cannot be spooled
/// goes on waiting in memory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpoolError {
    /// The system refused: the disk is full, read-only or gone, or there are no file descriptors left.
    #[error("{} cannot be {doing}: {source}; what cannot be spooled waits in memory", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried, as a participle.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A newer version wrote it. The file is kept.
    #[error(
        "{} has format version {found}, and this program knows up to {known}; the file is kept: start the version that wrote it",
        path.display()
    )]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u16,
        /// The newest version that can be read here.
        known: u16,
    },
    /// The beginning of the file is damaged, or it is no spool's. The file is kept.
    #[error("{} does not begin as a spool's segment does; the file is kept: move it away if it is not needed", path.display())]
    NotASegment {
        /// The file.
        path: PathBuf,
    },
    /// It is encrypted and this program was built without the feature `spool-encryption`. The file is kept.
    #[error("{} is encrypted; the file is kept: build the program with spanwright's feature `spool-encryption`", path.display())]
    EncryptionNotBuilt {
        /// The file.
        path: PathBuf,
    },
    /// The key that it is encrypted under cannot be had. The file is kept.
    #[error("{} is encrypted under a key that cannot be had ({message}); the file is kept: configure that key", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What the key's provider said.
        message: String,
    },
    /// A part of a file is damaged; its records are counted as dropped.
    #[error("{} is damaged at byte {at}; what cannot be read is dropped and counted", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where.
        at: u64,
    },
    /// The batch is larger than the spool may be.
    #[error("a batch of {bytes} bytes does not fit into a spool of {most}; it waits in memory")]
    TooLarge {
        /// Bytes of the batch.
        bytes: u64,
        /// Bytes that the spool may hold.
        most: u64,
    },
}

impl SpoolError {
    pub(super) fn io(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, doing, source }
    }
}
