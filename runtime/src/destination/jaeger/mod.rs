//! Jaeger: OTLP to those of today, Thrift to those before them.
//!
//! [`Jaeger`] builds the destination; [`jaeger_route`](super::jaeger_route) says which protocol an endpoint takes.

use super::http::{PostOptions, SettingsError};
use super::jaeger_route::Route;
use super::otlp::Otlp;
#[cfg(feature = "jaeger-thrift")]
use super::thrift::{Agent, AgentOptions, ThriftOverHttp};
use super::{Destination, IntoDestination, Signals, json};
use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A Jaeger: spans alone, by OTLP, or with the feature `jaeger-thrift` by Jaeger's own Thrift.
///
/// ```
/// use spanwright::destination::Jaeger;
///
/// let here = Jaeger::new().build()?; // OTLP over HTTP to localhost:4318
/// let there = Jaeger::new().endpoint("http://jaeger:4318").build()?;
/// # Ok::<(), spanwright::destination::SettingsError>(())
/// ```
///
/// Jaeger takes OTLP since 1.35 (May 2022), and that loses nothing. See `docs/backends/jaeger.md`.
#[derive(Clone)]
#[must_use = "build it, or give it to the builder's `destination`"]
pub struct Jaeger {
    options: PostOptions,
    agent: Option<(String, u16)>,
}

impl Default for Jaeger {
    fn default() -> Self {
        Self::new()
    }
}

impl Jaeger {
    /// Where a Jaeger on this machine takes OTLP over HTTP.
    pub const DEFAULT_ENDPOINT: &'static str = "http://localhost:4318";

    /// A Jaeger on this machine, by OTLP over HTTP.
    pub fn new() -> Self {
        Self {
            options: PostOptions::new("jaeger", Self::DEFAULT_ENDPOINT.into()),
            agent: None,
        }
    }

    /// Sends to this URL. Its path or its port says how:
    ///
    /// | path or port | protocol |
    /// |---|---|
    /// | `…/v1/traces`, port 4318, any other | OTLP over HTTP |
    /// | port 4317 | OTLP over gRPC; needs the feature `grpc` |
    /// | `…/api/traces`, port 14268 | Thrift over HTTP; needs the feature `jaeger-thrift` |
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.options.endpoint = url.into();
        self.agent = None;
        self
    }

    /// Sends to an agent of old, by Thrift over UDP: in the binary encoding to port 6832, else in the compact one.
    ///
    /// UDP answers nothing, so what is lost on the way is counted as delivered. A span of more than 65,000 bytes cannot go.
    #[cfg(feature = "jaeger-thrift")]
    pub fn agent(mut self, host: impl Into<String>, port: u16) -> Self {
        self.agent = Some((host.into(), port));
        self
    }

    /// Sends this user and password with each request (HTTP's "Basic").
    pub fn login(self, user: &str, password: &str) -> Self {
        let encoded = json::base64_text(format!("{user}:{password}").as_bytes());
        self.header("authorization", format!("Basic {encoded}"))
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

    /// The name in reports and messages; `jaeger` unless set. Two destinations of one pipeline want two names.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.options.name = name.into();
        self
    }

    /// Checks everything and builds the destination. Connects to nothing yet.
    ///
    /// # Errors
    /// The first option that cannot be used, or the feature that the endpoint needs.
    pub fn build(self) -> Result<Box<dyn Destination>, SettingsError> {
        #[cfg(feature = "jaeger-thrift")]
        if let Some((host, port)) = self.agent {
            let name = self.options.name;
            return Ok(Box::new(Agent::new(AgentOptions { name, host, port })));
        }
        let otlp = match Route::of_url(self.options.endpoint.trim()) {
            #[cfg(feature = "jaeger-thrift")]
            Some(Route::ThriftHttp) => return Ok(Box::new(self.options.build::<ThriftOverHttp>()?)),
            #[cfg(not(feature = "jaeger-thrift"))]
            Some(Route::ThriftHttp) => {
                return Err(lacks("jaeger-thrift", "port 4318, which takes OTLP over HTTP"));
            }
            #[cfg(feature = "grpc")]
            Some(Route::OtlpGrpc) => Otlp::grpc(&self.options.endpoint),
            #[cfg(not(feature = "grpc"))]
            Some(Route::OtlpGrpc) => return Err(lacks("grpc", "port 4318, which takes OTLP over HTTP")),
            Some(Route::ModelGrpc) => {
                return Err(SettingsError::Endpoint {
                    option: "endpoint",
                    problem: "has the port of Jaeger's own gRPC, which is not spoken (use 4318, which takes OTLP)",
                });
            }
            Some(Route::OtlpHttp) | None => over_http(&self.options.endpoint),
        };
        Ok(Box::new(self.options.otlp(otlp).build()?))
    }
}

/// A base, unless it is the whole URL already.
fn over_http(endpoint: &str) -> Otlp {
    let otlp = Otlp::http(endpoint);
    let path = endpoint.trim().split(['?', '#']).next().unwrap_or_default();
    if path.trim_end_matches('/').ends_with("/v1/traces") {
        otlp.traces_endpoint(endpoint)
    } else {
        otlp
    }
}

#[cfg(not(all(feature = "grpc", feature = "jaeger-thrift")))]
fn lacks(feature: &'static str, port: &'static str) -> SettingsError {
    SettingsError::Feature {
        option: "endpoint",
        feature,
        instead: port,
    }
}

impl PostOptions {
    fn otlp(self, otlp: Otlp) -> Otlp {
        let otlp = otlp
            .named(self.name)
            .headers(self.headers)
            .timeout(self.timeout)
            .signals(Signals::TRACES);
        let otlp = match self.certificate {
            Some(path) => otlp.certificate(path),
            None => otlp,
        };
        match self.client {
            Some((certificate, key)) => otlp.client_certificate(certificate, key),
            None => otlp,
        }
    }
}

/// Shows no header's value and nothing secret of the URL.
impl fmt::Debug for Jaeger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jaeger")
            .field("options", &self.options)
            .field("agent", &self.agent)
            .finish()
    }
}

impl IntoDestination for Jaeger {
    fn into_destination(self) -> Result<Box<dyn Destination>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(self.build()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(jaeger: Jaeger) -> String {
        match jaeger.build() {
            Ok(destination) => destination.describe(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_endpoint_says_which_protocol() {
        let described = |url: &str| described(Jaeger::new().endpoint(url));
        let begins = |url: &str, expected: &str| {
            let text = described(url);
            assert!(text.starts_with(expected), "{text}");
        };
        begins(
            "http://127.0.0.1:1",
            "jaeger http/protobuf http://127.0.0.1:1/v1/traces (",
        );
        begins(
            "http://127.0.0.1:1/v1/traces",
            "jaeger http/protobuf http://127.0.0.1:1/v1/traces (",
        );
        begins("127.0.0.1:1", "the option endpoint has no scheme");
        begins(
            "http://127.0.0.1:14250",
            "the option endpoint has the port of Jaeger's own gRPC",
        );
        if cfg!(feature = "jaeger-thrift") {
            begins(
                "http://127.0.0.1:14268",
                "jaeger http/thrift.binary http://127.0.0.1:14268/api/traces (",
            );
        } else {
            begins(
                "http://127.0.0.1:14268",
                "the option endpoint needs the feature `jaeger-thrift` of spanwright",
            );
        }
        if cfg!(feature = "grpc") {
            begins("http://127.0.0.1:4317", "jaeger grpc http://127.0.0.1:4317 (");
        } else {
            begins(
                "http://127.0.0.1:4317",
                "the option endpoint needs the feature `grpc` of spanwright",
            );
        }
    }

    #[test]
    fn no_form_of_it_shows_a_password() {
        let jaeger = Jaeger::new()
            .endpoint("http://me:secret@h:14268/?secret")
            .login("me", "secret");
        let shown = format!("{jaeger:?}");
        assert!(
            !shown.contains("secret") && shown.contains("authorization"),
            "{shown}"
        );
        assert_eq!(jaeger.options.headers[0].1, "Basic bWU6c2VjcmV0");
    }

    #[cfg(feature = "jaeger-thrift")]
    #[test]
    fn an_agents_port_says_which_encoding() {
        assert!(described(Jaeger::new().agent("h", 6831)).starts_with("jaeger udp/thrift.compact h:6831 ("));
        assert!(described(Jaeger::new().agent("h", 6832)).starts_with("jaeger udp/thrift.binary h:6832 ("));
    }
}
