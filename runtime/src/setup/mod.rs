//! Starting and stopping: `init()` and the builder, the guard, and what ends a process.

#[cfg(feature = "otlp")]
mod backends;
mod builder;
#[cfg(feature = "otlp")]
mod collector;
mod delivery;
mod destinations;
mod diagnosis;
mod endings;
mod error;
#[cfg(unix)]
mod forks;
mod guard;
#[cfg(feature = "otlp")]
mod jaeger_zipkin;
mod spool;

#[cfg(test)]
mod clock_tests;

pub use builder::{Builder, builder, init};
pub use delivery::set_destination;
pub use diagnosis::{diagnosis, doctor};
pub use error::InitError;
pub use guard::Guard;
