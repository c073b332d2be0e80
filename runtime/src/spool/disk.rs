//! The file operations of the spool, in one place so that tests can let each of them fail.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Makes a folder that only its owner may enter, and those above it.
pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    faults::check(Operation::Create)?;
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes a file that only its owner may read.
pub(super) fn create(path: &Path) -> io::Result<File> {
    faults::check(Operation::Create)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens a file that is there.
pub(super) fn open(path: &Path, write: bool) -> io::Result<File> {
    faults::check(Operation::Open)?;
    OpenOptions::new().read(true).write(write).open(path)
}

/// Writes all of it, or fails after a part.
pub(super) fn write_all(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    let whole = faults::writable(bytes);
    file.write_all(whole)?;
    if whole.len() < bytes.len() {
        faults::check(Operation::Write)?;
    }
    Ok(())
}

/// Waits until what was written is on the disk.
pub(super) fn sync(file: &File) -> io::Result<()> {
    faults::check(Operation::Sync)?;
    file.sync_data()
}

/// Waits until the names in a folder are on the disk, where a system can.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    faults::check(Operation::Sync)?;
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    Ok(())
}

/// Cuts a file off.
pub(super) fn truncate(file: &File, length: u64) -> io::Result<()> {
    faults::check(Operation::Write)?;
    file.set_len(length)
}

/// Removes a file.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    faults::check(Operation::Remove)?;
    fs::remove_file(path)
}

/// What can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Create,
    Open,
    Write,
    Sync,
    Remove,
}

#[cfg(not(test))]
mod faults {
    use super::{Operation, io};

    #[inline]
    pub(super) fn check(_: Operation) -> io::Result<()> {
        Ok(())
    }

    #[inline]
    pub(super) fn writable(bytes: &[u8]) -> &[u8] {
        bytes
    }
}

/// Faults of this thread, for tests.
#[cfg(test)]
pub(super) mod faults {
    use super::{Operation, io};
    use std::cell::RefCell;

    /// What fails, and how.
    #[derive(Clone, Debug)]
    pub(in crate::spool) struct Fault {
        pub(in crate::spool) operations: Vec<Operation>,
        /// The number of the system's error.
        pub(in crate::spool) errno: i32,
        /// Bytes that a failing write still writes.
        pub(in crate::spool) written: usize,
    }

    thread_local! {
        static FAULT: RefCell<Option<Fault>> = const { RefCell::new(None) };
    }

    /// From now on the disk has no room, or it has again.
    pub(crate) fn full(is_full: bool) {
        set(is_full.then(|| Fault {
            operations: vec![Operation::Create, Operation::Write],
            errno: 28,
            written: 0,
        }));
    }

    /// From now on this fails, or nothing does.
    pub(in crate::spool) fn set(fault: Option<Fault>) {
        FAULT.with_borrow_mut(|own| *own = fault);
    }

    fn find(operation: Operation) -> Option<Fault> {
        FAULT.with_borrow(|fault| {
            fault
                .clone()
                .filter(|fault| fault.operations.contains(&operation))
        })
    }

    pub(super) fn check(operation: Operation) -> io::Result<()> {
        match find(operation) {
            Some(fault) => Err(io::Error::from_raw_os_error(fault.errno)),
            None => Ok(()),
        }
    }

    pub(super) fn writable(bytes: &[u8]) -> &[u8] {
        match find(Operation::Write) {
            Some(fault) => &bytes[..fault.written.min(bytes.len().saturating_sub(1))],
            None => bytes,
        }
    }
}
