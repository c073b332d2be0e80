//! Honeycomb: OTLP over HTTP with protobuf, a key in a header of its own; spans, logs and metrics.

use super::variables::Variables;
use super::{Backend, BackendError};
use crate::destination::{Compression, Otlp};

/// [Honeycomb](https://www.honeycomb.io), which reads OpenTelemetry's conventions as they are. Spans and logs go to the
/// dataset that is named as the service is.
///
/// From the environment: `HONEYCOMB_API_KEY`; also `HONEYCOMB_API_ENDPOINT`, and `HONEYCOMB_DATASET` for metrics and
/// for classic keys.
#[derive(Clone)]
#[must_use = "give it to the builder's `destination`"]
pub struct Honeycomb {
    api_key: String,
    endpoint: String,
    dataset: Option<String>,
}

super::with_variables!(Honeycomb);

impl Honeycomb {
    /// An ingest key of the American instance.
    pub fn new(api_key: impl Into<String>) -> Self {
        Self {
            api_key: api_key.into(),
            endpoint: "https://api.honeycomb.io".to_owned(),
            dataset: None,
        }
    }

    /// Another instance, or a Refinery: `https://api.eu1.honeycomb.io`.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = endpoint.into();
        self
    }

    /// The dataset of metrics (`unknown_metrics` unless set) and, with classic keys, of spans.
    pub fn dataset(mut self, name: impl Into<String>) -> Self {
        self.dataset = Some(name.into());
        self
    }
}

/// A key of the time before environments: 32 hexadecimal digits, or an ingest key that says so.
fn is_classic(key: &str) -> bool {
    (key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || (key.starts_with("hc") && key.get(3..6) == Some("ic_"))
}

impl Backend for Honeycomb {
    const NAME: &'static str = "honeycomb";
    const VARIABLES: &'static [&'static str] =
        &["HONEYCOMB_API_KEY", "HONEYCOMB_API_ENDPOINT", "HONEYCOMB_DATASET"];

    fn read(variables: &mut Variables<'_>) -> Result<Option<Self>, BackendError> {
        let api_key = variables.key("HONEYCOMB_API_KEY")?;
        let endpoint = variables.url("HONEYCOMB_API_ENDPOINT")?;
        let dataset = variables.key("HONEYCOMB_DATASET")?;
        let Some(api_key) = api_key else {
            let asked = endpoint.is_some() || dataset.is_some();
            let missing =
                variables.missing("HONEYCOMB_API_KEY", "an environment's settings make ingest keys");
            return if asked { Err(missing) } else { Ok(None) };
        };
        if is_classic(&api_key) && dataset.is_none() {
            return Err(variables.missing("HONEYCOMB_DATASET", "a classic key needs one"));
        }
        let mut honeycomb = Self::new(api_key);
        honeycomb.dataset = dataset;
        Ok(Some(match endpoint {
            Some(endpoint) => honeycomb.endpoint(endpoint),
            None => honeycomb,
        }))
    }

    fn into_otlp(self) -> Otlp {
        let otlp = Otlp::http(self.endpoint)
            .named(Self::NAME)
            .header("x-honeycomb-team", self.api_key)
            .compression(Compression::Gzip);
        match self.dataset {
            Some(dataset) => otlp.header("x-honeycomb-dataset", dataset),
            None => otlp,
        }
    }
}
