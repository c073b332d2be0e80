//! Log lines, and the subscriber that is put together.

use super::install::{BoxedLayer, dispatch};
use super::logs::Logs;
use crate::testing::TestTraces;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::{Context, Layer};

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

/// What is logged in `body`.
fn logged(logs: Logs, directives: &str, layers: Vec<BoxedLayer>, body: impl FnOnce()) -> String {
    let lines = Lines::default();
    let writer = lines.clone();
    let writer = BoxMakeWriter::new(move || writer.clone());
    let dispatch = dispatch(logs, directives, writer, layers);
    tracing::dispatcher::with_default(&dispatch, body);
    let bytes = lines.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_line_carries_the_ids_of_the_current_span() {
    let _traces = TestTraces::start();
    let mut ids = String::new();
    let lines = logged(Logs::Text, "", Vec::new(), || {
        crate::in_span("ours", || {
            let current = crate::current();
            ids = format!("trace_id={} span_id={}", current.trace_id(), current.span_id());
            tracing::info!(user = "bob", count = 3, "it works");
        });
        tracing::warn!("outside");
        tracing::debug!("not at this level");
    });
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].ends_with(&ids), "{lines:?}");
    assert!(
        lines[0].contains("  INFO spanwright::bridge::tests: it works user=\"bob\" count=3 trace_id="),
        "{lines:?}"
    );
    assert!(
        lines[1].ends_with("  WARN spanwright::bridge::tests: outside"),
        "{lines:?}"
    );
}

#[test]
fn json_lines_are_json() {
    let _traces = TestTraces::start();
    let lines = logged(Logs::Json, "", Vec::new(), || {
        tracing::info_span!(target: "app", "theirs").in_scope(|| {
            tracing::error!(list = ?["a"], ratio = 0.5, "two\nlines \"quoted\"");
        });
    });
    let line: serde_json::Value = serde_json::from_str(&lines).unwrap();
    assert_eq!(line["level"], "ERROR");
    assert_eq!(line["message"], "two\nlines \"quoted\"");
    assert_eq!(line["fields"]["ratio"], 0.5);
    assert_eq!(line["fields"]["list"], "[\"a\"]");
    assert_eq!(line["trace_id"].as_str().unwrap().len(), 32);
    assert_eq!(line["span_id"].as_str().unwrap().len(), 16);
    assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn a_line_is_redacted_and_stays_one_line() {
    let lines = logged(Logs::Text, "", Vec::new(), || {
        tracing::info!(
            password = "hunter2",
            "token ghp_planted0planted0planted0planted0plan\n\x1b[31mfake line"
        );
    });
    assert_eq!(lines.lines().count(), 1, "{lines}");
    assert!(
        !lines.contains("hunter2") && !lines.contains("ghp_planted") && !lines.contains('\x1b'),
        "{lines}"
    );
}

#[test]
fn what_rust_log_says_is_about_lines_only() {
    let traces = TestTraces::start();
    let lines = logged(Logs::Text, "error", Vec::new(), || {
        tracing::info_span!(target: "app", "theirs").in_scope(|| {
            crate::in_span("ours", || tracing::warn!(target: "app", "quiet"));
        });
    });
    assert_eq!(lines, "");
    crate::assert_trace!(traces, "theirs" => { "ours" });
    assert_eq!(traces.find("ours").unwrap().events.len(), 1);
}

#[test]
fn directives_may_name_a_span() {
    let _traces = TestTraces::start();
    let lines = logged(Logs::Text, "off,[chosen]=debug", Vec::new(), || {
        tracing::debug!(target: "app", "before");
        tracing::info_span!(target: "app", "chosen").in_scope(|| tracing::debug!(target: "app", "inside"));
    });
    assert!(lines.contains("inside") && !lines.contains("before"), "{lines}");
}

struct Debugs;

impl std::fmt::Debug for Debugs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        tracing::info!(target: "app", "from debug");
        f.write_str("value")
    }
}

#[test]
fn a_value_that_logs_when_it_is_recorded_does_not_hang() {
    let lines = logged(Logs::Text, "info,[never]=trace", Vec::new(), || {
        let span = tracing::info_span!(target: "app", "span", late = tracing::field::Empty);
        span.in_scope(|| {
            span.record("late", tracing::field::debug(Debugs));
            tracing::info!(target: "app", value = ?Debugs, "event");
        });
    });
    // `tracing` itself leaves out what is said while an event is under way.
    assert_eq!(lines.matches("from debug").count(), 1, "{lines}");
    assert!(lines.contains("event value=\"value\""), "{lines}");
}

/// A layer of the program's own, without a filter.
#[derive(Clone, Default)]
struct Counts(Arc<Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> Layer<S> for Counts {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        self.0.lock().unwrap().push(event.metadata().target().to_owned());
    }
}

#[test]
fn a_layer_of_the_programs_own_sees_what_ours_declines() {
    let traces = TestTraces::start();
    let counts = Counts::default();
    let lines = logged(Logs::Text, "warn", vec![Box::new(counts.clone())], || {
        tracing::info_span!(target: "app", "theirs").in_scope(|| {
            tracing::trace!(target: "h2::codec", "frame");
            tracing::info!(target: "app", "event");
        });
    });
    assert_eq!(lines, "");
    assert_eq!(*counts.0.lock().unwrap(), ["h2::codec", "app"]);
    assert_eq!(traces.find("theirs").unwrap().events.len(), 1);
}

#[test]
fn logs_may_be_off() {
    let lines = logged(Logs::Off, "trace", Vec::new(), || tracing::error!("silence"));
    assert_eq!(lines, "");
}

#[test]
fn every_mix_of_layers_keeps_spans_and_declines_the_rest() {
    let quiet = || -> BoxedLayer { Box::new(Counts::default().with_filter(LevelFilter::ERROR)) };
    let open = || -> BoxedLayer { Box::new(Counts::default()) };
    for (logs, directives) in [(Logs::Off, ""), (Logs::Text, "off"), (Logs::Json, "error")] {
        for layers in [vec![], vec![quiet()], vec![open()], vec![quiet(), open()]] {
            let (traces, count) = (TestTraces::start(), layers.len());
            let lines = logged(logs, directives, layers, || {
                tracing::info_span!(target: "app", "theirs").in_scope(|| {
                    tracing::info!(target: "app", "event");
                    tracing::debug_span!(target: "app", "detail").in_scope(|| crate::in_span("ours", || ()));
                });
            });
            assert_eq!(lines, "");
            assert_eq!(
                traces.tree().lines().count(),
                2,
                "{logs:?}, {count}: {}",
                traces.tree()
            );
            assert_eq!(
                traces.find("theirs").unwrap().events.len(),
                1,
                "{logs:?}, {count}"
            );
        }
    }
}
