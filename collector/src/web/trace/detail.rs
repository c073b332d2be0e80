//! All that is known of one span, in the order a person looks for it. The page and its script show the same.

use serde::Serialize;

use super::view::View;
use crate::analysis::{Origin, parallel_parts};
use crate::filter::line::{quoted, written_key};
use crate::model::{Attribute, Event, LogRecord, Nanos, Span, StatusCode, Value, find};
use crate::web::format;
use crate::web::search::address;

#[derive(Debug, Serialize)]
pub(super) struct Detail<'a> {
    pub(super) key: &'a str,
    pub(super) service: &'a str,
    pub(super) color: usize,
    pub(super) name: &'a str,
    /// The error's text, where the span is one; may be empty.
    pub(super) error: Option<&'a str>,
    pub(super) facts: Vec<Fact>,
    /// What is odd about it.
    pub(super) notes: Vec<String>,
    pub(super) sections: Vec<Section>,
}

/// A name and what it is.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) text: String,
    /// Where the text is a moment: milliseconds, for the reader's time zone.
    pub(super) ms: Option<Nanos>,
}

/// A part of the panel that can be closed.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) count: usize,
    pub(super) open: bool,
    pub(super) groups: Vec<Group>,
}

/// Attributes with what they belong to: nothing else, an event, a link or a log record.
#[derive(Debug, Default, Serialize)]
pub(super) struct Group {
    pub(super) title: String,
    /// When, or how severe.
    pub(super) aside: String,
    /// Where the title leads.
    pub(super) href: Option<String>,
    pub(super) bad: bool,
    /// A text of several lines.
    pub(super) text: Option<String>,
    pub(super) entries: Vec<Entry>,
    /// Attributes that the sender left out.
    pub(super) dropped: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) kind: &'static str,
    pub(super) value: String,
    /// A search for spans that have the same.
    pub(super) href: Option<String>,
}

impl<'a> Detail<'a> {
    pub(super) fn new(view: &'a View<'a>, at: usize) -> Self {
        let span = view.span(at);
        let (exceptions, events): (Vec<&Event>, Vec<&Event>) =
            span.events.iter().partition(|event| event.name == "exception");
        let logs: Vec<&LogRecord> = view
            .trace
            .logs
            .iter()
            .filter(|log| log.span_id == span.span_id)
            .collect();
        let event = |event: &&Event| event_group(event, span);
        let of = |attributes: &[Attribute], dropped| Group {
            entries: attributes.iter().map(entry).collect(),
            dropped,
            ..Group::default()
        };
        let resource = of(&span.resource.attributes, span.resource.dropped_attributes);
        let sections = [
            section("Errors", true, exceptions.iter().map(event).collect()),
            section(
                "Attributes",
                true,
                vec![of(&span.attributes, span.dropped_attributes)],
            ),
            section("Events", true, events.iter().map(event).collect()),
            section(
                "Logs",
                true,
                logs.iter().map(|log| log_group(log, span)).collect(),
            ),
            section("Links", true, span.links.iter().map(link_group).collect()),
            section("Resource", false, vec![resource]),
            section("Scope", false, vec![scope(span)]),
        ];
        Self {
            key: view.key(at),
            service: span.service(),
            color: view.palette.color(span.service()),
            name: &span.name,
            error: span.is_error().then_some(&*span.status.message),
            facts: facts(view, at),
            notes: notes(view, at),
            sections: sections.into_iter().filter(|section| section.count > 0).collect(),
        }
    }
}

fn section(title: &'static str, open: bool, groups: Vec<Group>) -> Section {
    let plain = groups.iter().all(|group| group.title.is_empty());
    let count = match plain {
        true => groups
            .iter()
            .map(|group| group.entries.len() + group.dropped as usize)
            .sum(),
        false => groups.len(),
    };
    Section {
        title,
        count,
        open,
        groups,
    }
}

fn facts(view: &View<'_>, at: usize) -> Vec<Fact> {
    let (span, node) = (view.span(at), view.tree.node(at));
    let waited: Nanos = view
        .critical
        .iter()
        .filter(|section| section.span == at)
        .map(|section| section.end - section.start)
        .sum();
    let fact = |name, text| Fact { name, text, ms: None };
    let mut facts = vec![
        fact("Duration", format::duration(node.duration())),
        fact("Self time", format::duration(view.self_times[at])),
        fact("Starts after", format::duration(view.offset(at))),
        Fact {
            name: "Start",
            text: format::moment(span.start),
            ms: Some(span.start / 1_000_000),
        },
        fact("Kind", span.kind.name().to_owned()),
    ];
    if waited > 0 {
        facts.push(fact("On the critical path", format::duration(waited)));
    }
    match (span.status.code, span.status.message.as_str()) {
        (StatusCode::Ok, "") => facts.push(fact("Status", "ok".to_owned())),
        (StatusCode::Ok | StatusCode::Unset, message) if !message.is_empty() => {
            facts.push(fact("Status text", message.to_owned()));
        }
        _ => {}
    }
    facts.push(fact("Span id", span.span_id.to_string()));
    facts.extend(span.parent_id.map(|parent| fact("Parent id", parent.to_string())));
    if !span.trace_state.is_empty() {
        facts.push(fact("Trace state", span.trace_state.clone()));
    }
    facts
}

fn notes(view: &View<'_>, at: usize) -> Vec<String> {
    let (span, node) = (view.span(at), view.tree.node(at));
    let mut notes = Vec::new();
    match node.origin {
        Origin::Orphan => notes.push("Its parent is not here, or not yet.".to_owned()),
        Origin::Cycle => notes.push("Its ancestors lead back to itself; the circle is cut here.".to_owned()),
        Origin::Root | Origin::Child => {}
    }
    if node.shift != 0 {
        let shift = format::shift(node.shift);
        notes.push(format!(
            "Moved by {shift} to fit its caller: the clock of {} disagrees.",
            span.service()
        ));
    }
    if span.end < span.start {
        notes.push(format!(
            "It ended {} before it began.",
            format::duration(span.start - span.end)
        ));
    }
    if view.tree.children(at).len() > 1 {
        notes.extend(
            parallel_parts(&view.tree)
                .into_iter()
                .filter(|part| part.parent == at)
                .take(3)
                .map(|part| {
                    let (children, took) = (part.children.len(), format::duration(part.end - part.start));
                    format!(
                        "{children} children ran in parallel for {took}, up to {} at once.",
                        part.most
                    )
                }),
        );
    }
    for (number, what) in [(span.dropped_events, "event"), (span.dropped_links, "link")] {
        if number > 0 {
            notes.push(format!(
                "The sender left out {}.",
                format::count(number as usize, what)
            ));
        }
    }
    notes
}

fn entry((key, value): &Attribute) -> Entry {
    let searched = match value {
        Value::Text(text) if text.len() <= 256 => Some(quoted(text)),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    };
    Entry {
        key: key.clone(),
        kind: format::value_kind(value),
        value: format::value(value),
        href: searched.map(|value| address(&format!("{}={value}", written_key(key)), "24h")),
    }
}

fn event_group(event: &Event, span: &Span) -> Group {
    let exception = event.name == "exception";
    let text = |key| find(&event.attributes, key).map(format::value);
    let title = match (exception, text("exception.type"), text("exception.message")) {
        (true, Some(kind), Some(message)) => format!("{kind}: {message}"),
        (true, Some(only), None) | (true, None, Some(only)) => only,
        _ => event.name.clone(),
    };
    let shown = ["exception.type", "exception.message", "exception.stacktrace"];
    Group {
        title,
        aside: since(event.time, span),
        href: None,
        bad: exception,
        text: exception.then(|| text("exception.stacktrace")).flatten(),
        entries: event
            .attributes
            .iter()
            .filter(|(key, _)| !exception || !shown.contains(&key.as_str()))
            .map(entry)
            .collect(),
        dropped: event.dropped_attributes,
    }
}

fn link_group(link: &crate::model::Link) -> Group {
    Group {
        title: format!("{} / {}", link.trace_id, link.span_id),
        href: Some(format!("/trace/{}?span={}", link.trace_id, link.span_id)),
        entries: link.attributes.iter().map(entry).collect(),
        dropped: link.dropped_attributes,
        ..Group::default()
    }
}

fn log_group(log: &LogRecord, span: &Span) -> Group {
    let severity = match log.severity {
        _ if !log.severity_text.is_empty() => log.severity_text.as_str(),
        1..=4 => "trace",
        5..=8 => "debug",
        9..=12 => "info",
        13..=16 => "warn",
        17..=20 => "error",
        21..=24 => "fatal",
        _ => "log",
    };
    let body = format::value(&log.body);
    let name = if log.event_name.is_empty() {
        ""
    } else {
        &log.event_name
    };
    Group {
        title: format!("{severity} {name}").trim_end().to_owned(),
        aside: since(log.time, span),
        href: None,
        bad: log.severity >= 17,
        text: (!body.is_empty()).then_some(body),
        entries: log.attributes.iter().map(entry).collect(),
        dropped: log.dropped_attributes,
    }
}

fn scope(span: &Span) -> Group {
    let scope = &span.scope;
    let named = [
        ("name", &scope.name),
        ("version", &scope.version),
        ("schema", &scope.schema_url),
    ];
    let named = named
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(key, text)| Entry {
            key: key.to_owned(),
            kind: "text",
            value: text.clone(),
            href: None,
        });
    Group {
        entries: named.chain(scope.attributes.iter().map(entry)).collect(),
        dropped: scope.dropped_attributes,
        ..Group::default()
    }
}

/// When something happened, from the start of its span.
fn since(time: Nanos, span: &Span) -> String {
    format::shift(i128::from(time) - i128::from(span.start))
}
