//! Datadog's LLM Observability: OTLP over HTTP with protobuf, straight to its intake. No gRPC; spans alone.

use super::variables::Variables;
use super::{Backend, BackendError};
use crate::destination::{Otlp, Profile, Signals};

/// [Datadog's LLM Observability](https://docs.datadoghq.com/llm_observability), without an agent. What it calls the ML
/// application is the service's name. Spans are seen after three to five minutes.
///
/// From the environment: `DD_LLMOBS_ENABLED=1` and `DD_API_KEY`; also `DD_SITE`. `DD_API_KEY` alone sends nothing: where
/// an agent runs it is often set.
#[derive(Clone)]
#[must_use = "give it to the builder's `destination`"]
pub struct Datadog {
    api_key: String,
    endpoint: String,
}

super::with_variables!(Datadog);

impl Datadog {
    /// A key of the site `datadoghq.com`.
    pub fn new(api_key: impl Into<String>) -> Self {
        Self {
            api_key: api_key.into(),
            endpoint: String::new(),
        }
        .site("datadoghq.com")
    }

    /// Another site: `us3.datadoghq.com`, `datadoghq.eu`, …
    pub fn site(mut self, site: &str) -> Self {
        self.endpoint = format!("https://otlp.{site}");
        self
    }

    /// Another server, by its base URL.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = endpoint.into();
        self
    }
}

impl Backend for Datadog {
    const NAME: &'static str = "datadog";
    const VARIABLES: &'static [&'static str] =
        &["DD_LLMOBS_ENABLED", "DD_API_KEY", "DD_SITE", "DD_LLMOBS_ML_APP"];

    fn read(variables: &mut Variables<'_>) -> Result<Option<Self>, BackendError> {
        if variables.boolean("DD_LLMOBS_ENABLED")? != Some(true) {
            return Ok(None);
        }
        let hint = "DD_LLMOBS_ENABLED asks for it";
        let api_key = variables
            .key("DD_API_KEY")?
            .ok_or_else(|| variables.missing("DD_API_KEY", hint))?;
        if variables.text("DD_LLMOBS_ML_APP")?.is_some() {
            variables.note(
                "DD_LLMOBS_ML_APP",
                "has no effect: over OTLP the application is the service's name; set OTEL_SERVICE_NAME",
            );
        }
        let datadog = Self::new(api_key);
        let Some(site) = variables.text("DD_SITE")? else {
            return Ok(Some(datadog));
        };
        let is_host = site
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
        if !is_host {
            return Err(variables.unusable("DD_SITE", "is no site such as datadoghq.eu"));
        }
        Ok(Some(datadog.site(&site)))
    }

    fn into_otlp(self) -> Otlp {
        Otlp::http(self.endpoint)
            .named(Self::NAME)
            .header("dd-api-key", self.api_key)
            .header("dd-otlp-source", "llmobs")
            .signals(Signals::TRACES)
            .profile(Profile::Datadog)
    }
}
