//! Requests come in: OTLP over HTTP and over gRPC, and Zipkin's spans.
//!
//! A connection is watched, so that none waits for ever. A body arrives in pieces that count against one
//! budget, is unpacked, read in place by [`crate::wire`], and given to the store. Its sender is answered when the store
//! has it.

mod config;
mod budget;
mod piece;
mod held;
mod refusal;
mod counts;
mod encoding;
mod status;
mod activity;
mod reply;
mod cors;
mod tls;
mod arriving;
mod take;
mod otlp_http;
mod otlp_grpc;
mod zipkin_http;
mod connection;
mod serve;

pub use config::{Cors, IngestConfig, Timeouts, TlsFiles};
pub use cors::InvalidHeader;
pub use counts::Counts;
pub use serve::{Counting, Ingest, Listeners, ServeError, serve};
pub use take::KEEP;
pub use tls::TlsError;
pub(crate) use tls::acceptor;
