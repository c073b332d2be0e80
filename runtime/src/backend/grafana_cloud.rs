//! Grafana Cloud: OTLP over HTTP with protobuf, `Basic` authorization; spans, logs and metrics.

use super::variables::Variables;
use super::{Backend, BackendError, basic};
use crate::destination::{Compression, Otlp};

/// [Grafana Cloud](https://grafana.com/products/cloud/): Tempo, Loki and Mimir behind one OTLP gateway.
///
/// From the environment, as Grafana's own examples name them: `GRAFANA_CLOUD_OTLP_ENDPOINT`,
/// `GRAFANA_CLOUD_INSTANCE_ID` and `GRAFANA_CLOUD_API_KEY`. A stack's page "OpenTelemetry" shows all three.
///
/// ```
/// use spanwright::backend::GrafanaCloud;
///
/// let grafana = GrafanaCloud::new("https://otlp-gateway-prod-eu-west-2.grafana.net/otlp", "123456", "glc_…");
/// # let _ = grafana;
/// ```
#[derive(Clone)]
#[must_use = "give it to the builder's `destination`"]
pub struct GrafanaCloud {
    endpoint: String,
    instance: String,
    token: String,
}

super::with_variables!(GrafanaCloud);

impl GrafanaCloud {
    /// The gateway's URL, which ends in `/otlp`, the stack's instance id, and a token that may write.
    pub fn new(endpoint: impl Into<String>, instance: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            instance: instance.into(),
            token: token.into(),
        }
    }
}

impl Backend for GrafanaCloud {
    const NAME: &'static str = "grafana-cloud";
    const VARIABLES: &'static [&'static str] = &[
        "GRAFANA_CLOUD_OTLP_ENDPOINT",
        "GRAFANA_CLOUD_INSTANCE_ID",
        "GRAFANA_CLOUD_API_KEY",
    ];

    fn read(variables: &mut Variables<'_>) -> Result<Option<Self>, BackendError> {
        const HINT: &str = "the stack's page `OpenTelemetry` shows it";
        let endpoint = variables.url("GRAFANA_CLOUD_OTLP_ENDPOINT")?;
        let instance = variables.key("GRAFANA_CLOUD_INSTANCE_ID")?;
        let token = variables.key("GRAFANA_CLOUD_API_KEY")?;
        if endpoint.is_none() && instance.is_none() {
            // The key alone is also that of Grafana's other tools.
            return Ok(None);
        }
        let missing = |variable| variables.missing(variable, HINT);
        let endpoint = endpoint.ok_or_else(|| missing("GRAFANA_CLOUD_OTLP_ENDPOINT"))?;
        let instance = instance.ok_or_else(|| missing("GRAFANA_CLOUD_INSTANCE_ID"))?;
        let token = token.ok_or_else(|| missing("GRAFANA_CLOUD_API_KEY"))?;
        Ok(Some(Self::new(endpoint, instance, token)))
    }

    fn into_otlp(self) -> Otlp {
        Otlp::http(self.endpoint)
            .named(Self::NAME)
            .header("authorization", basic(&self.instance, &self.token))
            .compression(Compression::Gzip)
    }
}
