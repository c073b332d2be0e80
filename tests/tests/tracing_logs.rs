//! What `init()` does about `tracing` in a whole process: the subscriber it installs, and one that is there already.
//!
//! Each case is a process of its own: this program, started again for one of its ignored tests.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may")]

use spanwright::destination::File;
use spanwright::{Builder, traced};
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tracing_subscriber::prelude::*;

/// Where a program writes its spans; set for those that are started from here only.
const SPANS_FILE: &str = "SPANS_FILE";

fn is_program() -> bool {
    std::env::var_os(SPANS_FILE).is_some()
}

struct Ran {
    stdout: String,
    stderr: String,
    spans: Vec<serde_json::Value>,
}

fn run(case: &str, rust_log: Option<&str>) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spans.jsonl");
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("OTEL_") || name.starts_with("SPANWRIGHT_"))
    {
        command.env_remove(name);
    }
    command
        .args(["--exact", case, "--ignored", "--nocapture", "--test-threads=1"])
        .env(SPANS_FILE, &file)
        .env_remove("RUST_LOG");
    if let Some(directives) = rust_log {
        command.env("RUST_LOG", directives);
    }
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{}\n{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    Ran {
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
        spans: read(&file),
    }
}

fn read(file: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let all = |value: &serde_json::Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    lines
        .flat_map(|line| all(&line, "resourceSpans"))
        .flat_map(|resource| all(&resource, "scopeSpans"))
        .flat_map(|scope| all(&scope, "spans"))
        .collect()
}

impl Ran {
    #[track_caller]
    fn span(&self, name: &str) -> &serde_json::Value {
        let found: Vec<_> = self.spans.iter().filter(|span| span["name"] == name).collect();
        assert_eq!(found.len(), 1, "{name} in {:#?}\n{}", self.spans, self.stderr);
        found[0]
    }
}

/// Runs the program: one span of theirs, two of ours, two events.
fn program(change: impl FnOnce(Builder) -> Builder) {
    program_with(change, || ());
}

fn program_with(change: impl FnOnce(Builder) -> Builder, more: impl FnOnce()) {
    let file = std::env::var(SPANS_FILE).unwrap();
    let guard = change(spanwright::builder("test").destination(File::create(file).unwrap()))
        .init()
        .unwrap();
    tracing::info_span!("theirs").in_scope(|| ours("mallory"));
    late();
    more();
    println!("{}", spanwright::diagnosis());
    guard.shutdown(Duration::from_secs(5)).into_result().unwrap();
}

#[traced(capture(user))]
fn ours(user: &str) {
    tracing::info!("quiet");
    tracing::warn!(password = "hunter2", "loud");
}

#[traced(fields(known = tracing::field::Empty))]
fn late() {
    tracing::Span::current().record("known", 5);
}

fn is_known(span: &serde_json::Value) -> bool {
    let attributes = span["attributes"].as_array().cloned().unwrap_or_default();
    attributes
        .iter()
        .any(|attribute| attribute["key"] == "known" && attribute["value"]["intValue"] == "5")
}

#[test]
#[ignore = "a program of its own"]
fn plain_program() {
    if !is_program() {
        return;
    }
    program_with(
        |builder| builder,
        || {
            tracing_log::LogTracer::init().unwrap();
            log::warn!(target: "app::orders", "forwarded");
        },
    );
}

#[test]
fn no_span_is_lost_to_rust_log() {
    let ran = run("plain_program", Some("warn"));
    let (theirs, ours) = (ran.span("theirs"), ran.span("ours"));
    assert_eq!(ours["parentSpanId"], theirs["spanId"]);
    assert_eq!(ours["events"].as_array().unwrap().len(), 2);
    assert!(is_known(ran.span("late")), "{:#?}", ran.span("late"));
    assert!(!ran.stderr.contains("quiet"), "{}", ran.stderr);
    let line = ran.stderr.lines().find(|line| line.contains("loud")).unwrap();
    let ids = format!(
        "trace_id={} span_id={}",
        ours["traceId"].as_str().unwrap(),
        ours["spanId"].as_str().unwrap()
    );
    assert!(line.ends_with(&ids), "{line} without {ids}");
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("tracing: the subscriber is Spanwright's own"),
        "{}",
        ran.stdout
    );
}

#[test]
fn lines_are_from_info_up_where_nothing_is_said() {
    let ran = run("plain_program", None);
    assert!(
        ran.stderr.contains(" INFO tracing_logs: quiet trace_id="),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains(" WARN app::orders: forwarded\n"),
        "{}",
        ran.stderr
    );
}

#[test]
#[ignore = "a program of its own"]
fn program_with_a_subscriber() {
    if !is_program() {
        return;
    }
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr))
        .init();
    program(|builder| builder);
}

#[test]
fn a_subscriber_that_is_there_stays() {
    let ran = run("program_with_a_subscriber", None);
    let ours = ran.span("ours");
    assert!(
        ours["parentSpanId"].as_str().unwrap_or_default().is_empty(),
        "{ours}"
    );
    assert!(ran.spans.iter().all(|span| span["name"] != "theirs"));
    assert!(
        ran.stderr.contains("theirs: tracing_logs: quiet"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("add `spanwright::layer()`"), "{}", ran.stdout);
}

#[test]
#[ignore = "a program of its own"]
fn program_with_lines_of_its_own() {
    if !is_program() {
        return;
    }
    let fmt = tracing_subscriber::fmt::layer().with_ansi(false);
    tracing_subscriber::registry()
        .with(fmt.with_writer(std::io::stderr))
        .with(spanwright::layer())
        .init();
    program(|builder| builder.tracing_spans(true));
}

#[test]
fn lines_of_a_layer_of_ones_own_have_our_spans_where_that_is_asked_for() {
    let ran = run("program_with_lines_of_its_own", None);
    let prefix = "theirs:ours{user=\"mallory\"}: tracing_logs: quiet";
    assert!(ran.stderr.contains(prefix), "{}", ran.stderr);
    assert_eq!(ran.span("ours")["events"].as_array().unwrap().len(), 2);
}

#[test]
#[ignore = "a program of its own"]
fn program_with_our_layer_below_a_filter() {
    if !is_program() {
        return;
    }
    tracing_subscriber::registry()
        .with(tracing_subscriber::filter::LevelFilter::WARN)
        .with(spanwright::layer())
        .init();
    program(|builder| builder);
}

#[test]
fn a_filter_over_everything_is_told() {
    let ran = run("program_with_our_layer_below_a_filter", None);
    ran.span("ours");
    assert!(
        ran.stdout
            .contains("the program's subscriber has `spanwright::layer()`"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout
            .contains("a filter over the whole subscriber keeps back spans of other crates"),
        "{}",
        ran.stdout
    );
}

/// Names the spans it sees.
struct Names;

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Names {
    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        _: &tracing::span::Id,
        _: tracing_subscriber::layer::Context<'_, S>,
    ) {
        println!("saw {} {:?}", attributes.metadata().name(), attributes.values());
    }
}

#[test]
#[ignore = "a program of its own"]
fn program_with_tracing_spans() {
    if !is_program() {
        return;
    }
    program(|builder| {
        builder
            .tracing_spans(true)
            .layer(Names)
            .logs(spanwright::Logs::Json)
    });
}

#[test]
fn our_spans_reach_other_layers_where_that_is_asked_for() {
    let ran = run("program_with_tracing_spans", None);
    let (theirs, ours) = (ran.span("theirs"), ran.span("ours"));
    assert_eq!(ours["parentSpanId"], theirs["spanId"]);
    assert!(is_known(ran.span("late")));
    for name in ["saw theirs ", "saw ours ", "saw late "] {
        assert_eq!(ran.stdout.matches(name).count(), 1, "{}", ran.stdout);
    }
    let line = ran.stderr.lines().find(|line| line.contains("loud")).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["span_id"], ours["spanId"]);
    assert_eq!(line["fields"]["password"], "[REDACTED]");
}

#[test]
#[ignore = "a program of its own"]
fn program_with_a_failing_redactor() {
    if !is_program() {
        return;
    }
    let redactor = spanwright::Redactor::default().rule(|text| {
        text.contains("mallory")
            .then(|| panic!("the rule fails as planned"))
    });
    program(|builder| builder.redactor(redactor).tracing_spans(true).layer(Names));
}

#[test]
fn what_fails_to_redact_is_withheld() {
    let ran = run("program_with_a_failing_redactor", None);
    assert!(
        ran.stdout.contains("REDACTION_FAILED") && !ran.stdout.contains("mallory"),
        "{}",
        ran.stdout
    );
    let ours = ran.span("ours").to_string();
    assert!(
        ours.contains("REDACTION_FAILED") && !ours.contains("mallory"),
        "{ours}"
    );
}

fn detail() {
    tracing::debug_span!("detail").in_scope(|| spanwright::current().set("seen", &true));
}

#[test]
#[ignore = "a program of its own"]
fn program_that_changes_its_filter() {
    if !is_program() {
        return;
    }
    program_with(
        |builder| builder.trace_filter("tracing_logs=debug"),
        || {
            detail();
            spanwright::set_filter("tracing_logs=off".parse().unwrap());
            detail();
            tracing::error_span!("switched off").in_scope(|| ());
        },
    );
}

#[test]
fn the_filter_is_about_spans_of_other_crates_too() {
    let ran = run("program_that_changes_its_filter", None);
    ran.span("ours");
    ran.span("detail");
    assert!(ran.spans.iter().all(|span| span["name"] != "switched off"));
}
