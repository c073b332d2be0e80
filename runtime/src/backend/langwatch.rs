//! LangWatch: OTLP over HTTP with protobuf, a bearer token, requests of up to 10 MiB.

use super::variables::Variables;
use super::{Backend, BackendError, below};
use crate::destination::{Compression, Otlp, Profile, Signals};
use std::time::Duration;

/// [LangWatch](https://langwatch.ai), in its cloud or hosted by yourself.
///
/// From the environment: `LANGWATCH_API_KEY`; also `LANGWATCH_ENDPOINT` and, for keys that are not of one project,
/// `LANGWATCH_PROJECT_ID`.
#[derive(Clone)]
#[must_use = "give it to the builder's `destination`"]
pub struct LangWatch {
    api_key: String,
    endpoint: String,
    project: Option<String>,
}

super::with_variables!(LangWatch);

impl LangWatch {
    /// A project's key; its cloud.
    pub fn new(api_key: impl Into<String>) -> Self {
        Self {
            api_key: api_key.into(),
            endpoint: "https://app.langwatch.ai".to_owned(),
            project: None,
        }
    }

    /// A server of your own: `http://localhost:5560`.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = endpoint.into();
        self
    }

    /// The project's id, for keys that are not of one project.
    pub fn project(mut self, id: impl Into<String>) -> Self {
        self.project = Some(id.into());
        self
    }
}

impl Backend for LangWatch {
    const NAME: &'static str = "langwatch";
    const VARIABLES: &'static [&'static str] =
        &["LANGWATCH_API_KEY", "LANGWATCH_ENDPOINT", "LANGWATCH_PROJECT_ID"];

    fn read(variables: &mut Variables<'_>) -> Result<Option<Self>, BackendError> {
        let api_key = variables.key("LANGWATCH_API_KEY")?;
        let endpoint = variables.url("LANGWATCH_ENDPOINT")?;
        if api_key.is_none() && endpoint.is_none() {
            return Ok(None);
        }
        let api_key =
            api_key.ok_or_else(|| variables.missing("LANGWATCH_API_KEY", "a project's settings show it"))?;
        let mut langwatch = Self::new(api_key);
        langwatch.project = variables.key("LANGWATCH_PROJECT_ID")?;
        if let Some(endpoint) = endpoint {
            langwatch.endpoint = endpoint;
        }
        Ok(Some(langwatch))
    }

    fn into_otlp(self) -> Otlp {
        let otlp = Otlp::http(below(&self.endpoint, "/api/otel"))
            .named(Self::NAME)
            .header("authorization", format!("Bearer {}", self.api_key))
            .compression(Compression::Gzip)
            .timeout(Duration::from_secs(30))
            .signals(Signals::TRACES)
            .profile(Profile::LangWatch);
        match self.project {
            Some(project) => otlp.header("x-project-id", project),
            None => otlp,
        }
    }
}
