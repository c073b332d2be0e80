//! Variables of the machine that tests run on, which must not reach the programs they start.

/// Beginnings of the names that configure telemetry: ours, OpenTelemetry's, and those of the backends by name.
const CONFIGURE: [&str; 14] = [
    "OTEL_",
    "SPANWRIGHT_",
    "RUST_",
    "LANGFUSE_",
    "LANGWATCH_",
    "OPIK_",
    "PHOENIX_",
    "TRACELOOP_",
    "LOGFIRE_",
    "BRAINTRUST_",
    "DD_",
    "HONEYCOMB_",
    "GRAFANA_CLOUD_",
    "MLFLOW_",
];

/// Whether a variable of this name would send a test's spans elsewhere, or make it say other things.
pub fn configures_telemetry(name: &str) -> bool {
    CONFIGURE.iter().any(|start| name.starts_with(start))
}
