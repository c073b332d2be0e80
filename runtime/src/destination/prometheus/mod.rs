//! Prometheus: metrics wait for whoever scrapes them.

mod endpoint;
mod exposition;
mod names;

use super::{Batch, Delivered, DeliveryError, Destination, IntoDestination, Signals};
use endpoint::Endpoint;
use exposition::Exposition;
use std::borrow::Cow;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

/// What OpenTelemetry's variables have where they are not set.
const DEFAULT_ADDRESS: &str = "localhost:9464";

/// Answers scrapes at `http://ADDRESS/metrics`, in OpenMetrics' text, by OpenTelemetry's rules for names and labels
/// (specification 1.60, "Prometheus and OpenMetrics Compatibility").
///
/// `OTEL_METRICS_EXPORTER=prometheus` adds one, at `OTEL_EXPORTER_PROMETHEUS_HOST` and `OTEL_EXPORTER_PROMETHEUS_PORT`.
///
/// Only metrics come here. A scrape sees them as they were at the last interval, which is 60 seconds unless the builder
/// or `OTEL_METRIC_EXPORT_INTERVAL` says otherwise: set it to the interval of the scrapes.
///
/// ```
/// use spanwright::destination::Prometheus;
/// let metrics = Prometheus::new().listen("127.0.0.1:0").start()?;
/// println!("scrape http://{}/metrics", metrics.address());
/// # Ok::<(), spanwright::destination::PrometheusError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a destination does nothing until it is given to the builder"]
pub struct Prometheus {
    address: String,
}

impl Prometheus {
    /// On `localhost:9464`.
    pub fn new() -> Self {
        Self {
            address: DEFAULT_ADDRESS.to_owned(),
        }
    }

    /// Where it listens: a host and a port, such as `0.0.0.0:9464`. Port 0 takes a free one.
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }

    /// Listens.
    ///
    /// # Errors
    /// When the address is none, or is in use.
    pub fn start(self) -> Result<PrometheusDestination, PrometheusError> {
        let addresses: Vec<SocketAddr> = self
            .address
            .to_socket_addrs()
            .map_err(|source| PrometheusError::Address {
                address: self.address.clone(),
                source,
            })?
            .collect();
        let exposition = Arc::new(Exposition::default());
        let endpoint = Endpoint::start(&addresses, Arc::clone(&exposition)).map_err(|source| {
            PrometheusError::Listen {
                address: self.address,
                source,
            }
        })?;
        Ok(PrometheusDestination { endpoint, exposition })
    }
}

impl Default for Prometheus {
    fn default() -> Self {
        Self::new()
    }
}

impl IntoDestination for Prometheus {
    fn into_destination(self) -> Result<Box<dyn Destination>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Box::new(self.start()?))
    }
}

/// Why a [`Prometheus`] cannot listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrometheusError {
    /// The address is none.
    #[error("{address:?} is no address to listen on, write one such as localhost:9464: {source}")]
    Address {
        /// As it was given.
        address: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Nobody can listen there.
    #[error("cannot listen on {address}, give another port or stop who listens there: {source}")]
    Listen {
        /// As it was given.
        address: String,
        /// What the system says.
        source: std::io::Error,
    },
}

/// A [`Prometheus`] that listens, until it is dropped.
#[derive(Debug)]
pub struct PrometheusDestination {
    endpoint: Endpoint,
    exposition: Arc<Exposition>,
}

impl PrometheusDestination {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.endpoint.address()
    }
}

impl Destination for PrometheusDestination {
    fn name(&self) -> Cow<'static, str> {
        "prometheus".into()
    }

    fn signals(&self) -> Signals {
        Signals {
            traces: false,
            logs: false,
            metrics: true,
        }
    }

    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        self.exposition.keep(batch);
        Ok(Delivered::default())
    }

    fn describe(&self) -> String {
        format!(
            "prometheus: scrapes are answered at http://{}/metrics",
            self.address()
        )
    }
}
