//! Variables about what is recorded.

use super::*;
use crate::propagate::Propagators;

#[test]
fn switches_and_words() {
    let disabled: fn(&Settings) -> String = |s| debug(s.disabled);
    let enabled_note = "read as the opposite of OTEL_SDK_DISABLED, which is its name now";
    let filter: fn(&Settings) -> String = |s| debug(&s.trace_filter);
    let formats: fn(&Settings) -> String = |s| debug(s.propagators.as_ref().map(Propagators::formats));
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
            formats,
            "Some([B3, TraceContext])",
            &[],
        ),
        (
            "OTEL_PROPAGATORS",
            "b4,baggage",
            formats,
            "Some([Baggage])",
            &[
                "propagator `b4` is not known; use tracecontext, baggage, b3, b3multi, jaeger, xray, legacy or none; it is left out",
            ],
        ),
        (
            "SPANWRIGHT_TRACE",
            "app=loud",
            filter,
            "None",
            &[
                "`app=loud` is not a filter directive; write `target=level`, `target` or `level`, with the levels off, error, warn, info, debug and trace; what the program sets is used",
            ],
        ),
        (
            "SPANWRIGHT_TRACE",
            "app::db=off,info",
            filter,
            r#"Some(Filter { rules: [("app::db", None), ("", Some(Info))] })"#,
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
            "SPANWRIGHT_HASH_KEY",
            "hunter2",
            |_| String::new(),
            "",
            &[
                "the key is not 32 hexadecimal digits, as `openssl rand -hex 16` prints them; a random key is used",
            ],
        ),
        (
            "SPANWRIGHT_HASH_KEY",
            "000102030405060708090a0b0c0d0e0f",
            |_| String::new(),
            "",
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
            &["only the stable names are written, not those before them"],
        ),
        (
            "OTEL_SEMCONV_STABILITY_OPT_IN",
            "http",
            |s| debug(&s.semantics.stability),
            r#"["http"]"#,
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
