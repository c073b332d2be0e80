//! Destinations that post each batch of spans as one request to one URL: everything but the format.

use super::{Endpoint, HttpClient, LONGEST_REPLY, SettingsError, Tls, header_map, unencrypted_key};
use crate::destination::{Batch, Delivered, DeliveryError, Destination, Signals};
use std::borrow::Cow;
use std::fmt;
use std::io::Read as _;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use ureq::http::header::CONTENT_TYPE;
use ureq::http::{HeaderMap, HeaderValue};

/// A request may not be longer; the limit that OTLP has.
const LONGEST_REQUEST: usize = 64 << 20;

/// Memory of the request's buffer that is kept from batch to batch.
const KEPT_BUFFER: usize = 4 << 20;

/// The default for one request, as OpenTelemetry has it.
const TIMEOUT: Duration = Duration::from_secs(10);

const USER_AGENT: &str = concat!("Spanwright/", env!("CARGO_PKG_VERSION"));

/// How a batch of spans is written.
pub(in crate::destination) trait Format: Send + 'static {
    /// What it is called where the destination is described.
    const NAME: &'static str;
    /// The header `content-type`.
    const CONTENT_TYPE: &'static str;
    /// Where such requests go at a server whose URL has no path.
    const PATH: &'static str;

    /// Appends the request's body.
    fn write(out: &mut Vec<u8>, batch: &Batch);
}

/// What a person says of such a destination, unchecked.
#[derive(Clone)]
pub(in crate::destination) struct PostOptions {
    pub(in crate::destination) name: Cow<'static, str>,
    pub(in crate::destination) endpoint: String,
    pub(in crate::destination) headers: Vec<(String, String)>,
    pub(in crate::destination) timeout: Duration,
    pub(in crate::destination) certificate: Option<PathBuf>,
    pub(in crate::destination) client: Option<(PathBuf, PathBuf)>,
}

impl PostOptions {
    pub(in crate::destination) fn new(name: &'static str, endpoint: String) -> Self {
        Self {
            name: name.into(),
            endpoint,
            headers: Vec::new(),
            timeout: TIMEOUT,
            certificate: None,
            client: None,
        }
    }

    /// Checks everything. Connects to nothing yet.
    pub(in crate::destination) fn build<F: Format>(&self) -> Result<Posted<F>, SettingsError> {
        if self.timeout.is_zero() {
            return Err(SettingsError::Timeout);
        }
        let mut endpoint = Endpoint::parse("endpoint", &self.endpoint)?;
        if endpoint.uri().path().trim_matches('/').is_empty() {
            endpoint = endpoint.below(F::PATH)?;
        }
        let mut headers = header_map(&self.headers)?;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(F::CONTENT_TYPE));
        Ok(Posted::new(Arc::new(Target {
            name: self.name.clone(),
            endpoint,
            headers,
            timeout: self.timeout,
            tls: Tls::read(self.certificate.as_deref(), self.client.as_ref())?,
        })))
    }
}

/// The names of headers alone, and of the URL what may be shown.
impl fmt::Debug for PostOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("PostOptions")
            .field("name", &self.name)
            .field("endpoint", &Endpoint::parse("endpoint", &self.endpoint).ok())
            .field("headers", &headers)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// [`PostOptions`] that were found to be in order; shared with the copies for forked children.
struct Target {
    name: Cow<'static, str>,
    endpoint: Endpoint,
    headers: HeaderMap,
    timeout: Duration,
    tls: Tls,
}

/// Sends spans in one format to one URL.
pub(in crate::destination) struct Posted<F> {
    target: Arc<Target>,
    client: HttpClient,
    request: Vec<u8>,
    format: PhantomData<fn() -> F>,
}

impl<F> Posted<F> {
    fn new(target: Arc<Target>) -> Self {
        Self {
            client: HttpClient::new(target.timeout, USER_AGENT, &target.tls),
            target,
            request: Vec::new(),
            format: PhantomData,
        }
    }
}

impl<F: Format> Destination for Posted<F> {
    fn name(&self) -> Cow<'static, str> {
        self.target.name.clone()
    }

    fn signals(&self) -> Signals {
        Signals::TRACES
    }

    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        if batch.spans.is_empty() {
            return Ok(Delivered::default());
        }
        self.request.clear();
        F::write(&mut self.request, batch);
        if self.request.len() > LONGEST_REQUEST {
            let message = format!("{} spans are above 64 MiB", batch.spans.len());
            return Err(DeliveryError::TooLarge { message });
        }
        let target = &self.target;
        let answer = self
            .client
            .post(&target.endpoint, target.headers.clone(), &self.request);
        self.request.clear();
        self.request.shrink_to(KEPT_BUFFER);
        // The status says it all; what stands below it is read so that the connection can be used again.
        let reply = answer?.into_body().into_reader();
        let _ = std::io::copy(&mut reply.take(LONGEST_REPLY), &mut std::io::sink());
        Ok(Delivered::default())
    }

    fn for_child(&self) -> Option<Box<dyn Destination>> {
        Some(Box::new(Self::new(self.target.clone())))
    }

    fn warnings(&self) -> Vec<String> {
        let endpoints = [&self.target.endpoint].into_iter();
        unencrypted_key(endpoints, &self.target.headers)
            .into_iter()
            .collect()
    }

    fn describe(&self) -> String {
        let endpoint = &self.target.endpoint;
        let reached = if endpoint.is_reachable() {
            "reachable"
        } else {
            "not reachable"
        };
        format!("{} {} {endpoint} ({reached})", self.target.name, F::NAME)
    }
}
