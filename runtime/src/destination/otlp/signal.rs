//! What a signal is called in OTLP's paths, methods and options.

use crate::destination::http::{Endpoint, SettingsError};
pub(super) use crate::record::Signal;

impl Signal {
    /// The word in messages and in the path after `v1/`.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Logs => "logs",
            Self::Metrics => "metrics",
        }
    }

    /// The gRPC method's path.
    #[cfg(feature = "grpc")]
    pub(super) const fn method(self) -> &'static str {
        match self {
            Self::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            Self::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
            Self::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        }
    }

    /// The builder's option for this signal's own endpoint.
    pub(super) const fn option(self) -> &'static str {
        match self {
            Self::Traces => "traces_endpoint",
            Self::Logs => "logs_endpoint",
            Self::Metrics => "metrics_endpoint",
        }
    }

    /// A base endpoint with `v1/<signal>` appended to its path.
    pub(super) fn below(self, base: &Endpoint) -> Result<Endpoint, SettingsError> {
        base.below(&format!("v1/{}", self.as_str()))
    }
}
