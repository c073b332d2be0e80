//! One folder for each process and destination, locked as long as the process lives.
//!
//! It is made under a name that nobody looks for, locked, and only then given its own: whoever finds it unlocked may
//! take it over. A lock belongs to an open file, and a forked child inherits that: it lets go of its parent's locks
//! when it takes its own first one, so that they do not outlive the parent.

use super::disk;
use super::error::SpoolError;
use super::frame::crc32;
use crate::id::random_u64;
use crate::raw::fork_epoch;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

pub(super) const LOCK: &str = "lock";

/// A folder under its first name is that of a process that was killed just then, after this long.
const UNFINISHED: Duration = Duration::from_secs(3600);

/// Bytes of a destination's name in that of a folder.
const LONGEST_NAME: usize = 100;

/// The locked files of this process.
static HELD: Mutex<Vec<Held>> = Mutex::new(Vec::new());

#[derive(Debug)]
struct Held {
    number: u64,
    epoch: u32,
    file: File,
}

impl Drop for Held {
    /// Lets go at once, also where a program that is just being started has a copy. What belongs to a parent is only
    /// closed: letting go of it here would do so there too.
    fn drop(&mut self) {
        if self.epoch == fork_epoch() {
            let _ = self.file.unlock();
        }
    }
}

/// Keeps a file locked until it is dropped.
#[derive(Debug)]
enum Lock {
    Listed(u64),
    /// The list cannot be had: another thread has it, or one of the parent had it at the fork.
    Own(#[allow(dead_code, reason = "dropping it lets go")] Held),
}

impl Lock {
    fn keep(file: File) -> Self {
        let epoch = fork_epoch();
        let number = random_u64();
        let own = Held { number, epoch, file };
        let Ok(mut held) = HELD.try_lock() else {
            return Self::Own(own);
        };
        held.retain(|other| other.epoch == epoch);
        held.push(own);
        Self::Listed(number)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Self::Listed(number) = self
            && let Ok(mut held) = HELD.lock()
        {
            held.retain(|own| own.number != *number);
        }
    }
}

/// A folder that this process alone may change.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: Lock,
}

impl Folder {
    /// A new folder for this destination.
    pub(super) fn create(root: &Path, destination: &str) -> Result<Self, SpoolError> {
        disk::create_folder(root).map_err(SpoolError::io(root, "created"))?;
        let name = format!(
            "{}-{}-{:016x}",
            plain_name(destination),
            std::process::id(),
            random_u64()
        );
        let (unfinished, path) = (root.join(format!(".{name}")), root.join(name));
        disk::create_folder(&unfinished).map_err(SpoolError::io(&unfinished, "created"))?;
        let made = lock_new(&unfinished)
            .and_then(|file| fs::rename(&unfinished, &path).map(|()| file))
            .map_err(SpoolError::io(&unfinished, "locked"));
        match made {
            Ok(file) => Ok(Self {
                path,
                _lock: Lock::keep(file),
            }),
            Err(error) => {
                let _ = fs::remove_file(unfinished.join(LOCK));
                let _ = fs::remove_dir(&unfinished);
                Err(error)
            }
        }
    }

    /// Folders of this destination whose processes are gone, locked by us from now on.
    pub(super) fn orphans(root: &Path, destination: &str) -> Result<Vec<Self>, SpoolError> {
        let entries = match fs::read_dir(root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(SpoolError::io(root, "read")(error)),
        };
        let wanted = plain_name(destination);
        let mut orphans = Vec::new();
        for entry in entries.filter_map(Result::ok) {
            let (name, path) = (entry.file_name(), entry.path());
            match name.to_str().and_then(destination_of) {
                Some((name, true)) if name == wanted => remove_unfinished(&path),
                Some((name, false)) if name == wanted => orphans.extend(Self::adopt(path)),
                _ => {}
            }
        }
        Ok(orphans)
    }

    /// This folder, unless somebody holds it.
    fn adopt(path: PathBuf) -> Option<Self> {
        let file = match disk::open(&path.join(LOCK), true) {
            Ok(file) => file,
            // Its last owner was removing it, or the lock's file was lost with the system's power.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if fs::remove_dir(&path).is_ok() {
                    return None;
                }
                disk::create(&path.join(LOCK)).ok()?
            }
            Err(_) => return None,
        };
        file.try_lock().ok()?;
        is_still_there(&file, &path.join(LOCK)).then(|| Self {
            path,
            _lock: Lock::keep(file),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it where only its own two files are left.
    pub(super) fn remove(self) {
        let _ = disk::remove(&self.path.join(super::cursor::FILE));
        let _ = disk::remove(&self.path.join(LOCK));
        let _ = fs::remove_dir(&self.path);
    }
}

fn lock_new(folder: &Path) -> io::Result<File> {
    let file = disk::create(&folder.join(LOCK))?;
    file.try_lock().map_err(|error| match error {
        TryLockError::Error(error) => error,
        TryLockError::WouldBlock => io::ErrorKind::WouldBlock.into(),
    })?;
    Ok(file)
}

/// Between opening and locking, the last owner may have removed the file.
#[cfg(unix)]
fn is_still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(own), Ok(there)) => (own.dev(), own.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still_there(_: &File, path: &Path) -> bool {
    path.exists()
}

fn remove_unfinished(path: &Path) {
    let is_old = fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .is_ok_and(|time| time.elapsed().is_ok_and(|age| age > UNFINISHED));
    if is_old {
        let _ = fs::remove_file(path.join(LOCK));
        let _ = fs::remove_dir(path);
    }
}

/// The destination's name as a part of a folder's: different names stay different.
fn plain_name(destination: &str) -> String {
    let mut name = String::new();
    for byte in destination.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => name.push(char::from(byte)),
            byte => name += &format!("%{byte:02x}"),
        }
    }
    if name.len() > LONGEST_NAME {
        name.truncate(LONGEST_NAME - 9);
        name += &format!("%{:08x}", crc32(destination.as_bytes()));
    }
    name
}

/// Which destination a folder of this name belongs to, and whether it is unfinished.
fn destination_of(name: &str) -> Option<(&str, bool)> {
    let finished = name.strip_prefix('.');
    let mut parts = finished.unwrap_or(name).rsplitn(3, '-');
    let (random, pid, destination) = (parts.next()?, parts.next()?, parts.next()?);
    let is_ours = random.len() == 16
        && random.bytes().all(|byte| byte.is_ascii_hexdigit())
        && !pid.is_empty()
        && pid.bytes().all(|byte| byte.is_ascii_digit());
    is_ours.then_some((destination, finished.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orphans(root: &Path, name: &str) -> Vec<PathBuf> {
        let orphans = Folder::orphans(root, name).unwrap();
        orphans.iter().map(|folder| folder.path().to_owned()).collect()
    }

    #[test]
    fn only_what_nobody_locks_is_taken_over() {
        let root = tempfile::tempdir().unwrap();
        assert!(orphans(&root.path().join("missing"), "otlp").is_empty());
        let folder = Folder::create(root.path(), "otlp").unwrap();
        let path = folder.path().to_owned();
        assert!(orphans(root.path(), "otlp").is_empty());
        drop(folder);
        assert!(orphans(root.path(), "otlp-logs").is_empty());
        let adopted = Folder::orphans(root.path(), "otlp").unwrap();
        assert_eq!(adopted[0].path(), path);
        assert!(orphans(root.path(), "otlp").is_empty());
        drop(adopted);
        for folder in Folder::orphans(root.path(), "otlp").unwrap() {
            folder.remove();
        }
        assert!(!path.exists());
    }

    #[test]
    fn a_folder_without_its_lock_is_taken_over_if_it_holds_anything() {
        let root = tempfile::tempdir().unwrap();
        let empty = root.path().join("otlp-1-0123456789abcdef");
        let full = root.path().join("otlp-2-0123456789abcdef");
        fs::create_dir(&empty).unwrap();
        fs::create_dir(&full).unwrap();
        fs::write(full.join("x"), "x").unwrap();
        assert_eq!(orphans(root.path(), "otlp"), [full]);
        assert!(!empty.exists());
    }

    #[test]
    fn names_stay_apart() {
        assert_eq!(destination_of("otlp-7-0123456789abcdef"), Some(("otlp", false)));
        assert_eq!(
            destination_of(".otlp-logs-7-0123456789abcdef"),
            Some(("otlp-logs", true))
        );
        for other in ["otlp", "otlp-7-0123", "a-b-0123456789abcdef", "lost+found"] {
            assert_eq!(destination_of(other), None);
        }
        assert_eq!(plain_name("a/b ../ü"), "a%2fb%20%2e%2e%2f%c3%bc");
        let long = ["x".repeat(500), format!("{}y", "x".repeat(499))].map(|name| plain_name(&name));
        assert!(long[0] != long[1] && long[0].len() == LONGEST_NAME);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_look_in() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::create(&root.path().join("spool"), "otlp").unwrap();
        for (path, mode) in [
            (root.path().join("spool"), 0o700),
            (folder.path().to_owned(), 0o700),
            (folder.path().join(LOCK), 0o600),
        ] {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, mode);
        }
    }
}
