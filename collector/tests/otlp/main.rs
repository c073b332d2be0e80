//! OTLP's receiver, over real sockets, against what its specification says.
#![allow(clippy::unwrap_used, reason = "a test may")]

mod grpc;
mod http;
mod json;

#[path = "../support/mod.rs"]
mod support;
