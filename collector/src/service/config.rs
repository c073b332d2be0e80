//! What a collector may be told, and why it cannot be started.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::ingest::{IngestConfig, ServeError, TlsError, TlsFiles};
use crate::store::{OpenError, StoreConfig};
use crate::web::WebConfig;

/// What a collector may be told. Port 0 lets the system choose.
#[derive(Debug, Clone)]
pub struct ServiceConfig {
    /// Where the web page and the APIs answer. 127.0.0.1:8009.
    pub listen: SocketAddr,
    /// Where OTLP over HTTP comes in. 127.0.0.1:4318.
    pub otlp_http: SocketAddr,
    /// Where OTLP over gRPC comes in. 127.0.0.1:4317.
    pub otlp_grpc: SocketAddr,
    /// Where Zipkin's v2 JSON comes in. Nowhere.
    pub zipkin: Option<SocketAddr>,
    /// Of the store.
    pub store: StoreConfig,
    /// Of what comes in.
    pub ingest: IngestConfig,
    /// Of the web page.
    pub web: WebConfig,
    /// By what the web page and the APIs speak TLS. They do not.
    pub web_tls: Option<TlsFiles>,
}

impl ServiceConfig {
    /// The defaults, with the store in this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self {
            listen: at(8009),
            otlp_http: at(4318),
            otlp_grpc: at(4317),
            zipkin: None,
            store: StoreConfig::new(folder),
            ingest: IngestConfig::default(),
            web: WebConfig::default(),
            web_tls: None,
        }
    }

    /// All listeners at ports that the system chooses: for tests, and beside another collector.
    #[must_use]
    pub fn any_ports(self) -> Self {
        let at = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            listen: at,
            otlp_http: at,
            otlp_grpc: at,
            zipkin: self.zipkin.map(|_| at),
            ..self
        }
    }
}

/// A collector cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A listener cannot be opened.
    #[error(
        "{address} cannot be listened on for {what}: {error}; give {flag} another address, or stop what is there"
    )]
    Listen {
        /// What comes in there.
        what: &'static str,
        /// Where.
        address: SocketAddr,
        /// The flag that says where.
        flag: &'static str,
        /// Why.
        error: io::Error,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The web page cannot speak TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Requests cannot be taken.
    #[error(transparent)]
    Ingest(#[from] ServeError),
}
