//! How requests get into a store.

use futures_util::future::BoxFuture;

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
    #[error("the log cannot be written: {0}")]
    Io(String),
    /// More arrives than can be made into blocks.
    #[error("the collector is behind: send less, or later")]
    Behind,
    /// The store is being closed.
    #[error("the collector is stopping")]
    Closed,
}
