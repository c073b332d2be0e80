//! `OTEL_EXPORTER_ZIPKIN_*`.

use super::env::{Env, Problem, Source};
use super::otlp::{Endpoint, url};
use std::time::Duration;

/// Where spans for a Zipkin go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ZipkinSettings {
    pub(crate) endpoint: Endpoint,
    /// Whether a variable names the endpoint: that alone asks for Zipkin where no exporter is named.
    pub(crate) is_named: bool,
    /// For one request; `None` is no limit.
    pub(crate) timeout: Option<Duration>,
}

pub(super) const ENDPOINT: &str = "OTEL_EXPORTER_ZIPKIN_ENDPOINT";
const DEFAULT: &str = "http://localhost:9411/api/v2/spans";

impl ZipkinSettings {
    pub(super) fn read(env: &mut Env<'_>) -> Self {
        let named = env.parsed(ENDPOINT, DEFAULT, |text| url(text, false, false));
        Self {
            is_named: named.is_some(),
            endpoint: Endpoint::new(named.unwrap_or_else(|| DEFAULT.into())),
            timeout: env.timeout("OTEL_EXPORTER_ZIPKIN_TIMEOUT", Duration::from_secs(10)),
        }
    }

    /// What these variables say where a program asks for a Zipkin itself; the first that cannot be used.
    pub(crate) fn from(source: &Source<'_>) -> Result<Self, Problem> {
        let mut env = Env::new(source);
        let settings = Self::read(&mut env);
        match env.into_problems().into_iter().find(|problem| problem.is_error) {
            Some(problem) => Err(problem),
            None => Ok(settings),
        }
    }
}
