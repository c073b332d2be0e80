//! Where traces are kept.

mod append;
mod read;

pub use append::{Append, AppendError};
pub use read::{Dependency, Found, Hit, Operation, Read, ReadError, Search, SearchOrder};
