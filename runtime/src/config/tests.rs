//! Every variable: what it sets, and what is said of a bad value.

use super::*;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::time::Duration;

fn read(variables: &[(&str, &str)]) -> Settings {
    Settings::read(&|name: &str| {
        let (_, value) = variables.iter().find(|(own, _)| *own == name)?;
        Some(OsString::from(value))
    })
}

fn problems(settings: &Settings) -> Vec<String> {
    settings.problems.iter().map(ToString::to_string).collect()
}

/// One variable, what to look at, what is seen, and what is told.
type Row<'a> = (&'a str, &'a str, fn(&Settings) -> String, &'a str, &'a [&'a str]);

fn check(rows: &[Row<'_>]) {
    for (name, value, look, seen, told) in rows {
        let settings = read(&[(name, value)]);
        assert_eq!(look(&settings), *seen, "{name}={value}");
        let expected: Vec<_> = told.iter().map(|message| format!("{name}: {message}")).collect();
        assert_eq!(problems(&settings), expected, "{name}={value}");
    }
}

fn debug(value: impl std::fmt::Debug) -> String {
    format!("{value:?}")
}

#[test]
fn defaults_are_ours() {
    let settings = read(&[]);
    assert!(!settings.disabled && settings.problems.is_empty());
    assert_eq!(settings.limits, Limits::default());
    assert_eq!(settings.queue_bytes, 32 << 20);
    assert_eq!(BATCH_BYTES, 1 << 20);
    assert_eq!(
        settings.span_batches,
        Batching {
            delay: Duration::from_secs(1),
            export_timeout: Some(Duration::from_secs(30)),
            queue_records: None,
            batch_records: 8192,
        }
    );
    assert_eq!(settings.log_batches, settings.span_batches);
    assert_eq!(settings.metric_timing.interval, Duration::from_secs(60));
    for signal in Signal::ALL {
        let SignalSettings { exporters, otlp } = settings.signal(signal);
        assert_eq!(*exporters, None);
        assert_eq!(otlp.protocol, Protocol::HttpProtobuf);
        assert_eq!(
            otlp.endpoint.as_str(),
            format!("http://localhost:4318/{}", signal.path())
        );
        assert_eq!(otlp.timeout, Some(Duration::from_secs(10)));
        assert_eq!(otlp.compression, Compression::None);
        assert!(otlp.headers.iter().next().is_none());
    }
    assert!(settings.sampler.is_none() && settings.propagators.is_none() && settings.trace_filter.is_none());
    assert_eq!(settings.semantics.content, Content::Off);
    assert_eq!(settings.semantics.exceptions, ExceptionSignal::Events);
    assert!(settings.semantics.capture && !settings.semantics.legacy_names && !settings.semantics.backtrace);
}

#[test]
fn empty_is_unset_for_every_variable() {
    let settings = Settings::read(&|_: &str| Some(OsString::from("  ")));
    assert_eq!(format!("{settings:?}"), format!("{:?}", read(&[])));
}

#[test]
fn every_variable_that_is_read_is_known_and_the_other_way_round() {
    let asked = RefCell::new(BTreeSet::new());
    Settings::read(&|name: &str| {
        asked.borrow_mut().insert(name.to_owned());
        None
    });
    let asked = asked.into_inner();
    let unknown: Vec<_> = asked.iter().filter(|name| !names::is_known(name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    for name in names::READ {
        let signals = ["", "TRACES_", "LOGS_", "METRICS_"];
        assert!(
            signals
                .iter()
                .all(|signal| asked.contains(&name.replace('*', signal))),
            "{name}"
        );
    }
}

#[test]
fn switches_and_words() {
    let disabled: fn(&Settings) -> String = |s| debug(s.disabled);
    let enabled_note = "read as the opposite of OTEL_SDK_DISABLED, which is its name now";
    let filter: fn(&Settings) -> String = |s| debug(&s.trace_filter);
    check(&[
        ("OTEL_SDK_DISABLED", "True", disabled, "true", &[]),
        ("OTEL_SDK_DISABLED", "FALSE", disabled, "false", &[]),
        (
            "OTEL_SDK_DISABLED",
            "1",
            disabled,
            "false",
            &["`1` is neither true nor false; false is used"],
        ),
        ("OTEL_ENABLED", "true", disabled, "false", &[enabled_note]),
        (
            "OTEL_ENABLED",
            "no",
            disabled,
            "true",
            &["`no` is neither true nor false; false is used", enabled_note],
        ),
        ("OTEL_LOG_LEVEL", "DEBUG", |s| debug(s.log_level), "Debug", &[]),
        ("OTEL_LOG_LEVEL", "off", |s| debug(s.log_level), "None", &[]),
        (
            "OTEL_LOG_LEVEL",
            "loud",
            |s| debug(s.log_level),
            "Info",
            &["`loud` is none of none, off, error, warn, info, debug, trace; info is used"],
        ),
        (
            "OTEL_PROPAGATORS",
            "B3, ,tracecontext",
            |s| debug(&s.propagators),
            r#"Some(["b3", "tracecontext"])"#,
            &[],
        ),
        (
            "SPANWRIGHT_TRACE",
            "app::db=off,info",
            filter,
            r#"Some("app::db=off,info")"#,
            &[],
        ),
        (
            "SPANWRIGHT_LEGACY_NAMES",
            "true",
            |s| debug(s.semantics.legacy_names),
            "true",
            &[],
        ),
        (
            "SPANWRIGHT_BACKTRACE",
            "true",
            |s| debug(s.semantics.backtrace),
            "true",
            &[],
        ),
        (
            "SPANWRIGHT_CAPTURE",
            "OFF",
            |s| debug(s.semantics.capture),
            "false",
            &[],
        ),
        (
            "SPANWRIGHT_CAPTURE",
            "on",
            |s| debug(s.semantics.capture),
            "true",
            &[],
        ),
        (
            "SPANWRIGHT_CAPTURE",
            "none",
            |s| debug(s.semantics.capture),
            "false",
            &["`none` is none of on, off; off is used"],
        ),
        (
            "OTEL_SEMCONV_STABILITY_OPT_IN",
            "database/dup,HTTP",
            |s| debug(&s.semantics.stability),
            r#"["database/dup", "http"]"#,
            &[],
        ),
    ]);
}

#[test]
fn content_and_exceptions() {
    const CONTENT: &str = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
    const EXCEPTION: &str = "OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN";
    let content: fn(&Settings) -> String = |s| debug(s.semantics.content);
    let exceptions: fn(&Settings) -> String = |s| debug(s.semantics.exceptions);
    check(&[
        (CONTENT, "no_content", content, "Off", &[]),
        (CONTENT, "SPAN_ONLY", content, "Span", &[]),
        (CONTENT, "EVENT_ONLY", content, "Event", &[]),
        (CONTENT, "SPAN_AND_EVENT", content, "SpanAndEvent", &[]),
        (CONTENT, "true", content, "Span", &[]),
        (CONTENT, "false", content, "Off", &[]),
        (
            CONTENT,
            "yes",
            content,
            "Off",
            &[
                "`yes` is none of NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT, true, false; NO_CONTENT is used",
            ],
        ),
        (EXCEPTION, "logs", exceptions, "Logs", &[]),
        (EXCEPTION, "logs,logs/dup", exceptions, "LogsAndEvents", &[]),
        (
            EXCEPTION,
            "events",
            exceptions,
            "Events",
            &["`events` is none of logs, logs/dup; span events is used"],
        ),
    ]);
}

#[test]
fn limits_fall_back_from_their_own_to_the_general() {
    type Look = fn(&Settings) -> String;
    let all: Look = |s| {
        let l = s.limits;
        debug((
            l.value_length,
            l.log_value_length,
            l.attributes,
            l.event_attributes,
            l.link_attributes,
            l.log_attributes,
        ))
    };
    let counts: Look = |s| debug((s.limits.events, s.limits.links));
    check(&[
        (
            "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            "9",
            all,
            "(9, 9, 128, 128, 128, 128)",
            &[],
        ),
        (
            "OTEL_ATTRIBUTE_COUNT_LIMIT",
            "0",
            all,
            "(4096, 4096, 0, 0, 0, 0)",
            &[],
        ),
        (
            "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            "9",
            all,
            "(9, 4096, 128, 128, 128, 128)",
            &[],
        ),
        (
            "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
            "9",
            all,
            "(4096, 4096, 9, 128, 128, 128)",
            &[],
        ),
        (
            "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
            "9",
            all,
            "(4096, 4096, 128, 9, 128, 128)",
            &[],
        ),
        (
            "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
            "9",
            all,
            "(4096, 4096, 128, 128, 9, 128)",
            &[],
        ),
        (
            "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT",
            "9",
            all,
            "(4096, 4096, 128, 128, 128, 9)",
            &[],
        ),
        (
            "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            "9",
            all,
            "(4096, 9, 128, 128, 128, 128)",
            &[],
        ),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "9", counts, "(9, 128)", &[]),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "9", counts, "(128, 9)", &[]),
        (
            "OTEL_SPAN_LINK_COUNT_LIMIT",
            "-1",
            counts,
            "(128, 128)",
            &["`-1` is not a whole number; 128 is used"],
        ),
    ]);
    let both = read(&[
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "7"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "x"),
    ]);
    assert_eq!(both.limits.attributes, 7);
    assert_eq!(
        problems(&both),
        ["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: `x` is not a whole number; 7 is used"]
    );
}

#[test]
fn batches_and_intervals() {
    type Look = fn(&Settings) -> String;
    fn shown(b: &Batching) -> String {
        debug((b.delay, b.export_timeout, b.queue_records, b.batch_records))
    }
    let spans: Look = |s| shown(&s.span_batches);
    let logs: Look = |s| shown(&s.log_batches);
    let metrics: Look = |s| debug((s.metric_timing.interval, s.metric_timing.timeout));
    let queue: Look = |s| s.queue_bytes.to_string();
    check(&[
        (
            "OTEL_BSP_SCHEDULE_DELAY",
            "5000",
            spans,
            "(5s, Some(30s), None, 8192)",
            &[],
        ),
        (
            "OTEL_BSP_SCHEDULE_DELAY",
            "5s",
            spans,
            "(1s, Some(30s), None, 8192)",
            &["`5s` is not a whole number; 1000 ms is used"],
        ),
        (
            "OTEL_BSP_EXPORT_TIMEOUT",
            "0",
            spans,
            "(1s, None, None, 8192)",
            &[],
        ),
        (
            "OTEL_BSP_MAX_QUEUE_SIZE",
            "2048",
            spans,
            "(1s, Some(30s), Some(2048), 2048)",
            &[],
        ),
        (
            "OTEL_BSP_MAX_QUEUE_SIZE",
            "0",
            spans,
            "(1s, Some(30s), None, 8192)",
            &["`0` is below 1; the budget in bytes is used"],
        ),
        (
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
            "512",
            spans,
            "(1s, Some(30s), None, 512)",
            &[],
        ),
        (
            "OTEL_BLRP_SCHEDULE_DELAY",
            "20",
            logs,
            "(20ms, Some(30s), None, 8192)",
            &[],
        ),
        (
            "OTEL_BLRP_EXPORT_TIMEOUT",
            "20",
            logs,
            "(1s, Some(20ms), None, 8192)",
            &[],
        ),
        (
            "OTEL_BLRP_MAX_QUEUE_SIZE",
            "20",
            logs,
            "(1s, Some(30s), Some(20), 20)",
            &[],
        ),
        (
            "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE",
            "20",
            logs,
            "(1s, Some(30s), None, 20)",
            &[],
        ),
        (
            "OTEL_METRIC_EXPORT_INTERVAL",
            "100",
            metrics,
            "(100ms, Some(30s))",
            &[],
        ),
        (
            "OTEL_METRIC_EXPORT_INTERVAL",
            "0",
            metrics,
            "(60s, Some(30s))",
            &["0 is below 1; 60000 ms is used"],
        ),
        ("OTEL_METRIC_EXPORT_TIMEOUT", "0", metrics, "(60s, None)", &[]),
        ("SPANWRIGHT_QUEUE_BYTES", "1000000", queue, "1000000", &[]),
        ("SPANWRIGHT_QUEUE_BYTES", "64 MiB", queue, "67108864", &[]),
        (
            "SPANWRIGHT_QUEUE_BYTES",
            "1",
            queue,
            "33554432",
            &["`1` is below 256 KiB; 32 MiB is used"],
        ),
        (
            "SPANWRIGHT_QUEUE_BYTES",
            "lots",
            queue,
            "33554432",
            &["`lots` is not a number of bytes; 32 MiB is used"],
        ),
        (
            "SPANWRIGHT_QUEUE_BYTES",
            "99999999999GiB",
            queue,
            "33554432",
            &["`99999999999GiB` is too large; 32 MiB is used"],
        ),
    ]);
    let both = read(&[
        ("OTEL_BSP_MAX_QUEUE_SIZE", "10"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "11"),
    ]);
    assert_eq!(both.span_batches.batch_records, 10);
    let told = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE: is larger than OTEL_BSP_MAX_QUEUE_SIZE; 10 is used";
    assert_eq!(problems(&both), [told]);
}

#[test]
fn samplers() {
    let sampler: fn(&Settings) -> String = |s| s.sampler.as_ref().map_or("-".to_owned(), ToString::to_string);
    let rate = "read as OTEL_TRACES_SAMPLER=parentbased_traceidratio with this OTEL_TRACES_SAMPLER_ARG";
    const NAME: &str = "OTEL_TRACES_SAMPLER";
    check(&[
        (NAME, "always_on", sampler, "always_on", &[]),
        (NAME, "Always_Off", sampler, "always_off", &[]),
        (NAME, "traceidratio", sampler, "always_on", &[]),
        (
            NAME,
            "parentbased_always_on",
            sampler,
            "parentbased_always_on",
            &[],
        ),
        (
            NAME,
            "parentbased_always_off",
            sampler,
            "parentbased_always_off",
            &[],
        ),
        (
            NAME,
            "parentbased_traceidratio",
            sampler,
            "parentbased_always_on",
            &[],
        ),
        (
            NAME,
            "xray",
            sampler,
            "-",
            &["`xray` is not supported; parentbased_always_on is used"],
        ),
        (
            NAME,
            "jaeger_remote",
            sampler,
            "-",
            &["`jaeger_remote` is not supported; parentbased_always_on is used"],
        ),
        (
            NAME,
            "parentbased_jaeger_remote",
            sampler,
            "-",
            &["`parentbased_jaeger_remote` is not supported; parentbased_always_on is used"],
        ),
        (
            NAME,
            "some",
            sampler,
            "-",
            &["`some` is not the name of a sampler; parentbased_always_on is used"],
        ),
        (
            "OTEL_TRACES_SAMPLER_ARG",
            "0.1",
            sampler,
            "-",
            &["has no effect without OTEL_TRACES_SAMPLER, such as parentbased_traceidratio"],
        ),
        (
            "TRACE_SAMPLING_RATE",
            "0.1",
            sampler,
            "parentbased_traceidratio(0.1)",
            &[rate],
        ),
        (
            "TRACE_SAMPLING_RATE",
            "10",
            sampler,
            "-",
            &["`10` is not a number between 0 and 1; parentbased_always_on is used"],
        ),
        (
            "MAX_TRACES_PER_SECOND",
            "1000",
            sampler,
            "parentbased_always_on, at most 1000 a second",
            &[],
        ),
        (
            "MAX_TRACES_PER_SECOND",
            "-1",
            sampler,
            "-",
            &["`-1` is not a number of traces per second; no limit is used"],
        ),
        (
            "MAX_TRACES_PER_SECOND",
            "inf",
            sampler,
            "-",
            &["`inf` is not a number of traces per second; no limit is used"],
        ),
    ]);
    for (argument, seen, told) in [
        ("0.25", "traceidratio(0.25), at most 5 a second", vec![]),
        (
            "NaN",
            "always_on, at most 5 a second",
            vec!["OTEL_TRACES_SAMPLER_ARG: `NaN` is not a number between 0 and 1; 1.0 is used"],
        ),
    ] {
        let settings = read(&[
            (NAME, "traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", argument),
            ("TRACE_SAMPLING_RATE", "0.9"),
            ("MAX_TRACES_PER_SECOND", "5"),
        ]);
        assert_eq!(
            (sampler(&settings).as_str(), problems(&settings)),
            (seen, told.iter().map(ToString::to_string).collect())
        );
    }
    let unused = read(&[(NAME, "always_on"), ("OTEL_TRACES_SAMPLER_ARG", "0.1")]);
    assert_eq!(
        problems(&unused),
        ["OTEL_TRACES_SAMPLER_ARG: has no effect with the sampler `always_on`"]
    );
}

#[test]
fn exporters() {
    type Look = fn(&Settings) -> String;
    let traces: Look = |s| debug(&s.traces.exporters);
    let all: Look = |s| debug(Signal::ALL.map(|signal| s.signal(signal).exporters.as_ref().map(Vec::len)));
    check(&[
        (
            "OTEL_TRACES_EXPORTER",
            "otlp, console,otlp",
            traces,
            "Some([Otlp, Console])",
            &[],
        ),
        ("OTEL_TRACES_EXPORTER", "None", traces, "Some([])", &[]),
        (
            "OTEL_TRACES_EXPORTER",
            "none,console",
            traces,
            "Some([Console])",
            &["`none` stands beside other names; the others are used"],
        ),
        (
            "OTEL_TRACES_EXPORTER",
            "zipkin",
            traces,
            "None",
            &["`zipkin` is not supported; it is left out"],
        ),
        (
            "OTEL_TRACES_EXPORTER",
            "stdout,otlp",
            traces,
            "Some([Otlp])",
            &["`stdout` is none of otlp, console, none; it is left out"],
        ),
        ("OTEL_LOGS_EXPORTER", "otlp", all, "[None, Some(1), None]", &[]),
        (
            "OTEL_METRICS_EXPORTER",
            "prometheus,console",
            all,
            "[None, None, Some(1)]",
            &["`prometheus` is not supported; it is left out"],
        ),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://x",
            all,
            "[Some(1), Some(1), Some(1)]",
            &[],
        ),
        (
            "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
            "http://x",
            all,
            "[None, None, Some(1)]",
            &[],
        ),
        (
            "OTEL_EXPORTER_TYPE",
            "console",
            traces,
            "Some([Console])",
            &["read as OTEL_TRACES_EXPORTER, which is its name now"],
        ),
        (
            "OTEL_EXPORTER_TYPE",
            "jaeger",
            traces,
            "Some([Otlp])",
            &[
                "read as OTEL_TRACES_EXPORTER, which is its name now",
                legacy::JAEGER,
            ],
        ),
    ]);
    // Jaeger takes traces only: naming them keeps the general endpoint from meaning logs and metrics too.
    let jaeger = read(&[
        ("OTEL_TRACES_EXPORTER", "otlp"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://x:4318"),
    ]);
    assert_eq!(all(&jaeger), "[Some(1), None, None]");
    let off = read(&[
        ("OTEL_TRACES_EXPORTER", "none"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://x"),
    ]);
    assert_eq!(all(&off), "[Some(0), None, None]");
}

#[test]
fn variables_without_effect_say_what_to_do() {
    for (name, message) in legacy::WITHOUT_EFFECT {
        assert_eq!(
            problems(&read(&[(name, "anything")])),
            [format!("{name}: {message}")]
        );
    }
    let fixed = read(&[
        ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"),
        (
            "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
            "EXPLICIT_BUCKET_HISTOGRAM",
        ),
    ]);
    let told =
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: `delta` is not supported; cumulative is used";
    assert_eq!(problems(&fixed), [told]);
}

#[test]
fn resource_variables() {
    let settings = read(&[
        ("OTEL_SERVICE_NAME", "shop"),
        ("OTEL_RESOURCE_ATTRIBUTES", "a=1%2C2"),
        ("ENVIRONMENT", "production"),
    ]);
    assert_eq!(settings.resource.service_name.as_deref(), Some("shop"));
    assert_eq!(settings.resource.attributes, [("a".to_owned(), "1,2".to_owned())]);
    assert_eq!(settings.resource.environment.as_deref(), Some("production"));
    assert_eq!(settings.problems.len(), 1, "the older name says so");
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_utf8_is_told_once() {
    use std::os::unix::ffi::OsStringExt;
    let settings = Settings::read(&|name: &str| {
        (name == "OTEL_EXPORTER_OTLP_HEADERS").then(|| OsString::from_vec(b"a=\xff".to_vec()))
    });
    assert_eq!(
        problems(&settings),
        ["OTEL_EXPORTER_OTLP_HEADERS: the value is not UTF-8; it is ignored"]
    );
}

#[test]
fn a_long_or_hostile_value_is_quoted_short_and_escaped() {
    let long = format!("\u{1b}[31m{}", "x".repeat(100));
    let settings = read(&[("OTEL_LOG_LEVEL", &long)]);
    let message = &settings.problems[0].message;
    assert!(
        message.starts_with(r"`\u{1b}[31mxxx") && message.contains("x…`") && message.len() < 150,
        "{message}"
    );
}
