//! Starting and stopping: `init()` and the builder, the guard, and what ends a process.

mod builder;
mod destinations;
mod diagnosis;
mod error;
mod guard;

pub use builder::{Builder, builder, init};
pub use diagnosis::{diagnosis, doctor};
pub use error::InitError;
pub use guard::Guard;
