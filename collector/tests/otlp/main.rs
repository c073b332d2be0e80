//! OTLP's receiver, over real sockets, against what its specification says.
#![allow(clippy::unwrap_used, reason = "a test may")]

mod browser;
mod grpc;
mod http;
mod json;
mod lifetimes;
mod tls;
mod zipkin;

#[path = "../support/mod.rs"]
mod support;
