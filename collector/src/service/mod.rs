//! The collector as a whole: store, listeners and web page, started and stopped together.

mod config;
mod monitor;
mod start;
mod tail;

pub use config::{ServiceConfig, StartError};
pub use start::{Addresses, Service};
