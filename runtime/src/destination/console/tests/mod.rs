//! What is printed, to the letter: the records that the tests by subject share.

mod records;
mod tree;
mod waiting;

use super::*;
use crate::id::{SpanId, TraceFlags, TraceId};
use crate::record::{
    Attributes, Event, HistogramPoint, Kind as SpanKind, Link, LogRecord, Metric, MetricData, NumberPoint,
    Outcome, Severity, SpanRecord, Status,
};
use crate::value::Value;
use std::io;
use std::sync::Mutex;

/// 2026-11-21T14:03:04.123Z
const NOON: u64 = 1_795_269_784_123_000_000;

const MS: u64 = 1_000_000;

/// A writer whose text a test can read.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    /// What was written since the last look.
    fn text(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn console() -> (Console, Paper) {
    let paper = Paper::default();
    (Console::to(paper.clone()), paper)
}

fn trace_id(number: u8) -> TraceId {
    let mut bytes = *b"\x4b\xf9\x2f\x35\x77\xb3\x4d\xa6\xa3\xce\x92\x9d\x0e\x0e\x47\x00";
    bytes[15] = number;
    TraceId::from_bytes(bytes)
}

fn span_id(number: u8) -> SpanId {
    SpanId::from_bytes([0, 0, 0, 0, 0, 0, 0, number])
}

fn attributes<const N: usize>(items: [(&'static str, Value); N]) -> Attributes {
    items
        .into_iter()
        .map(|(key, value)| (key.into(), value))
        .collect()
}

/// A span of trace 1; `start` and `end` in ms.
fn span(id: u8, parent: Option<u8>, name: &'static str, start: u64, end: u64) -> SpanRecord {
    SpanRecord {
        parent_span_id: parent.map(span_id),
        scope: "app".into(),
        start_ns: NOON + start * MS,
        end_ns: NOON + end * MS,
        ..SpanRecord::new(trace_id(1), span_id(id), name)
    }
}

fn event<const N: usize>(at: u64, name: &'static str, items: [(&'static str, Value); N]) -> Event {
    Event {
        time_ns: NOON + at * MS,
        name: name.into(),
        attributes: attributes(items),
        dropped_attributes: 0,
    }
}

fn log(trace: TraceId, span: SpanId, at: u64) -> LogRecord {
    LogRecord {
        time_ns: NOON + at * MS,
        severity: Severity::Warn,
        event_name: "cache.miss".into(),
        body: Some("key not\nfound".into()),
        trace_id: trace,
        span_id: span,
        flags: TraceFlags::SAMPLED,
        scope: "app".into(),
        attributes: attributes([("cache.key", "k 1".into())]),
        dropped_attributes: 0,
    }
}

fn batch(spans: Vec<SpanRecord>, logs: Vec<LogRecord>) -> Batch {
    Batch {
        spans,
        logs,
        ..Batch::new(Arc::new(Resource::new().with("service.name", "assistant")))
    }
}

/// What is written for these spans in one batch.
fn drawn(spans: Vec<SpanRecord>) -> String {
    let (mut console, paper) = console();
    console.deliver(&batch(spans, vec![])).unwrap();
    paper.text()
}

/// The assistant of the examples, with a tool that fails.
fn assistant() -> Vec<SpanRecord> {
    vec![
        SpanRecord {
            kind: SpanKind::Client,
            attributes: attributes([
                ("db.system.name", "sqlite".into()),
                ("db.query.summary", "SELECT nodes".into()),
                ("db.response.returned_rows", 12.into()),
            ]),
            ..span(4, Some(3), "SELECT nodes", 2, 5)
        },
        SpanRecord {
            events: vec![event(1, "cache_miss", [("tier", 1.into())])],
            ..span(3, Some(2), "orchestrator.load_tier1", 1, 6)
        },
        SpanRecord {
            kind: SpanKind::Client,
            outcome: Outcome::Error,
            status: Status::Error("connection refused".into()),
            attributes: attributes([
                ("gen_ai.tool.name", "search".into()),
                ("error.type", "std::io::Error".into()),
                ("code.function.name", "app::search".into()),
            ]),
            events: vec![event(
                460,
                "exception",
                [
                    ("exception.type", "std::io::Error".into()),
                    ("exception.message", "connection refused".into()),
                    ("exception.stacktrace", "0: main".into()),
                ],
            )],
            ..span(6, Some(5), "execute_tool search", 40, 460)
        },
        SpanRecord {
            kind: SpanKind::Client,
            attributes: attributes([
                ("gen_ai.provider.name", "openai".into()),
                ("gen_ai.usage.input_tokens", 412.into()),
                ("gen_ai.usage.output_tokens", 57.into()),
                ("gen_ai.request.model", "gpt-4o-mini".into()),
            ]),
            events: vec![
                event(19, "mcp_tool_called", [("tool", "search".into())]),
                event(800, "response_received", []),
            ],
            ..span(5, Some(2), "chat gpt-4o-mini", 7, 817)
        },
        SpanRecord {
            outcome: Outcome::Cancelled,
            ..span(7, Some(2), "orchestrator.parse_response", 818, 819)
        },
        SpanRecord {
            attributes: attributes([
                ("session_id", "s-17".into()),
                ("persona", "noor".into()),
                ("query_length", 42.into()),
                ("history_length", 3.into()),
                ("confidence", 0.87.into()),
                ("fast_path", false.into()),
                ("note", "said \"hello\" to the whole world".into()),
            ]),
            ..span(2, Some(1), "orchestrator.execute_query", 0, 840)
        },
        SpanRecord {
            kind: SpanKind::Server,
            attributes: attributes([
                ("url.path", "/api/v1/chat/message".into()),
                ("http.request.method", "POST".into()),
                ("http.route", "/api/v1/chat/message".into()),
                ("http.response.status_code", 200.into()),
            ]),
            ..span(1, None, "POST /api/v1/chat/message", 0, 842)
        },
    ]
}

fn metric(data: MetricData) -> Metric {
    Metric {
        name: "gen_ai.client.token.usage".into(),
        description: "".into(),
        unit: "{token}".into(),
        scope: "app".into(),
        data,
    }
}
