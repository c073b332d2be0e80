//! MLflow: OTLP over HTTP with protobuf, the experiment in a header. No logs, no metrics.

use super::variables::Variables;
use super::{Backend, BackendError, basic};
use crate::destination::{Otlp, Signals};

/// [MLflow](https://mlflow.org)'s tracking server (3.6 or later, on a database), which reads OpenTelemetry's
/// conventions as they are.
///
/// From the environment: `MLFLOW_TRACKING_URI` (of `http` or `https`) and `MLFLOW_EXPERIMENT_ID`; also
/// `MLFLOW_TRACKING_TOKEN`, or `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`.
#[derive(Clone)]
#[must_use = "give it to the builder's `destination`"]
pub struct MlFlow {
    endpoint: String,
    experiment: String,
    authorization: Option<String>,
}

super::with_variables!(MlFlow);

impl MlFlow {
    /// A server by its base URL, such as `http://localhost:5000`, and an experiment's id.
    pub fn new(endpoint: impl Into<String>, experiment: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            experiment: experiment.into(),
            authorization: None,
        }
    }

    /// A bearer token.
    pub fn token(mut self, token: &str) -> Self {
        self.authorization = Some(format!("Bearer {token}"));
        self
    }

    /// A user and a password.
    pub fn user(mut self, name: &str, password: &str) -> Self {
        self.authorization = Some(basic(name, password));
        self
    }
}

impl Backend for MlFlow {
    const NAME: &'static str = "mlflow";
    const VARIABLES: &'static [&'static str] = &[
        "MLFLOW_TRACKING_URI",
        "MLFLOW_EXPERIMENT_ID",
        "MLFLOW_TRACKING_TOKEN",
        "MLFLOW_TRACKING_USERNAME",
        "MLFLOW_TRACKING_PASSWORD",
    ];

    fn read(variables: &mut Variables<'_>) -> Result<Option<Self>, BackendError> {
        // Files and databases are for programs of MLflow's own.
        let is_server = |uri: &String| uri.starts_with("http://") || uri.starts_with("https://");
        if !variables
            .text("MLFLOW_TRACKING_URI")?
            .as_ref()
            .is_some_and(is_server)
        {
            return Ok(None);
        }
        let Some(endpoint) = variables.url("MLFLOW_TRACKING_URI")? else {
            return Ok(None);
        };
        let hint = "set it to the id of the experiment that traces belong to";
        let experiment = variables
            .key("MLFLOW_EXPERIMENT_ID")?
            .ok_or_else(|| variables.missing("MLFLOW_EXPERIMENT_ID", hint))?;
        let mlflow = Self::new(endpoint, experiment);
        if let Some(token) = variables.key("MLFLOW_TRACKING_TOKEN")? {
            return Ok(Some(mlflow.token(&token)));
        }
        let user = variables.text("MLFLOW_TRACKING_USERNAME")?;
        let password = variables.text("MLFLOW_TRACKING_PASSWORD")?;
        Ok(Some(match (user, password) {
            (Some(user), password) => mlflow.user(&user, &password.unwrap_or_default()),
            (None, _) => mlflow,
        }))
    }

    fn into_otlp(self) -> Otlp {
        let otlp = Otlp::http(self.endpoint)
            .named(Self::NAME)
            .header("x-mlflow-experiment-id", self.experiment)
            .signals(Signals::TRACES);
        match self.authorization {
            Some(authorization) => otlp.header("authorization", authorization),
            None => otlp,
        }
    }
}
