//! Zipkin: a batch in, one list of spans in Zipkin's v2 JSON out.
//!
//! [`Zipkin`] builds the destination; `span` has the mapping, which is OpenTelemetry's, and `remote` whom a span spoke to.

mod remote;
mod span;

use super::http::{Format, PostOptions, SettingsError};
use super::{Batch, Destination, IntoDestination, json};
use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A destination that speaks Zipkin's v2 JSON: spans alone, over HTTP.
///
/// ```
/// use spanwright::destination::Zipkin;
///
/// let destination = Zipkin::new("http://localhost:9411/api/v2/spans").build()?;
/// # Ok::<(), spanwright::destination::SettingsError>(())
/// ```
///
/// Zipkin has no place for links between spans, and keeps microseconds and texts: a number or a Boolean becomes a text,
/// a list or a map JSON. See `docs/backends/zipkin.md`.
#[derive(Clone)]
#[must_use = "build it, or give it to the builder's `destination`"]
pub struct Zipkin {
    options: PostOptions,
}

impl Zipkin {
    /// Where a Zipkin on this machine takes spans.
    pub const DEFAULT_ENDPOINT: &'static str = "http://localhost:9411/api/v2/spans";

    /// Sends to this URL, as it is; to one without a path, `/api/v2/spans` is appended.
    ///
    /// `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are obeyed.
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self {
            options: PostOptions::new("zipkin", endpoint.into()),
        }
    }

    /// Sends a header with each request. A later one of the same name replaces it.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.headers.push((name.into(), value.into()));
        self
    }

    /// The longest one attempt may take, from resolving the name to the last byte of the reply; 10 s unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = timeout;
        self
    }

    /// A PEM file of the only certificate authorities to trust; without it, those that browsers trust.
    pub fn certificate(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.certificate = Some(path.into());
        self
    }

    /// PEM files of the certificate chain and the private key to show to the server.
    pub fn client_certificate(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.options.client = Some((certificate.into(), key.into()));
        self
    }

    /// The name in reports and messages; `zipkin` unless set. Two destinations of one pipeline want two names.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.options.name = name.into();
        self
    }

    /// Checks everything and builds the destination. Connects to nothing yet.
    ///
    /// # Errors
    /// The first option that cannot be used.
    pub fn build(self) -> Result<Box<dyn Destination>, SettingsError> {
        Ok(Box::new(self.options.build::<ZipkinJson>()?))
    }
}

/// Shows no header's value and nothing secret of the URL.
impl fmt::Debug for Zipkin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zipkin").field("options", &self.options).finish()
    }
}

impl IntoDestination for Zipkin {
    fn into_destination(self) -> Result<Box<dyn Destination>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(self.build()?)
    }
}

/// Zipkin's v2 JSON.
struct ZipkinJson;

impl Format for ZipkinJson {
    const NAME: &'static str = "zipkin/json";
    const CONTENT_TYPE: &'static str = "application/json";
    const PATH: &'static str = "api/v2/spans";

    fn write(out: &mut Vec<u8>, batch: &Batch) {
        json::list(out, &batch.spans, |out, span| {
            span::write(out, &batch.resource, span)
        });
    }
}
