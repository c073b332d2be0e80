//! Traceloop: OTLP over HTTP with protobuf, a bearer token.

use super::variables::Variables;
use super::{Backend, BackendError};
use crate::destination::{Otlp, Profile, Signals};

const CLOUD: &str = "https://api.traceloop.com";

/// [Traceloop](https://www.traceloop.com), or anything that takes OpenLLMetry's traces over HTTP.
///
/// From the environment: `TRACELOOP_API_KEY`, or `TRACELOOP_BASE_URL` for a server of your own; also
/// `TRACELOOP_HEADERS`, which go before the key.
#[derive(Clone)]
#[must_use = "give it to the builder's `destination`"]
pub struct Traceloop {
    endpoint: String,
    api_key: Option<String>,
    headers: Vec<(String, String)>,
}

super::with_variables!(Traceloop);

impl Traceloop {
    /// A key of its cloud.
    pub fn new(api_key: impl Into<String>) -> Self {
        Self {
            endpoint: CLOUD.to_owned(),
            api_key: Some(api_key.into()),
            headers: Vec::new(),
        }
    }

    /// Another server, by its base URL.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = endpoint.into();
        self
    }
}

impl Backend for Traceloop {
    const NAME: &'static str = "traceloop";
    const VARIABLES: &'static [&'static str] =
        &["TRACELOOP_API_KEY", "TRACELOOP_BASE_URL", "TRACELOOP_HEADERS"];

    fn read(variables: &mut Variables<'_>) -> Result<Option<Self>, BackendError> {
        let api_key = variables.key("TRACELOOP_API_KEY")?;
        let endpoint = variables.url("TRACELOOP_BASE_URL")?;
        let headers = variables.headers("TRACELOOP_HEADERS")?;
        if api_key.is_none() && endpoint.is_none() && headers.is_empty() {
            return Ok(None);
        }
        if api_key.is_none()
            && headers.is_empty()
            && endpoint.as_deref().is_none_or(|url| url.starts_with(CLOUD))
        {
            return Err(variables.missing("TRACELOOP_API_KEY", "its cloud asks for one"));
        }
        Ok(Some(Self {
            endpoint: endpoint.unwrap_or_else(|| CLOUD.to_owned()),
            api_key,
            headers,
        }))
    }

    fn into_otlp(self) -> Otlp {
        let mut otlp = Otlp::http(self.endpoint)
            .named(Self::NAME)
            .signals(Signals::TRACES)
            .profile(Profile::Traceloop);
        if let Some(api_key) = self.api_key {
            otlp = otlp.header("authorization", format!("Bearer {api_key}"));
        }
        otlp.headers(self.headers)
    }
}
