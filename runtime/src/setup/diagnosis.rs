//! `doctor()`: what is configured, what was wrong with it, and how it goes.

use super::destinations::Note;
use crate::config::{LogLevel, Settings};
use crate::pipeline;
use crate::site;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What `init()` found, kept for [`diagnosis`].
static REMEMBERED: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn lines(settings: &Settings, notes: &[Note]) -> Vec<String> {
    let problems = settings
        .problems
        .iter()
        .map(|problem| format!("{}: {}", problem.variable, problem.message));
    problems.chain(notes.iter().cloned()).collect()
}

pub(super) fn remember(settings: &Settings, notes: &[Note]) {
    *REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner) = lines(settings, notes);
}

/// One line on stderr for each thing that is wrong; `OTEL_LOG_LEVEL=error` or `none` switches this off.
#[allow(
    clippy::print_stderr,
    reason = "whoever set a wrong value must be told, and there is no other way yet"
)]
pub(super) fn print_problems(settings: &Settings, notes: &[Note]) {
    if settings.log_level >= LogLevel::Warn {
        for line in lines(settings, notes) {
            // Where stderr is closed there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "spanwright: {line}");
        }
    }
}

/// Prints [`diagnosis`] on stderr.
pub fn doctor() {
    let _ = std::io::stderr().write_all(diagnosis().as_bytes());
}

/// The effective configuration, what was wrong with it, each destination and whether it can be reached just now,
/// the counters, and the sites that were called. Says so when a collector listens on this machine at OTLP's usual
/// port and nothing is sent anywhere. Waits up to three seconds for the destinations. Holds no secret.
pub fn diagnosis() -> String {
    let mut text = String::new();
    let _ = writeln!(text, "spanwright {}", env!("CARGO_PKG_VERSION"));
    let state = if pipeline::is_running() {
        "running"
    } else {
        "not initialised: call spanwright::init() in main"
    };
    let _ = writeln!(text, "pipeline: {state}");
    for (key, value) in pipeline::resource()
        .iter()
        .flat_map(|resource| resource.attributes())
    {
        let _ = writeln!(text, "resource: {key} = {value}");
    }
    for line in REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        let _ = writeln!(text, "problem: {line}");
    }
    if let Some(filter) = site::current_filter() {
        let _ = writeln!(text, "filter: {filter}");
    }
    let _ = writeln!(text, "propagators: {}", crate::propagate::describe());
    #[cfg(feature = "subscriber")]
    for line in crate::bridge::describe() {
        let _ = writeln!(text, "tracing: {line}");
    }
    write_destinations(&mut text);
    for site in site::sites() {
        let state = if site.is_on() { "on" } else { "off" };
        let _ = writeln!(
            text,
            "site: {} {}:{} {state}",
            site.name(),
            site.file(),
            site.line()
        );
    }
    text
}

fn write_destinations(text: &mut String) {
    let health = pipeline::health();
    for line in pipeline::describe(Duration::from_secs(3)) {
        let _ = writeln!(text, "destination: {line}");
    }
    if health.destinations.is_empty() && pipeline::is_running() {
        let _ = writeln!(
            text,
            "destination: none; set OTEL_TRACES_EXPORTER or call .destination(…)"
        );
    }
    #[cfg(feature = "otlp")]
    if pipeline::is_running() {
        let names: Vec<_> = health.destinations.iter().map(|one| one.name.as_str()).collect();
        let line = super::collector::unused(&names, super::collector::USUAL);
        text.extend(line.map(|line| format!("collector: {line}\n")));
    }
    let report = pipeline::Report {
        complete: true,
        health,
    };
    let _ = writeln!(text, "counters: {report}");
}
