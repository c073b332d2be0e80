//! Every variable: what it sets, and what is said of a bad value.

mod flow;
mod jaeger_zipkin;
mod policy;

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
            export_timeout: Some(Duration::from_secs(300)),
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
