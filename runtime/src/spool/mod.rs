//! The spool: what cannot be delivered waits on disk, bounded, and is sent later, also by the next start.
//!
//! ```text
//! <folder>/<destination>-<process>-<random>/lock              locked as long as the process lives
//!                                           cursor            how far it was delivered
//!                                           <number>.segment  head, then frames: packed, checked, maybe encrypted
//! ```
//! A frame is one OTLP request, written after redaction. Frames are appended at one end and delivered from the other;
//! a segment goes when all of it was delivered, when it is too old, or when newer ones need its room.
//!
//! The pipeline sees `outbox`, a `backlog` for each signal. Below these nothing knows what a record is: `store` has one folder's segments,
//! `segment` one file's frames, `head` and `frame` their bytes, `cipher` and `keys` their encryption, `folder` the
//! locks, `cursor` how far it was delivered, `disk` all that can fail.

mod disk;
mod error;
mod frame;
mod cipher;
mod keys;
mod head;
mod segment;
mod cursor;
mod folder;
mod scan;
mod policy;
mod store;
mod settings;
mod decode;
mod backlog;
mod outbox;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(test)]
mod tests;

pub(crate) use backlog::{Front, Losses};
/// For tests: whether the disk has no room for what this thread writes.
#[cfg(test)]
pub(crate) use disk::faults::full as disk_is_full;
pub use error::SpoolError;
#[cfg(feature = "spool-encryption")]
pub use keys::{DataKey, KeyError, KeyFile, KeyProvider, KeyVariable, WrappedKey};
pub(crate) use outbox::Outbox;
pub use policy::Fsync;
pub use settings::Spool;
