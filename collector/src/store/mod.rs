//! Where traces are kept: behind two small traits, [`Append`] and [`Read`], the embedded [`Store`].
//!
//! A request goes to the log, and is acknowledged when it is on disk. It is then in the head, where it is searched span
//! by span, until its spans are in blocks: 8,192 of them as columns, in a partition, which is one SQLite file.

mod append;
mod red;
mod read;
mod config;
mod codec;
mod lock;
mod fingerprint;
mod block;
mod log;
mod head;
mod rollup;
mod partition;
mod logs;
mod state;
mod search;
mod archive;
mod appending;
mod sealing;
mod expiring;
mod embedded;
mod reading;
mod inventory;

pub use append::{Append, AppendError};
pub use config::{OpenError, StoreConfig};
pub use embedded::Store;
pub use inventory::Inventory;
pub use lock::address;
pub use read::{Dependency, Found, Hit, Operation, Read, ReadError, Search, SearchOrder};
pub use red::{RedPoint, RedQuery, RedSeries};

#[cfg(test)]
mod tests;
#[cfg(test)]
mod expiring_tests;
#[cfg(test)]
mod reading_tests;
