//! The collector of Spanwright: traces come in by OTLP, are kept durably, and are searched and shown.
//!
//! The modules stand in the order of the flow: a module imports only those above it.

pub mod model;
pub mod filter;
pub mod wire;
pub mod store;
pub mod generate;
pub mod analysis;
pub mod ingest;
pub mod web;
pub mod jaeger;
pub mod transfer;
pub mod service;
pub mod cli;

#[cfg(test)]
mod testing;
