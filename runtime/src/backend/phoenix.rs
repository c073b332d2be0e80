//! Arize Phoenix: OTLP over HTTP with protobuf alone (JSON is answered with 415), a bearer token. No logs, no metrics.

use super::variables::Variables;
use super::{Backend, BackendError};
use crate::destination::{Otlp, Profile, Signals};

/// [Arize Phoenix](https://phoenix.arize.com), on your machine or in its cloud (15.5 or later for projects).
///
/// From the environment: `PHOENIX_COLLECTOR_ENDPOINT`; also `PHOENIX_API_KEY`, `PHOENIX_PROJECT_NAME` (or
/// `PHOENIX_PROJECT`) and `PHOENIX_CLIENT_HEADERS`.
#[derive(Clone)]
#[must_use = "give it to the builder's `destination`"]
pub struct Phoenix {
    endpoint: String,
    api_key: Option<String>,
    project: Option<String>,
    headers: Vec<(String, String)>,
}

super::with_variables!(Phoenix);

impl Phoenix {
    /// A server by its base URL: `http://localhost:6006`.
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            api_key: None,
            project: None,
            headers: Vec::new(),
        }
    }

    /// Its key, where it asks for one.
    pub fn api_key(mut self, api_key: impl Into<String>) -> Self {
        self.api_key = Some(api_key.into());
        self
    }

    /// The project that traces go to; `default` unless set.
    pub fn project(mut self, name: impl Into<String>) -> Self {
        self.project = Some(name.into());
        self
    }
}

impl Backend for Phoenix {
    const NAME: &'static str = "phoenix";
    const VARIABLES: &'static [&'static str] = &[
        "PHOENIX_COLLECTOR_ENDPOINT",
        "PHOENIX_API_KEY",
        "PHOENIX_PROJECT_NAME",
        "PHOENIX_PROJECT",
        "PHOENIX_CLIENT_HEADERS",
    ];

    fn read(variables: &mut Variables<'_>) -> Result<Option<Self>, BackendError> {
        let endpoint = variables.url("PHOENIX_COLLECTOR_ENDPOINT")?;
        let api_key = variables.key("PHOENIX_API_KEY")?;
        let Some(endpoint) = endpoint else {
            let hint = "set it to the server's URL, such as http://localhost:6006";
            let missing = variables.missing("PHOENIX_COLLECTOR_ENDPOINT", hint);
            return api_key.map_or(Ok(None), |_| Err(missing));
        };
        let project = variables.key("PHOENIX_PROJECT_NAME")?;
        Ok(Some(Self {
            // Some write the whole URL.
            endpoint: endpoint
                .trim_end_matches('/')
                .trim_end_matches("/v1/traces")
                .to_owned(),
            api_key,
            project: project.map_or_else(|| variables.key("PHOENIX_PROJECT"), |name| Ok(Some(name)))?,
            headers: variables.headers("PHOENIX_CLIENT_HEADERS")?,
        }))
    }

    fn into_otlp(self) -> Otlp {
        let mut otlp = Otlp::http(self.endpoint)
            .named(Self::NAME)
            .headers(self.headers)
            .signals(Signals::TRACES)
            .profile(Profile::OpenInference);
        if let Some(api_key) = self.api_key {
            otlp = otlp.header("authorization", format!("Bearer {api_key}"));
        }
        if let Some(project) = self.project {
            otlp = otlp.header("x-project-name", project);
        }
        otlp
    }
}
