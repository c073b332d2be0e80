//! Starting and stopping: `init()` and the builder, the guard, and what ends a process.

mod builder;
#[cfg(feature = "otlp")]
mod collector;
mod delivery;
mod destinations;
mod diagnosis;
mod endings;
mod error;
mod guard;
mod spool;

pub use builder::{Builder, builder, init};
pub use delivery::set_destination;
pub use diagnosis::{diagnosis, doctor};
pub use error::InitError;
pub use guard::Guard;
