//! Where traces are kept.

mod read;

pub use read::{Dependency, Found, Hit, Operation, Read, ReadError, Search, SearchOrder};
