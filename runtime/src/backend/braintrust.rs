//! Braintrust: OTLP over HTTP with protobuf, a bearer token, and where the traces belong. No logs, no metrics.

use super::variables::Variables;
use super::{Backend, BackendError, below};
use crate::destination::{Otlp, Profile, Signals};

/// [Braintrust](https://www.braintrust.dev), in its cloud or on a data plane of your own.
///
/// From the environment: `BRAINTRUST_API_KEY` and `BRAINTRUST_PARENT`; also `BRAINTRUST_API_URL`.
///
/// ```
/// use spanwright::backend::Braintrust;
///
/// let braintrust = Braintrust::new("key", "project_name:checkout");
/// # let _ = braintrust;
/// ```
#[derive(Clone)]
#[must_use = "give it to the builder's `destination`"]
pub struct Braintrust {
    api_key: String,
    parent: String,
    endpoint: String,
}

super::with_variables!(Braintrust);

impl Braintrust {
    /// A key, and where traces belong: `project_name:…`, `project_id:…` or `experiment_id:…`.
    pub fn new(api_key: impl Into<String>, parent: impl Into<String>) -> Self {
        Self {
            api_key: api_key.into(),
            parent: parent.into(),
            endpoint: "https://api.braintrust.dev".to_owned(),
        }
    }

    /// The URL of the API: `https://api-eu.braintrust.dev`, or a data plane of your own.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = endpoint.into();
        self
    }
}

impl Backend for Braintrust {
    const NAME: &'static str = "braintrust";
    const VARIABLES: &'static [&'static str] =
        &["BRAINTRUST_API_KEY", "BRAINTRUST_PARENT", "BRAINTRUST_API_URL"];

    fn read(variables: &mut Variables<'_>) -> Result<Option<Self>, BackendError> {
        let api_key = variables.key("BRAINTRUST_API_KEY")?;
        let parent = variables.key("BRAINTRUST_PARENT")?;
        if api_key.is_none() && parent.is_none() {
            return Ok(None);
        }
        let api_key = api_key.ok_or_else(|| {
            variables.missing("BRAINTRUST_API_KEY", "the organisation's settings make keys")
        })?;
        let hint = "set it to where traces belong, such as project_name:checkout";
        let parent = parent.ok_or_else(|| variables.missing("BRAINTRUST_PARENT", hint))?;
        let known = ["project_name:", "project_id:", "experiment_id:"];
        if !known.iter().any(|kind| parent.starts_with(kind)) {
            let problem = "is none of project_name:…, project_id:… and experiment_id:…";
            return Err(variables.unusable("BRAINTRUST_PARENT", problem));
        }
        let braintrust = Self::new(api_key, parent);
        Ok(Some(match variables.url("BRAINTRUST_API_URL")? {
            Some(endpoint) => braintrust.endpoint(endpoint),
            None => braintrust,
        }))
    }

    fn into_otlp(self) -> Otlp {
        Otlp::http(below(&self.endpoint, "/otel"))
            .named(Self::NAME)
            .header("authorization", format!("Bearer {}", self.api_key))
            .header("x-bt-parent", self.parent)
            .signals(Signals::TRACES)
            .profile(Profile::Braintrust)
    }
}
