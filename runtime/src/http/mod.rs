//! Spans for HTTP: [`TraceLayer`] for servers on tower, [`ClientMiddleware`] for `reqwest`.
//!
//! Both follow OpenTelemetry's stable HTTP conventions and carry the trace context in headers, so that one trace
//! spans the services that a request passes through. Query parameters that sign or authorise are redacted like
//! every other attribute.

#[cfg(feature = "tower")]
mod body;
#[cfg(feature = "reqwest")]
mod client;
#[cfg(feature = "tower")]
mod config;
#[cfg(feature = "tower")]
mod headers;
mod protocol;
#[cfg(feature = "tower")]
mod request;
#[cfg(feature = "tower")]
mod response;
#[cfg(feature = "tower")]
mod scope;
#[cfg(feature = "tower")]
mod server;
#[cfg(feature = "tower")]
mod skip;

#[cfg(feature = "tower")]
pub use body::TracedBody;
#[cfg(feature = "reqwest")]
pub use client::{ClientMiddleware, UrlTemplate};
#[cfg(feature = "tower")]
pub use request::Route;
#[cfg(feature = "tower")]
pub use response::ResponseFuture;
#[cfg(feature = "tower")]
pub use server::{TraceLayer, TraceService};
#[cfg(feature = "tower")]
pub use skip::DEFAULT_SKIP;
