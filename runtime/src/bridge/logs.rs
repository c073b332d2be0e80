//! Log lines on stderr: `tracing` events with the ids of the current span, redacted.

use super::fields::{Fields, Loose};
use super::{clean, forwarded, json};
use crate::context::Context;
use crate::record::Attributes;
use crate::value::Value;
use crate::wire::Reader;
use std::borrow::Cow;
use std::fmt;
use tracing_core::subscriber::Interest;
use tracing_core::{Event, LevelFilter, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::{self, Layer as _};
use tracing_subscriber::registry::LookupSpan;

/// Whether the program's `tracing` events are written to stderr as log lines, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Logs {
    /// None.
    Off,
    /// One line of text for each.
    #[default]
    Text,
    /// One line of JSON for each.
    Json,
}

/// A layer that writes log lines; `directives` are those of `RUST_LOG`, `info` where there are none.
pub(super) fn layer<S>(
    logs: Logs,
    directives: &str,
    writer: BoxMakeWriter,
) -> impl layer::Layer<S> + Send + Sync + 'static
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .parse_lossy(directives);
    tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(writer)
        .log_internal_errors(false)
        .fmt_fields(NoFields)
        .event_format(Line { logs })
        .with_filter(EventFilter {
            filter,
            by_span: directives.contains('['),
        })
}

/// `RUST_LOG` for events; spans are looked at only where a directive names one.
struct EventFilter {
    filter: EnvFilter,
    by_span: bool,
}

impl<S> layer::Filter<S> for EventFilter
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn enabled(&self, metadata: &Metadata<'_>, context: &layer::Context<'_, S>) -> bool {
        (metadata.is_event() || self.by_span) && layer::Filter::enabled(&self.filter, metadata, context)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.is_event() || self.by_span {
            <EnvFilter as layer::Filter<S>>::callsite_enabled(&self.filter, metadata)
        } else {
            Interest::never()
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        <EnvFilter as layer::Filter<S>>::max_level_hint(&self.filter)
    }

    fn on_new_span(
        &self,
        attributes: &tracing_core::span::Attributes<'_>,
        id: &tracing_core::span::Id,
        context: layer::Context<'_, S>,
    ) {
        layer::Filter::on_new_span(&self.filter, attributes, id, context);
    }

    fn on_record(
        &self,
        id: &tracing_core::span::Id,
        values: &tracing_core::span::Record<'_>,
        context: layer::Context<'_, S>,
    ) {
        layer::Filter::on_record(&self.filter, id, values, context);
    }

    fn on_enter(&self, id: &tracing_core::span::Id, context: layer::Context<'_, S>) {
        layer::Filter::on_enter(&self.filter, id, context);
    }

    fn on_exit(&self, id: &tracing_core::span::Id, context: layer::Context<'_, S>) {
        layer::Filter::on_exit(&self.filter, id, context);
    }

    fn on_close(&self, id: tracing_core::span::Id, context: layer::Context<'_, S>) {
        layer::Filter::on_close(&self.filter, id, context);
    }
}

/// Spans' fields are not part of a line; so their `Debug` never runs while `tracing` holds a lock.
struct NoFields;

impl<'writer> FormatFields<'writer> for NoFields {
    fn format_fields<R: tracing_subscriber::field::RecordFields>(
        &self,
        _: Writer<'writer>,
        _: R,
    ) -> fmt::Result {
        Ok(())
    }
}

struct Line {
    logs: Logs,
}

/// An event as it is written: everything redacted.
struct Entry<'a> {
    metadata: &'a Metadata<'a>,
    target: Cow<'a, str>,
    message: String,
    fields: Attributes,
    /// Trace and span, in hexadecimal digits.
    ids: Option<(String, String)>,
}

impl<'a> Entry<'a> {
    fn read(event: &'a Event<'_>) -> Self {
        let (mut message, mut loose) = (String::new(), Loose::default());
        event.record(&mut Fields::of_event(&mut loose, &mut message, event.metadata()));
        let mut fields = Reader::new(&loose.wire).attributes();
        fields
            .iter_mut()
            .for_each(|(key, value)| clean::value(key.as_str(), value));
        let current = Context::current();
        let span = current.span();
        Self {
            metadata: event.metadata(),
            target: match forwarded::origin_of(event) {
                Some(origin) => Cow::Owned(clean::text(&one_line(&origin.target))),
                None => Cow::Borrowed(event.metadata().target()),
            },
            message: clean::text(&message),
            fields,
            ids: span
                .is_valid()
                .then(|| (span.trace_id.to_string(), span.span_id.to_string())),
        }
    }

    fn text(&self, out: &mut Writer<'_>) -> fmt::Result {
        write!(out, " {:>5} {}:", self.metadata.level(), self.target)?;
        if !self.message.is_empty() {
            write!(out, " {}", one_line(&self.message))?;
        }
        for (key, value) in &self.fields {
            match value {
                Value::String(text) => write!(out, " {key}={text:?}")?,
                other => write!(out, " {key}={other}")?,
            }
        }
        if let Some((trace, span)) = &self.ids {
            write!(out, " trace_id={trace} span_id={span}")?;
        }
        writeln!(out)
    }

    fn json(&self, out: &mut Writer<'_>) -> fmt::Result {
        write!(out, ",\"level\":\"{}\",\"target\":", self.metadata.level())?;
        json::string(out, &self.target)?;
        out.write_str(",\"message\":")?;
        json::string(out, &self.message)?;
        if let Some((trace, span)) = &self.ids {
            write!(out, ",\"trace_id\":\"{trace}\",\"span_id\":\"{span}\"")?;
        }
        if !self.fields.is_empty() {
            out.write_str(",\"fields\":")?;
            json::write(out, &Value::Map(self.fields.clone()))?;
        }
        out.write_str("}\n")
    }
}

/// A message cannot pass for another line, nor reach a terminal with control characters.
fn one_line(message: &str) -> String {
    let mut line = String::with_capacity(message.len());
    for character in message.chars() {
        match character {
            '\n' => line.push_str("\\n"),
            '\t' => line.push(character),
            control if control.is_control() => line.extend(control.escape_default()),
            other => line.push(other),
        }
    }
    line
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let entry = Entry::read(event);
        if self.logs == Logs::Json {
            out.write_str("{\"timestamp\":\"")?;
            SystemTime.format_time(&mut out)?;
            out.write_str("\"")?;
            entry.json(&mut out)
        } else {
            SystemTime.format_time(&mut out)?;
            entry.text(&mut out)
        }
    }
}
