//! Pydantic Logfire: OTLP over HTTP with protobuf, the bare token as authorization; spans, logs and metrics. No gRPC.

use super::variables::Variables;
use super::{Backend, BackendError};
use crate::destination::{Compression, Otlp};

/// [Pydantic Logfire](https://pydantic.dev/logfire), which reads OpenTelemetry's conventions as they are.
///
/// From the environment: `LOGFIRE_TOKEN`, a write token; also `LOGFIRE_BASE_URL`.
#[derive(Clone)]
#[must_use = "give it to the builder's `destination`"]
pub struct Logfire {
    token: String,
    endpoint: String,
}

super::with_variables!(Logfire);

impl Logfire {
    /// A write token, which says by itself whether it is of the American or the European region.
    pub fn new(token: impl Into<String>) -> Self {
        let token = token.into();
        // pylf_v1_eu_…
        let region = match token.split('_').nth(2) {
            Some("eu") => "eu",
            _ => "us",
        };
        Self {
            endpoint: format!("https://logfire-{region}.pydantic.dev"),
            token,
        }
    }

    /// A server of your own.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = endpoint.into();
        self
    }
}

impl Backend for Logfire {
    const NAME: &'static str = "logfire";
    const VARIABLES: &'static [&'static str] = &["LOGFIRE_TOKEN", "LOGFIRE_BASE_URL"];

    fn read(variables: &mut Variables<'_>) -> Result<Option<Self>, BackendError> {
        let endpoint = variables.url("LOGFIRE_BASE_URL")?;
        match (variables.key("LOGFIRE_TOKEN")?, endpoint) {
            (None, None) => Ok(None),
            (None, Some(_)) => {
                Err(variables.missing("LOGFIRE_TOKEN", "a project's settings make write tokens"))
            }
            (Some(token), None) => Ok(Some(Self::new(token))),
            (Some(token), Some(endpoint)) => Ok(Some(Self::new(token).endpoint(endpoint))),
        }
    }

    fn into_otlp(self) -> Otlp {
        Otlp::http(self.endpoint)
            .named(Self::NAME)
            // Without `Bearer`.
            .header("authorization", self.token)
            .compression(Compression::Gzip)
    }
}
