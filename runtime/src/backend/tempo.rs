//! Grafana Tempo: OTLP over HTTP with protobuf, a header for the tenant. Spans alone.

use crate::destination::{Otlp, Signals};

/// [Grafana Tempo](https://grafana.com/oss/tempo/), hosted by yourself. It has no variables of its own: by the environment,
/// set `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://tempo:4318/v1/traces`, and for a tenant
/// `OTEL_EXPORTER_OTLP_TRACES_HEADERS=X-Scope-OrgID=team-a`.
///
/// ```
/// use spanwright::backend::Tempo;
///
/// let tempo = Tempo::new("http://tempo:4318").tenant("team-a");
/// # let _ = tempo;
/// ```
#[derive(Clone)]
#[must_use = "give it to the builder's `destination`"]
pub struct Tempo {
    endpoint: String,
    tenant: Option<String>,
}

super::destination!(Tempo, into_otlp);

impl Tempo {
    /// Tempo's receiver of OTLP over HTTP: `http://tempo:4318`.
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            tenant: None,
        }
    }

    /// Whose traces they are, where Tempo has several tenants; without it Tempo answers 401 there.
    pub fn tenant(mut self, id: impl Into<String>) -> Self {
        self.tenant = Some(id.into());
        self
    }

    fn into_otlp(self) -> Otlp {
        let otlp = Otlp::http(self.endpoint).named("tempo").signals(Signals::TRACES);
        match self.tenant {
            Some(tenant) => otlp.header("x-scope-orgid", tenant),
            None => otlp,
        }
    }
}
