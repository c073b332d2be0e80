//! Where traces are kept.

mod append;
mod read;
mod codec;
mod fingerprint;
mod block;
mod search;

pub use append::{Append, AppendError};
pub use read::{Dependency, Found, Hit, Operation, Read, ReadError, Search, SearchOrder};
