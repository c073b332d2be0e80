//! All that a span holds, on a terminal: one thing in a line, below the span.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;

use super::terminal::{counted, safe};
use crate::filter::line::written_duration;
use crate::model::{
    Attribute, Event, Kind, Link, LogRecord, Nanos, Resource, Scope, Span, SpanId, StatusCode, Trace, Value,
};

/// Bytes of a value that are shown.
const BYTES: usize = 256;

/// Writes the details of a trace's spans. A resource or a scope is written with the first span that has it, and again
/// where another one came between.
#[derive(Debug)]
pub(super) struct Details<'a> {
    /// Those that no span has been written for.
    logs: BTreeMap<SpanId, Vec<&'a LogRecord>>,
    resource: Option<&'a Resource>,
    scope: Option<&'a Scope>,
}

impl<'a> Details<'a> {
    pub(super) fn new(trace: &'a Trace) -> Self {
        let mut logs: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for log in &trace.logs {
            logs.entry(log.span_id).or_default().push(log);
        }
        Self {
            logs,
            resource: None,
            scope: None,
        }
    }

    pub(super) fn write(&mut self, out: &mut dyn Write, span: &'a Span, indent: &str) -> io::Result<()> {
        let mut lines = Lines {
            out,
            indent: format!("{indent}    "),
        };
        lines.span(span)?;
        if self.resource.replace(&span.resource) != Some(&*span.resource) {
            lines.resource(&span.resource)?;
        }
        if self.scope.replace(&span.scope) != Some(&*span.scope) {
            lines.scope(&span.scope)?;
        }
        let own = self.logs.remove(&span.span_id).unwrap_or_default();
        own.into_iter().try_for_each(|log| lines.log(log))
    }

    /// Log records of spans that have not come.
    pub(super) fn write_rest(self, out: &mut dyn Write) -> io::Result<()> {
        for log in self.logs.into_values().flatten() {
            writeln!(out, "(span {} is not here)", log.span_id)?;
            let indent = "    ".to_owned();
            Lines {
                out: &mut *out,
                indent,
            }
            .log(log)?;
        }
        Ok(())
    }
}

struct Lines<'a> {
    out: &'a mut dyn Write,
    indent: String,
}

impl Lines<'_> {
    fn span(&mut self, span: &Span) -> io::Result<()> {
        self.line("span", &span.span_id)?;
        if let Some(parent) = span.parent_id {
            self.line("parent", &parent)?;
        }
        self.line("start", &moment(span.start))?;
        if span.kind != Kind::Unspecified {
            self.line("kind", &span.kind.name())?;
        }
        if span.status.code != StatusCode::Unset {
            self.line("status", &span.status.code.name())?;
        }
        self.text("status", &span.status.message)?;
        self.text("tracestate", &span.trace_state)?;
        self.attributes(&span.attributes, span.dropped_attributes)?;
        for event in &span.events {
            self.event(event, span.start)?;
        }
        self.dropped("event", span.dropped_events)?;
        for link in &span.links {
            self.link(link)?;
        }
        self.dropped("link", span.dropped_links)
    }

    fn event(&mut self, event: &Event, start: Nanos) -> io::Result<()> {
        self.line("event", &safe(&event.name))?;
        let within = &mut self.within();
        match event.time.checked_sub(start) {
            Some(after) => within.line("after", &written_duration(after))?,
            None => within.line("time", &moment(event.time))?,
        }
        within.attributes(&event.attributes, event.dropped_attributes)
    }

    fn link(&mut self, link: &Link) -> io::Result<()> {
        let to = format!("span {} of trace {}", link.span_id, link.trace_id);
        self.line("link", &to)?;
        let within = &mut self.within();
        within.text("tracestate", &link.trace_state)?;
        within.attributes(&link.attributes, link.dropped_attributes)
    }

    fn resource(&mut self, resource: &Resource) -> io::Result<()> {
        writeln!(self.out, "{}resource", self.indent)?;
        let within = &mut self.within();
        within.text("schema", &resource.schema_url)?;
        within.attributes(&resource.attributes, resource.dropped_attributes)
    }

    fn scope(&mut self, scope: &Scope) -> io::Result<()> {
        if *scope == Scope::default() {
            return Ok(());
        }
        let parts = [&scope.name, &scope.version, &scope.schema_url];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(|part| safe(part))
            .collect();
        self.line("scope", &parts.join(" "))?;
        self.within()
            .attributes(&scope.attributes, scope.dropped_attributes)
    }

    fn log(&mut self, log: &LogRecord) -> io::Result<()> {
        self.line("log", &value(&log.body))?;
        let within = &mut self.within();
        within.line("time", &moment(log.time))?;
        if !log.severity_text.is_empty() || log.severity > 0 {
            let severity = format!("{} ({})", safe(&log.severity_text), log.severity);
            within.line("severity", &severity.trim_start())?;
        }
        within.text("event", &log.event_name)?;
        within.attributes(&log.attributes, log.dropped_attributes)
    }

    fn attributes(&mut self, attributes: &[Attribute], dropped: u32) -> io::Result<()> {
        attributes
            .iter()
            .try_for_each(|(key, found)| self.line(&safe(key), &value(found)))?;
        self.dropped("attribute", dropped)
    }

    fn dropped(&mut self, what: &str, dropped: u32) -> io::Result<()> {
        if dropped == 0 {
            return Ok(());
        }
        let dropped = counted(dropped.into(), what);
        writeln!(self.out, "{}({dropped} left out by the sender)", self.indent)
    }

    /// Where there is a text.
    fn text(&mut self, key: &str, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.line(key, &safe(text))
    }

    fn line(&mut self, key: &str, value: &dyn std::fmt::Display) -> io::Result<()> {
        writeln!(self.out, "{}{key} = {value}", self.indent)
    }

    fn within(&mut self) -> Lines<'_> {
        Lines {
            out: &mut *self.out,
            indent: format!("{}  ", self.indent),
        }
    }
}

fn moment(nanos: Nanos) -> String {
    Timestamp::from_nanosecond(i128::from(nanos)).map_or_else(|_| nanos.to_string(), |at| at.to_string())
}

fn value(found: &Value) -> String {
    match found {
        Value::Empty => "(empty)".to_owned(),
        Value::Text(text) => safe(text),
        Value::Bool(yes) => yes.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Bytes(bytes) => {
            let hex: String = bytes
                .iter()
                .take(BYTES)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let more = if bytes.len() > BYTES { "…" } else { "" };
            format!("{hex}{more} ({})", counted(bytes.len() as u64, "byte"))
        }
        Value::Array(values) => format!("[{}]", values.iter().map(value).collect::<Vec<_>>().join(", ")),
        Value::Map(pairs) => {
            let pairs = pairs
                .iter()
                .map(|(key, found)| format!("{}: {}", safe(key), value(found)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}
