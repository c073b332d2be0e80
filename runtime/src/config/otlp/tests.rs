use super::super::Settings;
use super::*;
use proptest::prelude::*;
use std::ffi::OsString;

fn read(variables: &[(&str, &str)]) -> Settings {
    Settings::read(&|name: &str| {
        let (_, value) = variables.iter().find(|(own, _)| *own == name)?;
        Some(OsString::from(value))
    })
}

fn problems(settings: &Settings) -> Vec<String> {
    settings.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn endpoints() {
    const OWN: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    const ALL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    const ALIAS: &str = "OTEL_EXPORTER_ENDPOINT";
    const PROTOCOL: (&str, &str) = ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    let insecure = ("OTEL_EXPORTER_OTLP_TRACES_INSECURE", "true");
    let rows: &[(&[(&str, &str)], &str)] = &[
        (&[], "http://localhost:4318/v1/traces"),
        (&[PROTOCOL], "http://localhost:4317"),
        (&[(ALL, "https://a:9/x/")], "https://a:9/x/v1/traces"),
        (&[(ALL, "https://a?token=t")], "https://a/v1/traces?token=t"),
        (&[(OWN, "https://b/y"), (ALL, "https://a")], "https://b/y"),
        (&[(OWN, "b:1"), (ALL, "https://a")], "https://a/v1/traces"),
        (
            &[(OWN, "ftp://b"), (ALL, "nonsense")],
            "http://localhost:4318/v1/traces",
        ),
        (&[(ALL, "localhost:4318")], "http://localhost:4318/v1/traces"),
        (&[(ALL, "127.0.0.1:9/x")], "http://127.0.0.1:9/x/v1/traces"),
        (&[(ALL, "[::1]:9")], "http://[::1]:9/v1/traces"),
        (&[(ALL, "http:// ")], "http://localhost:4318/v1/traces"),
        (&[(ALL, "http://:4318")], "http://localhost:4318/v1/traces"),
        (&[(ALL, "HTTP://[::1]:4318")], "HTTP://[::1]:4318/v1/traces"),
        (&[PROTOCOL, (ALL, "https://a:1/x")], "https://a:1/x"),
        (&[PROTOCOL, (ALL, "a:1")], "https://a:1"),
        (&[PROTOCOL, (ALL, "a:1"), insecure], "http://a:1"),
        (&[(ALIAS, "http://c:4318")], "http://c:4318/v1/traces"),
        (&[(ALIAS, "http://c:4318/v1/traces")], "http://c:4318/v1/traces"),
        (&[(ALIAS, "http://c"), (ALL, "http://a")], "http://a/v1/traces"),
    ];
    for (variables, expected) in rows {
        assert_eq!(
            read(variables).traces.otlp.endpoint.as_str(),
            *expected,
            "{variables:?}"
        );
    }
    assert_eq!(
        read(&[(ALIAS, "http://c:4318/v1/traces")])
            .logs
            .otlp
            .endpoint
            .as_str(),
        "http://c:4318/v1/logs"
    );
}

#[test]
fn an_endpoint_asks_for_otlp_even_where_it_cannot_be_used() {
    const ALL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    let from = |variables: &[(&str, &str)]| read(variables).traces.otlp.endpoint_from;
    assert_eq!(from(&[]), None);
    assert_eq!(from(&[(ALL, " ")]), None);
    assert!(from(&[(ALL, "collector:4318")]).is_some());
    let settings = read(&[(ALL, "localhost:4318")]);
    assert!(settings.traces.otlp.endpoint_from.is_some());
    assert_eq!(
        problems(&settings),
        ["OTEL_EXPORTER_OTLP_ENDPOINT: has no scheme; http:// is put before it"]
    );
}

#[test]
fn a_bad_endpoint_is_told_once_without_its_value() {
    let settings = read(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "user:s3cr3t@host")]);
    assert_eq!(
        problems(&settings),
        [
            "OTEL_EXPORTER_OTLP_ENDPOINT: the endpoint does not begin with http:// or https://; \
          http://localhost:4318 is used"
        ]
    );
    let settings = read(&[
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "x"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a"),
    ]);
    assert_eq!(
        problems(&settings),
        [
            "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: the endpoint does not begin with http:// or https://; \
          OTEL_EXPORTER_OTLP_ENDPOINT is used"
        ]
    );
}

#[test]
fn mixed_up_ports_are_told() {
    const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
    const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    for (protocol, endpoint, told) in [
        (
            "grpc",
            "http://a:4318",
            Some("port 4318 usually takes OTLP over HTTP"),
        ),
        (
            "http/json",
            "http://a:4317/",
            Some("port 4317 usually takes OTLP over gRPC"),
        ),
        ("grpc", "http://a:4317", None),
        ("http/protobuf", "http://a:4318", None),
        ("http/protobuf", "http://[fe80::4317]", None),
    ] {
        let settings = read(&[(PROTOCOL, protocol), (ENDPOINT, endpoint)]);
        let found = problems(&settings);
        assert_eq!(found.len(), usize::from(told.is_some()), "{found:?}");
        assert!(told.is_none_or(|told| found[0].contains(told)), "{found:?}");
        assert_eq!(settings.traces.otlp.endpoint_from, Some(EndpointFrom::General));
    }
}

#[test]
fn each_option_is_the_signals_own_or_the_general_one() {
    fn shown(settings: &OtlpSettings) -> String {
        let OtlpSettings {
            protocol,
            timeout,
            compression,
            ..
        } = settings;
        let paths = (
            &settings.certificate,
            &settings.client_key,
            &settings.client_certificate,
        );
        format!("{protocol:?} {timeout:?} {compression:?} {paths:?}")
    }
    let none = "(None, None, None)";
    for (option, value, expected) in [
        ("PROTOCOL", "GRPC", format!("Grpc Some(10s) None {none}")),
        ("PROTOCOL", "http/json", format!("HttpJson Some(10s) None {none}")),
        ("TIMEOUT", "250", format!("HttpProtobuf Some(250ms) None {none}")),
        ("TIMEOUT", "0", format!("HttpProtobuf None None {none}")),
        (
            "COMPRESSION",
            "gzip",
            format!("HttpProtobuf Some(10s) Gzip {none}"),
        ),
        (
            "COMPRESSION",
            "none",
            format!("HttpProtobuf Some(10s) None {none}"),
        ),
        (
            "CERTIFICATE",
            "/c",
            r#"HttpProtobuf Some(10s) None (Some("/c"), None, None)"#.to_owned(),
        ),
        (
            "CLIENT_KEY",
            "/k",
            r#"HttpProtobuf Some(10s) None (None, Some("/k"), None)"#.to_owned(),
        ),
        (
            "CLIENT_CERTIFICATE",
            "/c",
            r#"HttpProtobuf Some(10s) None (None, None, Some("/c"))"#.to_owned(),
        ),
    ] {
        let default = shown(&read(&[]).logs.otlp);
        let general = read(&[(&general_name(option), value)]);
        for signal in Signal::ALL {
            assert_eq!(shown(&general.signal(signal).otlp), expected);
            let own = read(&[(&own_name(signal, option), value)]);
            for other in Signal::ALL {
                let expected = if other == signal { &expected } else { &default };
                assert_eq!(
                    shown(&own.signal(other).otlp),
                    *expected,
                    "{option} {signal:?} {other:?}"
                );
            }
        }
        assert_eq!(problems(&general), <[String; 0]>::default());
    }
}

#[test]
fn bad_options_are_told_with_what_holds_instead() {
    for (option, value, told) in [
        (
            "PROTOCOL",
            "http",
            "`http` is none of grpc, http/protobuf, http/json; http/protobuf is used",
        ),
        ("TIMEOUT", "10s", "`10s` is not a whole number; 10000 ms is used"),
        (
            "COMPRESSION",
            "zstd",
            "`zstd` is none of none, gzip; none is used",
        ),
        ("INSECURE", "1", "`1` is neither true nor false; false is used"),
    ] {
        let name = general_name(option);
        assert_eq!(problems(&read(&[(&name, value)])), [format!("{name}: {told}")]);
    }
}

fn headers(variables: &[(&str, &str)]) -> (Vec<(String, String)>, Vec<String>) {
    let settings = read(variables);
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    (
        settings.traces.otlp.headers.iter().map(own).collect(),
        problems(&settings),
    )
}

#[test]
fn headers_and_the_older_keys() {
    const OWN: &str = "OTEL_EXPORTER_OTLP_TRACES_HEADERS";
    const ALL: &str = "OTEL_EXPORTER_OTLP_HEADERS";
    const KEY: &str = "OTLP_API_KEY";
    const HEADER: &str = "OTLP_AUTH_HEADER";
    let now = "read as OTEL_EXPORTER_OTLP_HEADERS, which is its name now";
    let same = "has no effect: OTEL_EXPORTER_OTLP_HEADERS gives the same header";
    let key_note = format!("{KEY}: {now}");
    type Pairs<'a> = &'a [(&'a str, &'a str)];
    let rows: &[(Pairs<'_>, Pairs<'_>, &[String])] = &[
        (&[(ALL, "a=1"), (OWN, "b=2")], &[("b", "2")], &[]),
        (&[(ALL, "a=1")], &[("a", "1")], &[]),
        (
            &[(KEY, "k")],
            &[("authorization", "Bearer k")],
            std::slice::from_ref(&key_note),
        ),
        (
            &[(HEADER, "X-Auth: a:b:c")],
            &[("X-Auth", "a:b:c")],
            &[format!("{HEADER}: {now}")],
        ),
        (
            &[(HEADER, "s3cr3t")],
            &[],
            &[format!(
                "{HEADER}: there is no `:` between name and value; no header is sent for it"
            )],
        ),
        (
            &[(HEADER, "s3 cr3t: v")],
            &[],
            &[format!(
                "{HEADER}: a header name is not valid; no header is sent for it"
            )],
        ),
        (
            &[(KEY, "a\nb")],
            &[],
            &[format!(
                "{KEY}: a header value holds a control character; no header is sent for it"
            )],
        ),
        (
            &[(ALL, "Authorization=x"), (KEY, "k")],
            &[("Authorization", "x")],
            &[format!("{KEY}: {same}")],
        ),
        (
            &[(KEY, "k"), (HEADER, "X: y")],
            &[("authorization", "Bearer k")],
            &[
                format!("{HEADER}: has no effect beside OTLP_API_KEY"),
                key_note.clone(),
            ],
        ),
    ];
    for (variables, expected, told) in rows {
        let (found, problems) = headers(variables);
        let found: Vec<_> = found
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            (found.as_slice(), problems.as_slice()),
            (*expected, *told),
            "{variables:?}"
        );
    }
}

#[test]
fn settings_never_show_a_secret() {
    let settings = read(&[
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=s3cr3t"),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "https://user:s3cr3t@host:1/path?key=s3cr3t",
        ),
        ("OTLP_AUTH_HEADER", "X: s3cr3t"),
    ]);
    let shown = format!("{settings:?}");
    assert!(!shown.contains("s3cr3t"), "{shown}");
    assert!(shown.contains("\"https://host:1/path/v1/traces\""), "{shown}");
}

proptest! {
    #[test]
    fn any_endpoint_is_read_without_a_panic_or_its_value(text in ".{0,40}") {
        for protocol in ["grpc", "http/json"] {
            let text = format!("{text}s3cr3t");
            let settings = read(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &text), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)]);
            prop_assert!(problems(&settings).iter().all(|problem| !problem.contains("s3cr3t")));
            prop_assert!(settings.traces.otlp.endpoint.as_str().contains("://"));
        }
    }
}
