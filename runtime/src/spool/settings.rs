//! What a spool is configured with.

#[cfg(feature = "spool-encryption")]
use super::keys::KeyProvider;
use super::keys::Keys;
use super::policy::{Fsync, Policy};
use std::path::{Path, PathBuf};
use std::time::Duration;

const MAX_BYTES: u64 = 1 << 30;
const MAX_AGE: Duration = Duration::from_secs(24 * 3600);
const FSYNC: Duration = Duration::from_millis(500);

/// A segment is one part in sixteen of all, within these bounds: it is dropped as a whole.
const PARTS: u64 = 16;
const SMALLEST_SEGMENT: u64 = 64 << 10;
const LARGEST_SEGMENT: u64 = 8 << 20;

/// Where what cannot be delivered waits on disk, and how much of it.
///
/// Each destination has a spool of its own below the folder, and each process a locked folder in it, so that several
/// processes may share one. What a process leaves behind is delivered by the next one that starts with the same
/// folder and a destination of the same name.
///
/// ```
/// use spanwright::spool::Spool;
/// let spool = Spool::at("/var/spool/checkout").max_bytes(256 << 20);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a spool does nothing until it is given to a builder"]
pub struct Spool {
    root: PathBuf,
    max_bytes: u64,
    max_age: Duration,
    fsync: Fsync,
    keys: Keys,
}

impl Spool {
    /// A spool in this folder, which is made where it is missing, for its owner alone. It should be on a local disk.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            root: folder.into(),
            max_bytes: MAX_BYTES,
            max_age: MAX_AGE,
            fsync: Fsync::Every(FSYNC),
            keys: Keys::default(),
        }
    }

    /// Most bytes for each destination of a process; default 1 GiB. The oldest are dropped, and counted, to make room.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Longest time that something waits; default 24 h. What is older is dropped and counted.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// When what was spooled is brought to the disk; default every 500 ms.
    pub fn fsync(mut self, fsync: Fsync) -> Self {
        self.fsync = fsync;
        self
    }

    /// Encrypts what is spooled from now on: AES-256-GCM, each file under a key of its own that this provider wraps.
    #[cfg(feature = "spool-encryption")]
    pub fn encrypted_by(mut self, provider: impl KeyProvider) -> Self {
        self.keys = Keys::of(provider);
        self
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.root
    }

    pub(super) fn limit(&self) -> u64 {
        self.max_bytes
    }

    pub(super) fn max_age_ms(&self) -> u64 {
        u64::try_from(self.max_age.as_millis()).unwrap_or(u64::MAX)
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(super) fn policy(&self) -> Policy {
        Policy {
            fsync: self.fsync,
            segment_bytes: (self.max_bytes / PARTS).clamp(SMALLEST_SEGMENT, LARGEST_SEGMENT),
            segment_ms: self.max_age_ms() / PARTS,
        }
    }
}
