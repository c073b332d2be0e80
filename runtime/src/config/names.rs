//! The names of all variables that are read, and those that look as if they were meant for us.

use super::env::Problem;
use super::legacy::WITHOUT_EFFECT;

/// Beginnings of variables that belong to OpenTelemetry for other languages, or to its operator.
const FOREIGN: &[&str] = &[
    "OTEL_CPP_",
    "OTEL_DENO",
    "OTEL_DOTNET_",
    "OTEL_GO_",
    "OTEL_INJECTOR_",
    "OTEL_INSTRUMENTATION_",
    "OTEL_JAVA",
    "OTEL_LOGS_",
    "OTEL_NODE_",
    "OTEL_PHP_",
    "OTEL_PYTHON_",
    "OTEL_RESOURCE_PROVIDERS_",
    "OTEL_RUBY_",
    "OTEL_SEMCONV_",
];

/// Every variable that is read and has an effect. Per signal, `*` stands for nothing and for each signal.
pub(super) const READ: &[&str] = &[
    "ENVIRONMENT",
    "JAEGER_AGENT_HOST",
    "JAEGER_AGENT_PORT",
    "JAEGER_ENDPOINT",
    "JAEGER_PASSWORD",
    "JAEGER_USER",
    "MAX_TRACES_PER_SECOND",
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_BLRP_EXPORT_TIMEOUT",
    "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE",
    "OTEL_BLRP_MAX_QUEUE_SIZE",
    "OTEL_BLRP_SCHEDULE_DELAY",
    "OTEL_BSP_EXPORT_TIMEOUT",
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
    "OTEL_BSP_MAX_QUEUE_SIZE",
    "OTEL_BSP_SCHEDULE_DELAY",
    "OTEL_ENABLED",
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_EXPORTER_ENDPOINT",
    "OTEL_EXPORTER_JAEGER_AGENT_HOST",
    "OTEL_EXPORTER_JAEGER_AGENT_PORT",
    "OTEL_EXPORTER_JAEGER_ENDPOINT",
    "OTEL_EXPORTER_JAEGER_PASSWORD",
    "OTEL_EXPORTER_JAEGER_TIMEOUT",
    "OTEL_EXPORTER_JAEGER_USER",
    "OTEL_EXPORTER_OTLP_*CERTIFICATE",
    "OTEL_EXPORTER_OTLP_*CLIENT_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_*CLIENT_KEY",
    "OTEL_EXPORTER_OTLP_*COMPRESSION",
    "OTEL_EXPORTER_OTLP_*ENDPOINT",
    "OTEL_EXPORTER_OTLP_*HEADERS",
    "OTEL_EXPORTER_OTLP_*INSECURE",
    "OTEL_EXPORTER_OTLP_*PROTOCOL",
    "OTEL_EXPORTER_OTLP_*TIMEOUT",
    "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
    "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
    "OTEL_EXPORTER_TYPE",
    "OTEL_EXPORTER_PROMETHEUS_HOST",
    "OTEL_EXPORTER_PROMETHEUS_PORT",
    "OTEL_EXPORTER_ZIPKIN_ENDPOINT",
    "OTEL_EXPORTER_ZIPKIN_TIMEOUT",
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_LOGS_EXPORTER",
    "OTEL_LOG_LEVEL",
    "OTEL_METRICS_EXPORTER",
    "OTEL_METRIC_EXPORT_INTERVAL",
    "OTEL_METRIC_EXPORT_TIMEOUT",
    "OTEL_PROPAGATORS",
    "OTEL_RESOURCE_ATTRIBUTES",
    "OTEL_SDK_DISABLED",
    "OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN",
    "OTEL_SEMCONV_STABILITY_OPT_IN",
    "OTEL_SERVICE_NAME",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
    "OTEL_TRACES_EXPORTER",
    "OTEL_TRACES_SAMPLER",
    "OTEL_TRACES_SAMPLER_ARG",
    "OTLP_API_KEY",
    "OTLP_AUTH_HEADER",
    "SPANWRIGHT_BACKTRACE",
    "SPANWRIGHT_CAPTURE",
    "SPANWRIGHT_DISABLED_DESTINATIONS",
    "SPANWRIGHT_EXPORT_ATTEMPTS",
    "SPANWRIGHT_HASH_KEY",
    "SPANWRIGHT_LEGACY_NAMES",
    "SPANWRIGHT_QUEUE_BYTES",
    "SPANWRIGHT_SELF_METRICS",
    "SPANWRIGHT_SPOOL_DIR",
    "SPANWRIGHT_SPOOL_KEY",
    "SPANWRIGHT_SPOOL_KEY_FILE",
    "SPANWRIGHT_SPOOL_MAX_AGE",
    "SPANWRIGHT_SPOOL_MAX_BYTES",
    "SPANWRIGHT_TRACE",
    "TRACE_SAMPLING_RATE",
];

/// Whether this variable is read, or known to have no effect.
pub(super) fn is_known(name: &str) -> bool {
    let read = |pattern: &&str| match pattern.split_once('*') {
        None => *pattern == name,
        Some((before, after)) => name
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(|signal| ["", "TRACES_", "LOGS_", "METRICS_"].contains(&signal)),
    };
    READ.iter().any(read) || WITHOUT_EFFECT.iter().any(|(known, _)| *known == name)
}

/// Kubernetes sets such names for each service near by; one is often called `otel-collector`.
fn is_service_link(name: &str) -> bool {
    name.ends_with("_PORT")
        || ["_PORT_", "_SERVICE_HOST", "_SERVICE_PORT"]
            .iter()
            .any(|part| name.contains(part))
}

/// A note for each name that begins like ours or OpenTelemetry's and means nothing to us, in order.
pub(super) fn unknown(names: impl Iterator<Item = String>) -> Vec<Problem> {
    let mut unknown: Vec<_> = names
        .filter(|name| name.starts_with("SPANWRIGHT_") || name.starts_with("OTEL_"))
        .filter(|name| {
            !is_known(name)
                && !is_service_link(name)
                && !FOREIGN.iter().any(|foreign| name.starts_with(foreign))
        })
        .collect();
    unknown.sort();
    unknown
        .into_iter()
        .map(|variable| Problem {
            variable,
            message: "is not a variable that Spanwright knows; it has no effect".to_owned(),
            is_error: false,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_meant_for_us_are_told() {
        let names = [
            "PATH",
            "OTEL_TRACE_SAMPLER",
            "OTEL_PYTHON_LOG_LEVEL",
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
            "OTEL_EXPORTER_OTLP_SPAN_HEADERS",
            "SPANWRIGHT_TRACES",
            "SPANWRIGHT_SERVICE_HOST",
            "OTEL_COLLECTOR_PORT_4317_TCP_ADDR",
            "JAEGER_ENDPOINT",
        ];
        let told: Vec<_> = unknown(names.iter().map(ToString::to_string))
            .into_iter()
            .map(|problem| problem.variable)
            .collect();
        assert_eq!(
            told,
            [
                "OTEL_EXPORTER_OTLP_SPAN_HEADERS",
                "OTEL_TRACE_SAMPLER",
                "SPANWRIGHT_TRACES"
            ]
        );
    }

    #[test]
    fn the_table_in_the_docs_names_every_variable() {
        let page = include_str!("../../../docs/environment.md");
        for name in READ
            .iter()
            .copied()
            .chain(WITHOUT_EFFECT.iter().map(|(name, _)| *name))
        {
            let name = name.replace('*', "");
            assert!(page.contains(&format!("`{name}`")), "{name} is missing");
        }
    }
}
