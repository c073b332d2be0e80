//! Records of the `log` crate that a program forwards to `tracing`, and log lines of a program's own layers.

#![allow(clippy::unwrap_used, reason = "a test may")]

use spanwright::testing::TestTraces;
use spanwright::{Event, traced};
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::format::{Format, Full, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn text(event: &Event, key: &str) -> Option<String> {
    let found = event.attributes.iter().find(|(own, _)| *own == key);
    found.map(|(_, value)| value.to_string())
}

#[traced]
fn speaks_through_log() -> u32 {
    log::info!(target: "h2", "a frame");
    log::debug!(target: "app", "a detail");
    log::warn!(target: "app::orders", "late");
    log::info!("plain");
    line!() - 1
}

#[test]
fn a_forwarded_record_keeps_its_origin() {
    // The other test of this file may have been first.
    let _ = tracing_log::LogTracer::init();
    let traces = TestTraces::start();
    let subscriber = tracing_subscriber::registry().with(spanwright::layer());
    let line = tracing::subscriber::with_default(subscriber, speaks_through_log);
    let span = traces.find("speaks_through_log").unwrap();
    let [late, plain] = &span.events[..] else {
        panic!("{:?}", span.events)
    };
    assert_eq!((&*late.name, &*plain.name), ("late", "plain"));
    assert_eq!(text(late, "level").as_deref(), Some("WARN"));
    assert_eq!(text(late, "target").as_deref(), Some("app::orders"));
    assert_eq!(text(late, "log.module_path").as_deref(), Some("tracing_lines"));
    assert_eq!(text(plain, "target").as_deref(), Some("tracing_lines"));
    assert_eq!(text(plain, "code.file.path").as_deref(), Some(file!()));
    assert_eq!(
        text(plain, "code.line.number").as_deref(),
        Some(&*line.to_string())
    );
    for key in ["log.target", "log.module_path", "log.file", "log.line"] {
        assert_eq!(text(plain, key), None, "{key} says nothing new");
    }
}

/// What `docs/migration.md` shows for log lines of a program's own.
struct WithIds<F>(F);

impl<S, N, F> FormatEvent<S, N> for WithIds<F>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut line: Writer<'_>,
        event: &tracing::Event<'_>,
    ) -> std::fmt::Result {
        let span = spanwright::current();
        if span.trace_id().is_valid() {
            write!(line, "trace_id={} span_id={} ", span.trace_id(), span.span_id())?;
        }
        self.0.format_event(context, line, event)
    }
}

#[traced]
fn ours() -> (String, String) {
    tracing::info!("inside");
    let span = spanwright::current();
    (span.trace_id().to_string(), span.span_id().to_string())
}

#[test]
fn lines_of_a_layer_of_ones_own_may_carry_our_ids() {
    let _traces = TestTraces::start();
    let lines = Lines::default();
    let writer = lines.clone();
    let format: Format<Full, ()> = Format::default().without_time();
    let fmt = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .event_format(WithIds(format));
    let subscriber = tracing_subscriber::registry().with(fmt).with(spanwright::layer());
    let (trace, span) = tracing::subscriber::with_default(subscriber, || {
        tracing::info!("outside");
        tracing::info_span!("theirs").in_scope(ours)
    });
    let text = lines.text();
    let [outside, inside] = &text.lines().collect::<Vec<_>>()[..] else {
        panic!("{text}")
    };
    assert!(!outside.contains("trace_id"), "{text}");
    assert!(
        inside.starts_with(&format!("trace_id={trace} span_id={span} ")),
        "{text}"
    );
    assert!(inside.ends_with("tracing_lines: inside"), "{text}");
}
