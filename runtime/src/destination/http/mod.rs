//! What destinations that speak HTTP share: endpoints, headers, TLS, the client, and which failures may pass.

mod client;
mod endpoint;
mod error;
mod headers;
mod posted;
pub(in crate::destination) mod retry_after;
mod tls;

pub(in crate::destination) use client::{HttpClient, LONGEST_REPLY};
pub(in crate::destination) use endpoint::Endpoint;
pub use error::SettingsError;
pub(in crate::destination) use headers::{header_map, unencrypted_key};
pub(in crate::destination) use posted::{Format, PostOptions};
pub(in crate::destination) use tls::Tls;
