//! How requests get into a store.

use std::io;

use futures_util::future::BoxFuture;

use super::{OpenError, ReadError};
use crate::wire::Request;

/// Takes requests.
pub trait Append: Send + Sync {
    /// Stores the records of a request. Ready when they are durable, and can be found.
    ///
    /// Dropping the future does not take the request back: it may be stored all the same.
    fn append(&self, request: Request) -> BoxFuture<'static, Result<(), AppendError>>;
}

/// A request is not stored. The sender may try again later.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// No room on the disk.
    #[error("the disk is full: make room, or set a smaller retention size")]
    Full,
    /// Another fault of the disk.
    #[error("the store cannot be written: {0}")]
    Io(String),
    /// More arrives than can be made into blocks.
    #[error("the collector is behind: send less, or later")]
    Behind,
    /// The store is being closed, or only read.
    #[error("the collector is stopping")]
    Closed,
}

impl From<&io::Error> for AppendError {
    fn from(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io(error.to_string()),
        }
    }
}

impl From<&OpenError> for AppendError {
    fn from(error: &OpenError) -> Self {
        use rusqlite::ErrorCode::DiskFull;
        match error {
            OpenError::Read(ReadError::Io(error)) => error.into(),
            OpenError::Read(ReadError::Sqlite(error)) if error.sqlite_error_code() == Some(DiskFull) => {
                Self::Full
            }
            OpenError::Read(ReadError::Sqlite(error)) => Self::Io(error.to_string()),
            _ => Self::Io(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn a_full_disk_is_known_by_its_code_and_not_by_a_text() {
        let fault = |code| {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some("/full/of/spans".into()));
            AppendError::from(&OpenError::from(error))
        };
        assert_eq!(fault(ffi::SQLITE_FULL), AppendError::Full);
        assert!(matches!(fault(ffi::SQLITE_IOERR), AppendError::Io(_)));
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(AppendError::from(&OpenError::from(full)), AppendError::Full);
    }
}
