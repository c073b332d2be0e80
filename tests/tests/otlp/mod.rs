//! What the OTLP tests share: batches, what they look like in OTLP's own types, and scripted servers.
#![allow(dead_code, reason = "each test program uses a part")]

pub(crate) mod batch;
pub(crate) mod expected;
pub(crate) mod grpc;
pub(crate) mod server;
