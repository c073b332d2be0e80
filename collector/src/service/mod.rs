//! The collector as a whole: store, listeners and web page, started and stopped together.

mod config;
mod monitor;
mod start;
mod tail;
mod tls_listener;

pub use config::{ServiceConfig, StartError};
pub use start::{Addresses, Service};
