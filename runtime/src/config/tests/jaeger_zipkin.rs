//! Which of the variables that name a Jaeger is taken, and what is said of the others; Zipkin's.

use super::super::jaeger::{Asked, Built, read as read_jaeger};
use super::*;

const ALL: Built = Built {
    otlp: true,
    thrift: true,
    grpc: true,
};
const NONE: Built = Built {
    otlp: true,
    thrift: false,
    grpc: false,
};

/// Where spans go, and what is said, with variables that hold this.
fn jaeger(asked: Asked<'_>, built: Built, variables: &[(&str, &str)]) -> (String, Vec<String>) {
    let source = |name: &str| {
        let (_, value) = variables.iter().find(|(own, _)| *own == name)?;
        Some(OsString::from(value))
    };
    let mut env = Env::new(&source);
    let settings = read_jaeger(&mut env, asked, built);
    let target = settings.map_or("none".into(), |settings| match settings.target {
        JaegerTarget::AsOtlp => "otlp".into(),
        JaegerTarget::Url(url) => url.to_string(),
        JaegerTarget::Agent { host, port } => format!("{host}:{port}"),
    });
    let told = env.into_problems().iter().map(ToString::to_string).collect();
    (target, told)
}

fn taken(variables: &[(&str, &str)]) -> (String, Vec<String>) {
    jaeger(Asked::ByVariables, ALL, variables)
}

/// The first of several is taken, each time without those that were before it.
#[test]
fn of_several_the_first_is_taken_and_all_are_told() {
    let all = [
        ("OTEL_EXPORTER_JAEGER_ENDPOINT", "http://a:14268/api/traces"),
        ("JAEGER_ENDPOINT", "http://b:14268/api/traces"),
        ("OTEL_EXPORTER_JAEGER_AGENT_HOST", "c"),
        ("JAEGER_AGENT_HOST", "d"),
    ];
    let expected = [
        "http://a:14268/api/traces",
        "http://b:14268/api/traces",
        "c:6831",
        "d:6831",
    ];
    for first in 0..all.len() {
        let (target, told) = taken(&all[first..]);
        assert_eq!(target, expected[first]);
        let variable = all[first].0;
        let by = if first < 2 { "HTTP" } else { "UDP" };
        let mut lines: Vec<_> = all[first + 1..]
            .iter()
            .map(|(name, _)| format!("{name}: has no effect beside {variable}"))
            .collect();
        lines.push(format!(
            "{variable}: is taken: spans go there by Jaeger's Thrift over {by}"
        ));
        assert_eq!(told, lines);
    }
    assert_eq!(taken(&[]), ("none".into(), vec![]));
}

#[test]
fn a_port_that_is_no_agents_is_read_as_what_it_is() {
    for (port, target, what, by) in [
        (
            "14268",
            "http://jaeger:14268/api/traces",
            "the collector's, for Thrift over HTTP",
            "Jaeger's Thrift over HTTP",
        ),
        (
            "4318",
            "http://jaeger:4318",
            "that of OTLP over HTTP",
            "OTLP over HTTP",
        ),
        (
            "4317",
            "http://jaeger:4317",
            "that of OTLP over gRPC",
            "OTLP over gRPC",
        ),
    ] {
        let (seen, told) = taken(&[("JAEGER_AGENT_HOST", "jaeger"), ("JAEGER_AGENT_PORT", port)]);
        assert_eq!(seen, target);
        assert_eq!(
            told,
            [
                format!("JAEGER_AGENT_PORT: {port} is no agent's port but {what}, and is read as that"),
                format!("JAEGER_AGENT_PORT: is taken: spans go there by {by}"),
            ]
        );
    }
}

#[test]
fn an_agent_has_defaults_and_its_bad_ports_are_told() {
    assert_eq!(taken(&[("JAEGER_AGENT_PORT", "6832")]).0, "localhost:6832");
    assert_eq!(
        taken(&[("JAEGER_AGENT_HOST", "::1"), ("JAEGER_AGENT_PORT", "4318")]).0,
        "http://[::1]:4318"
    );
    let (target, told) = taken(&[("JAEGER_AGENT_HOST", "h"), ("JAEGER_AGENT_PORT", "0")]);
    assert_eq!(target, "h:6831");
    assert_eq!(told[0], "JAEGER_AGENT_PORT: is not a port; 6831 is used");
    let (target, told) = taken(&[("JAEGER_AGENT_PORT", "tcp://10.0.0.1:6831")]);
    assert_eq!(target, "none");
    assert_eq!(
        told,
        ["JAEGER_AGENT_PORT: is Kubernetes' link to a service and no port; it is ignored"]
    );
}

#[test]
fn an_endpoint_that_takes_otlp_is_sent_that() {
    for url in ["http://j:4318", "https://gate/v1/traces", "http://j:9999"] {
        let (target, told) = taken(&[("JAEGER_ENDPOINT", url)]);
        assert_eq!(target, url);
        assert_eq!(
            told,
            ["JAEGER_ENDPOINT: is taken: spans go there by OTLP over HTTP"]
        );
    }
    let (target, told) = taken(&[("JAEGER_ENDPOINT", "jaeger:14268"), ("JAEGER_AGENT_HOST", "h")]);
    assert_eq!(target, "h:6831", "one that cannot be used leaves the next");
    assert_eq!(
        told[0],
        "JAEGER_ENDPOINT: the endpoint does not begin with http:// or https://; it is ignored"
    );
    let (target, told) = taken(&[("JAEGER_ENDPOINT", "http://j:14250")]);
    assert_eq!(target, "none");
    assert!(
        told[0].contains("port 14250") && told[0].contains("OTEL_EXPORTER_OTLP_ENDPOINT"),
        "{told:?}"
    );
}

/// One line that names the variable, the feature and what works without it; the program runs on.
#[test]
fn without_the_feature_one_line_says_what_to_do() {
    let cases = [
        ("JAEGER_ENDPOINT", "http://j:14268/api/traces", "jaeger-thrift"),
        ("JAEGER_AGENT_HOST", "j", "jaeger-thrift"),
        ("OTEL_EXPORTER_JAEGER_ENDPOINT", "http://j:4317", "grpc"),
    ];
    for (name, value, feature) in cases {
        for asked in [Asked::ByVariables, Asked::Named, Asked::BesideOtlp("X")] {
            let (target, told) = jaeger(asked, NONE, &[(name, value)]);
            assert_eq!(target, "none");
            assert_eq!(told.len(), 1, "{told:?}");
            let line = &told[0];
            let parts = [
                name,
                &format!("`{feature}`"),
                "OTEL_EXPORTER_OTLP_ENDPOINT=http://<jaeger host>:4318",
            ];
            assert!(parts.iter().all(|part| line.contains(part)), "{line}");
        }
    }
}

#[test]
fn without_any_way_to_send_one_line_says_so() {
    let built = Built { otlp: false, ..NONE };
    let (target, told) = jaeger(Asked::ByVariables, built, &[("JAEGER_ENDPOINT", "http://j:4318")]);
    assert_eq!(target, "none");
    assert!(told.len() == 1 && told[0].contains("`otlp`"), "{told:?}");
}

#[test]
fn the_exporters_name_asks_and_another_does_not() {
    assert_eq!(
        jaeger(Asked::Named, NONE, &[]),
        ("http://localhost:4318".into(), vec![])
    );
    let set = [("JAEGER_ENDPOINT", "http://j:4318")];
    let (target, told) = jaeger(Asked::AsOtlp("V"), ALL, &set);
    assert_eq!(target, "otlp");
    assert_eq!(
        told,
        ["JAEGER_ENDPOINT: has no effect beside V, by which Jaeger is sent OTLP"]
    );
    let login = [("JAEGER_USER", "me"), ("JAEGER_PASSWORD", "secret")];
    let (_, told) = jaeger(Asked::AsOtlp("V"), ALL, &login);
    assert_eq!(told.len(), 2, "{told:?}");
    let (target, told) = jaeger(Asked::No("why"), ALL, &set);
    assert_eq!(
        (target.as_str(), told),
        ("none", vec!["JAEGER_ENDPOINT: has no effect: why".into()])
    );
    let (target, told) = jaeger(Asked::BesideOtlp("V"), ALL, &[]);
    assert_eq!(target, "none");
    assert_eq!(
        told,
        ["V: `jaeger` has no effect beside `otlp`: no variable says where it is"]
    );
    assert_eq!(jaeger(Asked::BesideOtlp("V"), ALL, &set).0, "http://j:4318");
}

#[test]
fn a_user_needs_a_password_and_neither_is_shown() {
    let settings = read(&[
        ("JAEGER_USER", "me"),
        ("OTEL_EXPORTER_JAEGER_PASSWORD", "secret"),
        ("JAEGER_ENDPOINT", "http://me:secret@j:4318"),
    ]);
    let login = settings.jaeger.as_ref().unwrap().login.clone().unwrap();
    assert_eq!((login.user.as_str(), login.password.as_str()), ("me", "secret"));
    assert!(!format!("{settings:?}").contains("secret"));
    let settings = read(&[("JAEGER_PASSWORD", "secret")]);
    assert_eq!(
        problems(&settings),
        ["JAEGER_PASSWORD: has no effect without OTEL_EXPORTER_JAEGER_USER"]
    );
}

/// The environments of the systems that Spanwright replaces, as they stand.
#[test]
fn one_destination_comes_of_each_of_the_old_environments() {
    let by_endpoint = [
        ("SERVICE_HOST", "0.0.0.0"),
        ("SERVICE_PORT", "8009"),
        ("JAEGER_AGENT_HOST", "jaeger"),
        ("JAEGER_AGENT_PORT", "14268"),
        ("JAEGER_ENDPOINT", "http://jaeger:14268/api/traces"),
        ("OTEL_EXPORTER_JAEGER_ENDPOINT", "http://jaeger:14268/api/traces"),
        ("OTEL_SERVICE_NAME", "tracing-service"),
        ("TRACE_SAMPLING_RATE", "0.1"),
        ("MAX_TRACES_PER_SECOND", "1000"),
        ("TRACE_RETENTION_HOURS", "24"),
    ];
    let settings = read(&by_endpoint);
    let thrift = cfg!(feature = "jaeger-thrift");
    let exporters = thrift.then(|| vec![Exporter::Jaeger]);
    assert_eq!(settings.traces.exporters, exporters);
    assert_eq!(settings.logs.exporters, None);
    let of_jaeger: Vec<_> = settings
        .problems
        .iter()
        .filter(|one| one.variable.contains("JAEGER"))
        .collect();
    assert_eq!(of_jaeger.len(), 4, "{of_jaeger:?}");
    assert_eq!(
        of_jaeger.iter().filter(|one| one.is_error).count(),
        usize::from(!thrift)
    );

    let by_type = [
        ("OTEL_ENABLED", "true"),
        ("OTEL_SERVICE_NAME", "josoor-backend"),
        ("OTEL_EXPORTER_TYPE", "jaeger"),
        ("OTEL_EXPORTER_ENDPOINT", "http://localhost:4318"),
        ("JAEGER_AGENT_HOST", "localhost"),
        ("JAEGER_AGENT_PORT", "6831"),
        ("ENVIRONMENT", "development"),
    ];
    let settings = read(&by_type);
    assert_eq!(settings.traces.exporters, Some(vec![Exporter::Jaeger]));
    assert_eq!(
        settings.jaeger.as_ref().map(|one| &one.target),
        Some(&JaegerTarget::AsOtlp)
    );
    assert_eq!(
        settings.traces.otlp.endpoint.as_str(),
        "http://localhost:4318/v1/traces"
    );
    assert!(settings.problems.iter().all(|problem| !problem.is_error));
}

/// OTLP's place goes before Jaeger's; another exporter that is named, too.
#[test]
fn never_two_for_one_jaeger() {
    let jaeger = ("JAEGER_ENDPOINT", "http://j:4318");
    for (other, exporters, why) in [
        (
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://j:4318"),
            vec![Exporter::Otlp],
            "OTEL_EXPORTER_OTLP_ENDPOINT names where spans go",
        ),
        (
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://j:4318/v1/traces"),
            vec![Exporter::Otlp],
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT names where spans go",
        ),
        (
            ("OTEL_TRACES_EXPORTER", "console"),
            vec![Exporter::Console],
            "OTEL_TRACES_EXPORTER does not name jaeger",
        ),
        (
            ("OTEL_EXPORTER_TYPE", "console"),
            vec![Exporter::Console],
            "OTEL_EXPORTER_TYPE does not name jaeger",
        ),
    ] {
        let settings = read(&[jaeger, other]);
        assert_eq!(settings.traces.exporters, Some(exporters));
        assert_eq!(settings.jaeger, None);
        let told = problems(&settings);
        assert!(
            told.contains(&format!("JAEGER_ENDPOINT: has no effect: {why}")),
            "{told:?}"
        );
    }
    let both = read(&[jaeger, ("OTEL_TRACES_EXPORTER", "otlp,jaeger")]);
    assert_eq!(
        both.traces.exporters,
        Some(vec![Exporter::Otlp, Exporter::Jaeger])
    );
}

#[test]
fn zipkin_is_asked_for_by_name_or_by_its_endpoint() {
    let settings = read(&[("OTEL_TRACES_EXPORTER", "zipkin")]);
    assert_eq!(
        settings.zipkin.endpoint.as_str(),
        "http://localhost:9411/api/v2/spans"
    );
    assert_eq!(settings.zipkin.timeout, Some(Duration::from_secs(10)));
    let endpoint = ("OTEL_EXPORTER_ZIPKIN_ENDPOINT", "http://z:9411/api/v2/spans");
    let settings = read(&[endpoint, ("OTEL_EXPORTER_ZIPKIN_TIMEOUT", "500")]);
    assert_eq!(settings.traces.exporters, Some(vec![Exporter::Zipkin]));
    assert_eq!(settings.zipkin.timeout, Some(Duration::from_millis(500)));
    assert!(settings.problems.is_empty());
    // It is another backend than Jaeger: beside it, it is sent to as well.
    let settings = read(&[endpoint, ("JAEGER_ENDPOINT", "http://j:4318")]);
    assert_eq!(
        settings.traces.exporters,
        Some(vec![Exporter::Jaeger, Exporter::Zipkin])
    );
    let settings = read(&[endpoint, ("OTEL_TRACES_EXPORTER", "otlp")]);
    assert_eq!(settings.traces.exporters, Some(vec![Exporter::Otlp]));
    assert_eq!(
        problems(&settings),
        ["OTEL_EXPORTER_ZIPKIN_ENDPOINT: has no effect: OTEL_TRACES_EXPORTER does not name zipkin"]
    );
    let settings = read(&[("OTEL_EXPORTER_ZIPKIN_ENDPOINT", "zipkin:9411")]);
    assert_eq!(settings.traces.exporters, None);
    assert_eq!(
        problems(&settings),
        [
            "OTEL_EXPORTER_ZIPKIN_ENDPOINT: the endpoint does not begin with http:// or https://; \
          http://localhost:9411/api/v2/spans is used"
        ]
    );
}
