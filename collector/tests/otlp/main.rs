//! OTLP's receiver, over real sockets, against what its specification says.

mod http;

#[path = "../support/mod.rs"]
mod support;
