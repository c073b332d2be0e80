//! Which process writes a folder, and where it can be reached.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::OpenError;

/// The file that the writing process has locked.
const LOCK: &str = "lock";
/// The file in which it says where it takes OTLP over HTTP.
const ADDRESS: &str = "address";

/// Held by the one process that writes a folder. The system lets go of it when the process ends, however it does.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
    folder: PathBuf,
}

impl Lock {
    pub(super) fn take(folder: &Path) -> Result<Self, OpenError> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(LOCK))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::InUse {
                    folder: folder.to_owned(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let lock = Self {
            _file: file,
            folder: folder.to_owned(),
        };
        // One that was killed may have left its own.
        lock.remove_address();
        Ok(lock)
    }

    pub(super) fn announce(&self, url: &str) -> std::io::Result<()> {
        // Who reads it meanwhile finds all of it, or nothing.
        let unfinished = self.folder.join(format!("{ADDRESS}.new"));
        fs::write(&unfinished, format!("{url}\n"))?;
        fs::rename(&unfinished, self.folder.join(ADDRESS))
    }

    fn remove_address(&self) {
        // Mostly it is not there.
        let _ = fs::remove_file(self.folder.join(ADDRESS));
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While the lock is held still: what the next one writes stays.
        self.remove_address();
    }
}

/// Where the collector that writes `folder` takes OTLP over HTTP, such as `http://127.0.0.1:4318`. `None` where no
/// collector writes it; one that was killed may have left its address, so ask only where [`Store::open`] says that the
/// folder [is in use](OpenError::InUse).
///
/// [`Store::open`]: super::Store::open
#[must_use]
pub fn address(folder: &Path) -> Option<String> {
    let text = fs::read_to_string(folder.join(ADDRESS)).ok()?;
    Some(text.trim().to_owned()).filter(|url| !url.is_empty())
}
