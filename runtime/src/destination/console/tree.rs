//! Draws spans as a tree: on the left how long each took, or when its events were; then the branches.

use super::attributes::items;
use super::buffer::{Note, Part};
use super::layout::{Page, Tone, label};
use super::text::{clean, duration, time_of_day};
use crate::id::SpanId;
use crate::record::{Attributes, Event, Kind, LogRecord, Outcome, SpanRecord, Status};
use crate::value::Value;
use std::collections::HashMap;
use std::time::Duration;

/// Characters of the column for durations and offsets, and of what stands before the branches.
const TIME_WIDTH: usize = 9;
const LEFT: usize = TIME_WIDTH + 2;
/// Deeper than this, branches move no further to the right and the depth is written.
const MOST_DEPTH: usize = 16;
/// Events and log records of a span that are shown.
const MOST_EVENTS: usize = 20;
const MOST_NAME: usize = 72;
const MOST_MESSAGE: usize = 200;

/// Draws one trace, or a part of it.
pub(super) fn draw(page: &mut Page, service: &str, part: &Part) {
    header(page, service, part);
    let mut logs: HashMap<SpanId, Vec<&LogRecord>> = HashMap::new();
    for log in &part.logs {
        logs.entry(log.span_id).or_default().push(log);
    }
    for row in rows(&part.spans) {
        let logs = logs.remove(&row.span.span_id).unwrap_or_default();
        draw_span(page, &row, logs);
    }
    // Of spans that are in another part.
    for log in &part.logs {
        if logs.contains_key(&log.span_id) {
            super::lines::log(page, log);
        }
    }
    page.end();
}

fn header(page: &mut Page, service: &str, part: &Part) {
    let count = |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let errors = part.spans.iter().filter(|span| is_error(span)).count();
    page.put(Tone::Service, &label(service, MOST_NAME));
    page.beside(Tone::Faint, "trace");
    page.put(Tone::Faint, &format!(" {}", part.trace_id));
    if let Some(start) = part.spans.iter().map(|span| span.start_ns).min() {
        page.beside(Tone::Faint, &time_of_day(start));
    }
    page.beside(Tone::Faint, &count(part.spans.len(), "span"));
    if errors > 0 {
        page.beside(Tone::Bad, &count(errors, "error"));
    }
    match part.note {
        Note::Whole => {}
        Note::Partial => page.beside(Tone::Odd, "(partial: its root has not ended)"),
        Note::Continued => page.beside(Tone::Odd, "(continued)"),
    }
    page.end();
}

/// A span and where it stands.
struct Row<'a> {
    span: &'a SpanRecord,
    /// Branches of its ancestors, and its own: empty at the top.
    branch: String,
    /// What stands before its further lines and its children's branches.
    margin: String,
    depth: usize,
    has_children: bool,
}

/// Spans from top to bottom, siblings by start. Each is there once, whatever their parents say.
fn rows(spans: &[SpanRecord]) -> Vec<Row<'_>> {
    let at: HashMap<SpanId, usize> = spans
        .iter()
        .enumerate()
        .map(|(at, span)| (span.span_id, at))
        .collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); spans.len()];
    let mut by_start: Vec<usize> = (0..spans.len()).collect();
    by_start.sort_by_key(|at| spans[*at].start_ns);
    let parent_of = |span: &SpanRecord| at.get(&span.parent_span_id?).copied();
    let mut tops = Vec::new();
    for index in &by_start {
        match parent_of(&spans[*index]).filter(|parent| parent != index) {
            Some(parent) => children[parent].push(*index),
            None => tops.push(*index),
        }
    }
    // Spans that are each other's parents hang below no top; each is tried as one at the end.
    let starts = tops.into_iter().chain(by_start);
    let mut drawn = vec![false; spans.len()];
    let mut rows = Vec::with_capacity(spans.len());
    for top in starts {
        let mut open = vec![(top, String::new(), String::new(), 0)];
        while let Some((index, branch, margin, depth)) = open.pop() {
            if std::mem::replace(&mut drawn[index], true) {
                continue;
            }
            let below: Vec<_> = children[index]
                .iter()
                .copied()
                .filter(|child| !drawn[*child])
                .collect();
            let has_children = !below.is_empty();
            // The last is drawn last, so it goes below the others on the stack.
            for (position, child) in below.into_iter().rev().enumerate() {
                let (corner, line) = if position == 0 {
                    ("└─ ", "   ")
                } else {
                    ("├─ ", "│  ")
                };
                open.push(if depth < MOST_DEPTH {
                    (
                        child,
                        format!("{margin}{corner}"),
                        format!("{margin}{line}"),
                        depth + 1,
                    )
                } else {
                    (child, branch.clone(), margin.clone(), depth + 1)
                });
            }
            rows.push(Row {
                span: &spans[index],
                branch,
                margin,
                depth,
                has_children,
            });
        }
    }
    rows
}

impl Row<'_> {
    /// The beginning of a line below the span's own: a time, and the branches that pass by.
    fn begin(&self, page: &mut Page, time: &str) {
        page.put(Tone::Time, &format!("{time:>TIME_WIDTH$}"));
        page.put(Tone::Plain, "  ");
        let to_children = if self.has_children { "│  " } else { "   " };
        page.put(Tone::Faint, &format!("{}{to_children}", self.margin));
    }
}

fn draw_span(page: &mut Page, row: &Row<'_>, logs: Vec<&LogRecord>) {
    let span = row.span;
    page.put(Tone::Time, &format!("{:>TIME_WIDTH$}", duration(span.duration())));
    page.put(Tone::Plain, &" ".repeat(LEFT - TIME_WIDTH));
    page.put(Tone::Faint, &row.branch);
    if row.depth > MOST_DEPTH {
        page.put(Tone::Odd, &format!("⋯{} ", row.depth));
    }
    let (mark, tone) = mark(span);
    page.put(tone, mark);
    page.put(Tone::Plain, " ");
    page.put(Tone::Strong, &label(&span.name, MOST_NAME));
    if span.kind != Kind::Internal {
        page.beside(Tone::Faint, span.kind.as_str());
    }
    if !matches!(span.outcome, Outcome::Ok | Outcome::Error) {
        page.beside(tone, span.outcome.as_str());
    }
    if !span.links.is_empty() {
        page.beside(Tone::Faint, &format!("links={}", span.links.len()));
    }
    let mut shown = items(&span.attributes, &span.name);
    // The exception's line begins with the same word.
    shown.retain(|item| item.key != "error.type" || !has_exception_of(span, &item.value));
    page.items(shown, &|page| row.begin(page, ""));
    page.end();
    draw_moments(page, row, logs);
    draw_message(page, row);
    draw_dropped(page, row);
}

fn is_error(span: &SpanRecord) -> bool {
    span.outcome.is_error() || matches!(span.status, Status::Error(_))
}

fn mark(span: &SpanRecord) -> (&'static str, Tone) {
    match span.outcome {
        _ if is_error(span) => ("✗", Tone::Bad),
        Outcome::Cancelled | Outcome::Abandoned => ("○", Tone::Odd),
        _ => ("✓", Tone::Good),
    }
}

fn has_exception_of(span: &SpanRecord, kind: &str) -> bool {
    let is_kind = |key: &str, value: &Value| key == "exception.type" && value.as_str() == Some(kind);
    span.events
        .iter()
        .take(MOST_EVENTS)
        .filter(|event| event.name == "exception")
        .any(|event| event.attributes.iter().any(|(key, value)| is_kind(key, value)))
}

/// What happened during a span.
enum Moment<'a> {
    Event(&'a Event),
    Log(&'a LogRecord),
}

impl Moment<'_> {
    fn time_ns(&self) -> u64 {
        match self {
            Self::Event(event) => event.time_ns,
            Self::Log(log) => log.time_ns,
        }
    }
}

fn draw_moments(page: &mut Page, row: &Row<'_>, logs: Vec<&LogRecord>) {
    let events = row.span.events.iter().map(Moment::Event);
    let mut moments: Vec<_> = events.chain(logs.into_iter().map(Moment::Log)).collect();
    moments.sort_by_key(Moment::time_ns);
    for moment in moments.iter().take(MOST_EVENTS) {
        row.begin(page, &offset(row.span, moment.time_ns()));
        match moment {
            Moment::Event(event) if event.name == "exception" => exception(page, &event.attributes),
            Moment::Event(event) => {
                page.put(Tone::Faint, "· ");
                page.put(Tone::Plain, &label(&event.name, MOST_NAME));
                page.items(items(&event.attributes, &event.name), &|page| row.begin(page, ""));
            }
            Moment::Log(log) if log.event_name == "exception" => exception(page, &log.attributes),
            Moment::Log(log) => super::lines::log_text(page, log, &|page| row.begin(page, "")),
        }
        page.end();
    }
    if let Some(more) = moments.len().checked_sub(MOST_EVENTS).filter(|more| *more > 0) {
        row.begin(page, "");
        page.put(Tone::Faint, &format!("… {more} more"));
        page.end();
    }
}

/// Since the span's start; a clock that was set back shows as a minus.
fn offset(span: &SpanRecord, time_ns: u64) -> String {
    let sign = if time_ns < span.start_ns { '-' } else { '+' };
    format!(
        "{sign}{}",
        duration(Duration::from_nanos(time_ns.abs_diff(span.start_ns)))
    )
}

/// The type and the message; the stack trace is for backends.
fn exception(page: &mut Page, attributes: &Attributes) {
    let text = |wanted: &str| {
        let found = attributes.iter().find(|(key, _)| key == wanted);
        found
            .and_then(|(_, value)| value.as_str())
            .filter(|text| !text.is_empty())
    };
    page.put(Tone::Bad, "! ");
    let kind = clean(text("exception.type").unwrap_or("exception"), MOST_NAME);
    match text("exception.message") {
        Some(message) => {
            page.put(Tone::Bad, &format!("{kind}: "));
            page.put(Tone::Plain, &clean(message, MOST_MESSAGE));
        }
        None => page.put(Tone::Bad, &kind),
    }
}

/// The status text, where no exception of the span says it already.
fn draw_message(page: &mut Page, row: &Row<'_>) {
    let Status::Error(message) = &row.span.status else {
        return;
    };
    let is_said = row
        .span
        .events
        .iter()
        .flat_map(|event| &event.attributes)
        .any(|(key, value)| *key == "exception.message" && value.as_str() == Some(message));
    if !message.is_empty() && !is_said {
        row.begin(page, "");
        page.put(Tone::Bad, "! ");
        page.put(Tone::Plain, &clean(message, MOST_MESSAGE));
        page.end();
    }
}

fn draw_dropped(page: &mut Page, row: &Row<'_>) {
    let span = row.span;
    let dropped: Vec<_> = [
        (span.dropped_attributes, "attributes"),
        (span.dropped_events, "events"),
        (span.dropped_links, "links"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{what} {count}"))
    .collect();
    if !dropped.is_empty() {
        row.begin(page, "");
        page.put(
            Tone::Odd,
            &format!("left out by the limits: {}", dropped.join(", ")),
        );
        page.end();
    }
}
