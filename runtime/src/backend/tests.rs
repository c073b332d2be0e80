use super::*;
use std::ffi::OsString;

/// What the backend of this name makes of these variables: the names of what is sent, or why nothing is.
fn read(name: &str, set: &[(&str, &str)]) -> (Result<Option<Otlp>, String>, Vec<String>) {
    let known = KNOWN.iter().find(|known| known.name == name).unwrap();
    let source = |name: &str| {
        let found = set.iter().find(|(own, _)| *own == name)?;
        Some(OsString::from(found.1))
    };
    let Reading { found, notes } = (known.read)(&source);
    (found.map_err(|error| error.to_string()), notes)
}

/// Where spans go with these variables.
#[track_caller]
fn url(name: &str, set: &[(&str, &str)]) -> String {
    let (found, notes) = read(name, set);
    assert!(notes.is_empty(), "{notes:?}");
    let otlp = found.unwrap().expect("the variables ask for it");
    assert!(
        format!("{otlp:?}").contains(&format!("name: \"{name}\"")),
        "{otlp:?}"
    );
    // Not all builds have TLS.
    otlp.traces_url().unwrap_or_else(|error| error.to_string())
}

#[test]
fn nothing_set_asks_for_nothing() {
    for known in &KNOWN {
        let all_empty: Vec<_> = known.variables.iter().map(|name| (*name, " ")).collect();
        for set in [&[][..], &all_empty] {
            let (found, notes) = read(known.name, set);
            assert!(matches!(found, Ok(None)), "{}: {found:?}", known.name);
            assert!(notes.is_empty());
        }
    }
}

#[cfg(feature = "tls")]
#[test]
fn each_goes_to_its_cloud() {
    for (name, set, expected) in [
        (
            "langfuse",
            &[("LANGFUSE_PUBLIC_KEY", "p"), ("LANGFUSE_SECRET_KEY", "s")][..],
            "https://cloud.langfuse.com/api/public/otel/v1/traces",
        ),
        (
            "langwatch",
            &[("LANGWATCH_API_KEY", "k")],
            "https://app.langwatch.ai/api/otel/v1/traces",
        ),
        (
            "opik",
            &[("OPIK_API_KEY", "k")],
            "https://www.comet.com/opik/api/v1/private/otel/v1/traces",
        ),
        (
            "traceloop",
            &[("TRACELOOP_API_KEY", "k")],
            "https://api.traceloop.com/v1/traces",
        ),
        (
            "logfire",
            &[("LOGFIRE_TOKEN", "pylf_v1_us_abc")],
            "https://logfire-us.pydantic.dev/v1/traces",
        ),
        (
            "logfire",
            &[("LOGFIRE_TOKEN", "pylf_v1_eu_abc")],
            "https://logfire-eu.pydantic.dev/v1/traces",
        ),
        (
            "braintrust",
            &[
                ("BRAINTRUST_API_KEY", "k"),
                ("BRAINTRUST_PARENT", "project_name:p"),
            ],
            "https://api.braintrust.dev/otel/v1/traces",
        ),
        (
            "datadog",
            &[("DD_LLMOBS_ENABLED", "1"), ("DD_API_KEY", "k")],
            "https://otlp.datadoghq.com/v1/traces",
        ),
        (
            "datadog",
            &[
                ("DD_LLMOBS_ENABLED", "true"),
                ("DD_API_KEY", "k"),
                ("DD_SITE", "us3.datadoghq.com"),
            ],
            "https://otlp.us3.datadoghq.com/v1/traces",
        ),
        (
            "honeycomb",
            &[("HONEYCOMB_API_KEY", "k")],
            "https://api.honeycomb.io/v1/traces",
        ),
        (
            "grafana-cloud",
            &[
                (
                    "GRAFANA_CLOUD_OTLP_ENDPOINT",
                    "https://otlp-gateway-z.grafana.net/otlp",
                ),
                ("GRAFANA_CLOUD_INSTANCE_ID", "1"),
                ("GRAFANA_CLOUD_API_KEY", "k"),
            ],
            "https://otlp-gateway-z.grafana.net/otlp/v1/traces",
        ),
    ] {
        assert_eq!(url(name, set), expected);
    }
}

#[test]
fn servers_of_ones_own_are_found_in_all_spellings() {
    let keys = [("LANGFUSE_PUBLIC_KEY", "p"), ("LANGFUSE_SECRET_KEY", "s")];
    let with = |own: &[(&'static str, &'static str)]| [&keys[..], own].concat();
    for (name, set, expected) in [
        (
            "langfuse",
            with(&[("LANGFUSE_HOST", "http://h:3000/")]),
            "http://h:3000/api/public/otel/v1/traces",
        ),
        (
            "langfuse",
            with(&[
                ("LANGFUSE_HOST", "http://old"),
                ("LANGFUSE_BASE_URL", "http://new"),
            ]),
            "http://new/api/public/otel/v1/traces",
        ),
        (
            "langfuse",
            with(&[
                ("LANGFUSE_BASE_URL", "http://h"),
                ("LANGFUSE_OTEL_TRACES_EXPORT_PATH", "in/traces"),
            ]),
            "http://h/in/traces",
        ),
        (
            "opik",
            vec![("OPIK_URL_OVERRIDE", "http://localhost:5173/api/")],
            "http://localhost:5173/api/v1/private/otel/v1/traces",
        ),
        (
            "phoenix",
            vec![("PHOENIX_COLLECTOR_ENDPOINT", "http://localhost:6006/v1/traces")],
            "http://localhost:6006/v1/traces",
        ),
        (
            "phoenix",
            vec![("PHOENIX_COLLECTOR_ENDPOINT", "http://h/s/space")],
            "http://h/s/space/v1/traces",
        ),
        (
            "traceloop",
            vec![("TRACELOOP_BASE_URL", "http://localhost:4318")],
            "http://localhost:4318/v1/traces",
        ),
        (
            "mlflow",
            vec![
                ("MLFLOW_TRACKING_URI", "http://localhost:5000"),
                ("MLFLOW_EXPERIMENT_ID", "0"),
            ],
            "http://localhost:5000/v1/traces",
        ),
    ] {
        assert_eq!(url(name, &set), expected);
    }
}

#[test]
fn what_is_missing_or_wrong_is_one_line_that_names_the_variable_and_no_value() {
    const SECRET: &str = "s3cr3t";
    for (name, set, said) in [
        (
            "langfuse",
            &[("LANGFUSE_PUBLIC_KEY", SECRET)][..],
            "LANGFUSE_SECRET_KEY is not set",
        ),
        (
            "langfuse",
            &[("LANGFUSE_HOST", "https://h")],
            "LANGFUSE_PUBLIC_KEY is not set",
        ),
        (
            "langfuse",
            &[
                ("LANGFUSE_PUBLIC_KEY", "p"),
                ("LANGFUSE_SECRET_KEY", "s"),
                ("LANGFUSE_BASE_URL", "s3cr3t.langfuse.com"),
            ],
            "LANGFUSE_BASE_URL does not begin with http",
        ),
        (
            "langwatch",
            &[("LANGWATCH_ENDPOINT", "http://h")],
            "LANGWATCH_API_KEY is not set",
        ),
        (
            "langwatch",
            &[("LANGWATCH_API_KEY", "s3cr3t\u{e9}")],
            "LANGWATCH_API_KEY holds characters",
        ),
        ("opik", &[("OPIK_WORKSPACE", SECRET)], "OPIK_API_KEY is not set"),
        (
            "phoenix",
            &[("PHOENIX_API_KEY", SECRET)],
            "PHOENIX_COLLECTOR_ENDPOINT is not set",
        ),
        (
            "phoenix",
            &[
                ("PHOENIX_COLLECTOR_ENDPOINT", "http://h"),
                ("PHOENIX_CLIENT_HEADERS", "s3cr3t"),
            ],
            "PHOENIX_CLIENT_HEADERS has a part without",
        ),
        (
            "traceloop",
            &[("TRACELOOP_BASE_URL", "https://api.traceloop.com")],
            "TRACELOOP_API_KEY is not set",
        ),
        (
            "traceloop",
            &[
                ("TRACELOOP_API_KEY", SECRET),
                ("TRACELOOP_BASE_URL", "grpc://h:4317"),
            ],
            "TRACELOOP_BASE_URL does not begin with http",
        ),
        (
            "logfire",
            &[("LOGFIRE_BASE_URL", "http://h")],
            "LOGFIRE_TOKEN is not set",
        ),
        (
            "braintrust",
            &[("BRAINTRUST_API_KEY", SECRET)],
            "BRAINTRUST_PARENT is not set",
        ),
        (
            "braintrust",
            &[("BRAINTRUST_API_KEY", SECRET), ("BRAINTRUST_PARENT", "checkout")],
            "BRAINTRUST_PARENT is none of",
        ),
        ("datadog", &[("DD_LLMOBS_ENABLED", "1")], "DD_API_KEY is not set"),
        (
            "datadog",
            &[
                ("DD_LLMOBS_ENABLED", "1"),
                ("DD_API_KEY", SECRET),
                ("DD_SITE", "https://datadoghq.eu/"),
            ],
            "DD_SITE is no site",
        ),
        (
            "honeycomb",
            &[("HONEYCOMB_DATASET", SECRET)],
            "HONEYCOMB_API_KEY is not set",
        ),
        (
            "honeycomb",
            &[("HONEYCOMB_API_KEY", "0123456789abcdef0123456789abcdef")],
            "HONEYCOMB_DATASET is not set",
        ),
        (
            "grafana-cloud",
            &[
                ("GRAFANA_CLOUD_INSTANCE_ID", "1"),
                ("GRAFANA_CLOUD_API_KEY", SECRET),
            ],
            "GRAFANA_CLOUD_OTLP_ENDPOINT is not set",
        ),
        (
            "mlflow",
            &[("MLFLOW_TRACKING_URI", "http://s3cr3t")],
            "MLFLOW_EXPERIMENT_ID is not set",
        ),
    ] {
        let error = read(name, set).0.unwrap_err();
        assert!(
            error.starts_with(said) && error.contains(&format!("nothing is sent to {name}")),
            "{error}"
        );
        assert!(!error.contains(SECRET) && !error.contains('\n'), "{error}");
    }
}

#[test]
fn some_variables_alone_ask_for_nothing() {
    for (name, set) in [
        ("datadog", &[("DD_API_KEY", "k"), ("DD_SITE", "datadoghq.eu")][..]),
        ("datadog", &[("DD_API_KEY", "k"), ("DD_LLMOBS_ENABLED", "0")]),
        ("grafana-cloud", &[("GRAFANA_CLOUD_API_KEY", "k")]),
        ("mlflow", &[("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db")]),
        ("mlflow", &[("MLFLOW_EXPERIMENT_ID", "0")]),
        (
            "langfuse",
            &[
                ("LANGFUSE_PUBLIC_KEY", "p"),
                ("LANGFUSE_SECRET_KEY", "s"),
                ("LANGFUSE_TRACING_ENABLED", "False"),
            ],
        ),
        ("langfuse", &[("LANGFUSE_RELEASE", "1.2")]),
    ] {
        assert!(matches!(read(name, set).0, Ok(None)), "{name}");
    }
}

/// The variables of an agent tracer whose users come here, as they set them.
#[cfg(feature = "tls")]
#[test]
fn an_older_systems_variables_work_as_they_stand() {
    let set = [
        ("LANGFUSE_SECRET_KEY", "sk-lf-1"),
        ("LANGFUSE_PUBLIC_KEY", "pk-lf-1"),
        ("LANGFUSE_HOST", "https://cloud.langfuse.com"),
        ("LANGWATCH_API_KEY", "sk-lw-1"),
        ("OPIK_URL_OVERRIDE", "http://localhost:5173/api"),
        ("OPIK_API_KEY", "k"),
        ("OPIK_WORKSPACE", "default"),
        ("TRACELOOP_API_KEY", "k"),
        ("TRACELOOP_BASE_URL", "https://api.traceloop.com"),
        // Beside them stand others, which are none of ours.
        ("LANGCHAIN_API_KEY", "k"),
        ("LANGCHAIN_PROJECT", "AgentTracer"),
    ];
    let expected = [
        ("langfuse", "https://cloud.langfuse.com/api/public/otel/v1/traces"),
        ("langwatch", "https://app.langwatch.ai/api/otel/v1/traces"),
        ("opik", "http://localhost:5173/api/v1/private/otel/v1/traces"),
        ("traceloop", "https://api.traceloop.com/v1/traces"),
    ];
    for known in &KNOWN {
        match expected.iter().find(|(name, _)| *name == known.name) {
            Some((name, expected)) => assert_eq!(url(name, &set), *expected),
            None => assert!(matches!(read(known.name, &set).0, Ok(None)), "{}", known.name),
        }
    }
}

#[test]
fn what_has_no_effect_is_told() {
    let (found, notes) = read(
        "langfuse",
        &[
            ("LANGFUSE_PUBLIC_KEY", "p"),
            ("LANGFUSE_SECRET_KEY", "s"),
            ("LANGFUSE_SAMPLE_RATE", "0.1"),
        ],
    );
    assert!(matches!(found, Ok(Some(_))));
    assert_eq!(
        notes,
        ["LANGFUSE_SAMPLE_RATE: has no effect; set OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG"]
    );
}

#[test]
fn no_form_of_one_shows_a_key() {
    for shown in [
        format!("{:?}", Langfuse::new("pk-s3cr3t", "sk-s3cr3t")),
        format!("{:?}", Datadog::new("s3cr3t")),
        format!("{:?}", GrafanaCloud::new("http://h/otlp", "1", "s3cr3t")),
    ] {
        assert!(!shown.contains("s3cr3t"), "{shown}");
        assert!(shown.contains("Otlp"), "{shown}");
    }
}

#[test]
fn the_docs_name_every_variable_and_backend() {
    let (table, index) = (
        include_str!("../../../docs/environment.md"),
        include_str!("../../../docs/backends.md"),
    );
    let pages = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/backends");
    for known in &KNOWN {
        assert!(index.contains(&format!("`{}`", known.name)), "{}", known.name);
        assert!(
            pages.join(format!("{}.md", known.name)).exists(),
            "{}",
            known.name
        );
        for name in known.variables {
            assert!(table.contains(&format!("`{name}")), "{name} is missing");
        }
    }
}
