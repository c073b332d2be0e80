//! `OTEL_EXPORTER_PROMETHEUS_*`.

use super::env::{Env, quoted};
use std::net::Ipv6Addr;

/// Where scrapes are answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PrometheusSettings {
    /// Host and port.
    pub(crate) address: String,
}

const HOST: &str = "OTEL_EXPORTER_PROMETHEUS_HOST";
const PORT: &str = "OTEL_EXPORTER_PROMETHEUS_PORT";

impl PrometheusSettings {
    /// Where they are not set: OpenTelemetry's own defaults.
    pub(super) fn read(env: &mut Env<'_>, is_named: bool) -> Self {
        for variable in [HOST, PORT] {
            if !is_named && env.is_set(variable) {
                env.note(
                    variable,
                    "has no effect: OTEL_METRICS_EXPORTER does not name prometheus",
                );
            }
        }
        let port = env.parsed(PORT, "9464", |text| {
            text.parse().map_err(|_| format!("{} is no port", quoted(text)))
        });
        let host = env.text(HOST).unwrap_or_else(|| "localhost".to_owned());
        let host = match host.parse::<Ipv6Addr>() {
            Ok(address) => format!("[{address}]"),
            Err(_) => host,
        };
        Self {
            address: format!("{host}:{}", port.unwrap_or(9464_u16)),
        }
    }
}
