//! [`Otlp`]: what the user says in, checked [`Settings`] out, every problem with the option that has it.

use super::OtlpDestination;
use super::settings::{Protocol, Settings};
use super::signal::Signal;
use crate::destination::http::{Endpoint, Tls, header_map};
use crate::destination::{Destination, OtlpError, Signals};
use crate::profile::Profile;
use crate::record::Attributes;
use crate::value::Value;
use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How requests are packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not at all; the default.
    #[default]
    None,
    /// With gzip, which every OTLP server understands.
    Gzip,
}

/// A destination that speaks OTLP: builds an [`OtlpDestination`].
///
/// ```
/// use spanwright::destination::{Compression, Otlp};
/// use std::time::Duration;
///
/// let destination = Otlp::http("http://localhost:4318")
///     .header("x-api-key", "secret")
///     .compression(Compression::Gzip)
///     .timeout(Duration::from_secs(3))
///     .build()?;
/// # Ok::<(), spanwright::destination::OtlpError>(())
/// ```
#[derive(Clone)]
#[must_use = "build it, or give it to the builder's `destination`"]
pub struct Otlp {
    protocol: Protocol,
    name: Cow<'static, str>,
    endpoint: String,
    exact: [Option<String>; 3],
    headers: Vec<(String, String)>,
    compression: Compression,
    timeout: Duration,
    signals: Signals,
    certificate: Option<PathBuf>,
    client: Option<(PathBuf, PathBuf)>,
    profile: Option<Profile>,
    stamps: Attributes,
}

impl Otlp {
    /// OTLP over HTTP with protobuf, OpenTelemetry's default. `endpoint` is a base such as
    /// `http://localhost:4318`: `v1/traces`, `v1/logs` and `v1/metrics` are appended to its path.
    ///
    /// `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are obeyed.
    pub fn http(endpoint: impl Into<String>) -> Self {
        Self::new(Protocol::HttpProtobuf, endpoint.into())
    }

    /// OTLP over HTTP with JSON, for servers and gateways that do not read protobuf.
    pub fn http_json(endpoint: impl Into<String>) -> Self {
        Self::new(Protocol::HttpJson, endpoint.into())
    }

    /// OTLP over gRPC; `endpoint` is a URL such as `http://localhost:4317`, whose path is not used.
    #[cfg(feature = "grpc")]
    pub fn grpc(endpoint: impl Into<String>) -> Self {
        Self::new(Protocol::Grpc, endpoint.into())
    }

    fn new(protocol: Protocol, endpoint: String) -> Self {
        Self {
            protocol,
            name: "otlp".into(),
            endpoint,
            exact: [const { None }; 3],
            headers: Vec::new(),
            compression: Compression::None,
            timeout: Duration::from_secs(10),
            signals: Signals::ALL,
            certificate: None,
            client: None,
            profile: None,
            stamps: Attributes::new(),
        }
    }

    /// Sends a header with each request (gRPC: metadata). A later one of the same name replaces it.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sends several headers; see [`header`](Self::header).
    pub fn headers<K: Into<String>, V: Into<String>>(
        self,
        headers: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        headers
            .into_iter()
            .fold(self, |otlp, (name, value)| otlp.header(name, value))
    }

    /// Packs requests; the default is not to.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// The longest one attempt may take, from resolving the name to the last byte of the reply; 10 s unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// A PEM file of the only certificate authorities to trust; without it, those that browsers trust.
    pub fn certificate(mut self, path: impl Into<PathBuf>) -> Self {
        self.certificate = Some(path.into());
        self
    }

    /// PEM files of the certificate chain and the private key to show to the server.
    pub fn client_certificate(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.client = Some((certificate.into(), key.into()));
        self
    }

    /// Where spans go, exactly: nothing is appended. Wins over the base endpoint.
    pub fn traces_endpoint(self, url: impl Into<String>) -> Self {
        self.exact(Signal::Traces, url.into())
    }

    /// Where log records go, exactly: nothing is appended. Wins over the base endpoint.
    pub fn logs_endpoint(self, url: impl Into<String>) -> Self {
        self.exact(Signal::Logs, url.into())
    }

    /// Where metrics go, exactly: nothing is appended. Wins over the base endpoint.
    pub fn metrics_endpoint(self, url: impl Into<String>) -> Self {
        self.exact(Signal::Metrics, url.into())
    }

    fn exact(mut self, signal: Signal, url: String) -> Self {
        self.exact[signal as usize] = Some(url);
        self
    }

    /// Which records to take; all unless set.
    pub fn signals(mut self, signals: Signals) -> Self {
        self.signals = signals;
        self
    }

    /// How spans are written for this backend: under its own names of things. Default: as they were recorded, by
    /// OpenTelemetry's conventions. Backends of [`backend`](crate::backend) have theirs.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = Some(profile);
        self
    }

    /// An attribute of each span sent here, where the span has none of this key.
    pub(crate) fn stamp(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.stamps.push((key.into(), value.into()));
        self
    }

    /// The name in reports and messages; `otlp` unless set. Two destinations of one pipeline want two names.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// Checks everything and builds the destination. Connects to nothing yet.
    ///
    /// # Errors
    /// The first option that cannot be used.
    pub fn build(self) -> Result<OtlpDestination, OtlpError> {
        if self.timeout.is_zero() {
            return Err(OtlpError::Timeout);
        }
        let settings = Settings {
            endpoints: self.endpoints()?,
            headers: header_map(&self.headers)?,
            tls: Tls::read(self.certificate.as_deref(), self.client.as_ref())?,
            protocol: self.protocol,
            name: self.name,
            gzip: self.compression == Compression::Gzip,
            timeout: self.timeout,
            signals: self.signals,
            profile: self.profile,
            stamps: self.stamps,
        };
        Ok(OtlpDestination::new(Arc::new(settings)))
    }

    /// Where spans go, as it may be compared and never shown: it may hold a key.
    pub(crate) fn traces_url(&self) -> Result<String, OtlpError> {
        Ok(self.endpoints()?[Signal::Traces as usize].uri().to_string())
    }

    /// One endpoint for each signal, in the order of [`Signal::ALL`].
    fn endpoints(&self) -> Result<[Endpoint; 3], OtlpError> {
        let base = Endpoint::parse("endpoint", &self.endpoint);
        let one = |signal: Signal| {
            let (option, endpoint) = match (&self.exact[signal as usize], self.protocol) {
                (Some(url), _) => (signal.option(), Endpoint::parse(signal.option(), url)?),
                #[cfg(feature = "grpc")]
                (None, Protocol::Grpc) => ("endpoint", base.clone()?),
                (None, _) => ("endpoint", signal.below(&base.clone()?)?),
            };
            #[cfg(feature = "grpc")]
            if self.protocol == Protocol::Grpc && endpoint.has_userinfo() {
                let problem = "has a user name, which gRPC does not send (use a header)";
                return Err(OtlpError::Endpoint { option, problem });
            }
            let _ = option;
            Ok(endpoint)
        };
        Ok([one(Signal::Traces)?, one(Signal::Logs)?, one(Signal::Metrics)?])
    }
}

/// Shows the names of headers and nothing of their values or of URLs.
impl fmt::Debug for Otlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Otlp")
            .field("name", &self.name)
            .field("protocol", &self.protocol)
            .field("endpoint", &Endpoint::parse("endpoint", &self.endpoint).ok())
            .field("headers", &headers)
            .field("compression", &self.compression)
            .field("timeout", &self.timeout)
            .field("signals", &self.signals)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

impl TryFrom<Otlp> for Box<dyn Destination> {
    type Error = OtlpError;

    fn try_from(otlp: Otlp) -> Result<Self, OtlpError> {
        Ok(Box::new(otlp.build()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http() -> Otlp {
        Otlp::http("http://localhost:4318")
    }

    #[test]
    fn each_problem_names_its_option() {
        for (otlp, said) in [
            (Otlp::http("localhost:4318"), "endpoint has no scheme"),
            (http().traces_endpoint("nowhere"), "traces_endpoint has no scheme"),
            (
                http().metrics_endpoint("ftp://h/"),
                "metrics_endpoint has a scheme",
            ),
            (http().timeout(Duration::ZERO), "timeout"),
            (http().header("a", "b").header("a b", "c"), "header 2"),
            (http().header("x-key", "line\nbreak"), "x-key"),
            (http().header("Content-Length", "7"), "content-length"),
        ] {
            let error = otlp.build().unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn no_form_of_it_shows_a_header_value_or_a_password() {
        let otlp = Otlp::http("http://me:secret@h:1/?key=secret").header("x-key", "secret");
        let bad = otlp.clone().header("x-other", "secret\nsecret");
        let built = otlp.clone().build().unwrap();
        for shown in [
            format!("{otlp:?}"),
            format!("{built:?}"),
            bad.clone().build().unwrap_err().to_string(),
            format!("{:?}", bad.build().unwrap_err()),
        ] {
            assert!(!shown.contains("secret"), "{shown}");
        }
    }

    #[test]
    fn an_exact_endpoint_is_left_as_it_is() {
        let endpoints = http().traces_endpoint("http://h/in?a=b").endpoints().unwrap();
        assert_eq!(endpoints[0].uri().to_string(), "http://h/in?a=b");
        assert_eq!(endpoints[1].to_string(), "http://localhost:4318/v1/logs");
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn https_without_the_feature_is_an_error_that_says_so() {
        let error = Otlp::http("https://h").build().unwrap_err();
        assert_eq!(error, OtlpError::NoTls { option: "endpoint" });
    }

    #[cfg(feature = "tls")]
    #[test]
    fn a_missing_certificate_is_named() {
        let error = http()
            .certificate("/nonexistent/ca.pem")
            .build()
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("certificate names /nonexistent/ca.pem, which cannot be read"),
            "{error}"
        );
    }

    #[cfg(feature = "grpc")]
    #[test]
    fn grpc_takes_the_base_as_it_is_and_no_user_name() {
        let endpoints = Otlp::grpc("http://h:4317").endpoints().unwrap();
        assert_eq!(endpoints[2].to_string(), "http://h:4317");
        assert!(Otlp::grpc("http://me:pass@h:4317").build().is_err());
    }
}
