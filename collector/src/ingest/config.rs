//! What can be set about taking requests.

use std::path::PathBuf;
use std::time::Duration;

use crate::wire::Limits;

/// How requests are taken.
#[derive(Debug, Clone)]
pub struct IngestConfig {
    /// What a request, and each span in it, is held to.
    pub limits: Limits,
    /// Bytes of a request after decompression; more, and it is refused. 64 MiB.
    pub request_bytes: usize,
    /// Bytes that all requests in flight may hold together; what comes beyond is told to come again. 64 MiB.
    ///
    /// Memory beside it: 2 MiB for each request that is being unpacked, of which there are at most two for each of the
    /// processor's cores, and what its decompressor (8 MiB for zstd) or JSON's longest text (8 MiB, twice) needs.
    /// Eight requests of 63 MiB at a time take 64 MiB and up to 12 beside it, on two cores.
    pub budget_bytes: usize,
    /// Connections at a time; others wait until one ends. 1,024.
    pub connections: usize,
    /// How long senders may take.
    pub timeouts: Timeouts,
    /// The web pages that may send traces.
    pub cors: Cors,
    /// With what the listeners prove who they are; without it they speak plain TCP.
    pub tls: Option<TlsFiles>,
}

impl Default for IngestConfig {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            request_bytes: 64 << 20,
            budget_bytes: 64 << 20,
            connections: 1024,
            timeouts: Timeouts::default(),
            cors: Cors::default(),
            tls: None,
        }
    }
}

impl IngestConfig {
    /// The most bytes that a request can have: one larger than the budget would be told to come again for ever.
    pub(super) fn largest(&self) -> usize {
        self.request_bytes.min(self.budget_bytes).min(u32::MAX as usize)
    }
}

/// How long senders may take before they lose their connection.
#[derive(Debug, Clone)]
pub struct Timeouts {
    /// For the head of a request, from its first byte, and for a TLS handshake. 10 s.
    pub header: Duration,
    /// For some more of a body. The whole body has this, and a second for each 64 KiB of it. 30 s.
    pub body: Duration,
    /// Between two requests. 75 s.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(10),
            body: Duration::from_secs(30),
            idle: Duration::from_secs(75),
        }
    }
}

/// Which web pages may send traces from a browser. None by default.
#[derive(Debug, Clone, Default)]
pub struct Cors {
    /// Origins such as `https://shop.example`, `https://*.shop.example`, or `*` for any.
    pub origins: Vec<String>,
    /// Headers that pages may send beside `content-type`, `content-encoding`, `traceparent` and `authorization`.
    pub headers: Vec<String>,
}

/// Where a listener's certificate and key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and those that vouch for it, as PEM.
    pub certificate: PathBuf,
    /// Its private key, as PEM.
    pub key: PathBuf,
}
