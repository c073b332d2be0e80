//! Walks records: names, keys, values, events, links, status text, bodies.

use super::{MARK, Redactions, Redactor};
use crate::limits::{DEPTH, TOO_DEEP};
use crate::record::{Attributes, LogRecord, Metric, MetricData, Resource, SpanRecord, Status};
use crate::value::{Key, Value};
use std::borrow::Cow;

impl Redactor {
    /// Redacts everything of a span but ids, times and the scope.
    pub(crate) fn redact_span(&self, span: &mut SpanRecord) -> Redactions {
        let mut counts = Redactions::default();
        // A name that is a literal in the source is no secret of this run.
        if matches!(span.name, Cow::Owned(_)) || span.site.is_none() {
            name(self, &mut span.name, &mut counts);
        }
        attributes(self, &mut span.attributes, &mut counts);
        for event in &mut span.events {
            name(self, &mut event.name, &mut counts);
            attributes(self, &mut event.attributes, &mut counts);
        }
        for link in &mut span.links {
            attributes(self, &mut link.attributes, &mut counts);
        }
        if let Status::Error(text) = &mut span.status {
            name(self, text, &mut counts);
        }
        counts
    }

    /// Redacts a log record's event name, body and attributes.
    pub(crate) fn redact_log(&self, log: &mut LogRecord) -> Redactions {
        let mut counts = Redactions::default();
        name(self, &mut log.event_name, &mut counts);
        if let Some(body) = &mut log.body {
            value(self, "", body, &mut counts);
        }
        attributes(self, &mut log.attributes, &mut counts);
        counts
    }

    /// Redacts a metric's name, description and the attributes of its points.
    pub(crate) fn redact_metric(&self, metric: &mut Metric) -> Redactions {
        let mut counts = Redactions::default();
        name(self, &mut metric.name, &mut counts);
        name(self, &mut metric.description, &mut counts);
        match &mut metric.data {
            MetricData::Sum(points) | MetricData::UpDown(points) | MetricData::Gauge(points) => {
                for point in points {
                    attributes(self, &mut point.attributes, &mut counts);
                }
            }
            MetricData::Histogram(points) => {
                for point in points {
                    attributes(self, &mut point.attributes, &mut counts);
                }
            }
        }
        counts
    }

    /// Redacts the resource's attributes.
    pub(crate) fn redact_resource(&self, resource: &mut Resource) -> Redactions {
        let mut counts = Redactions::default();
        attributes(self, resource.attributes_mut(), &mut counts);
        counts
    }
}

fn name(redactor: &Redactor, name: &mut Cow<'static, str>, counts: &mut Redactions) {
    if let Some(clean) = changed(name, redactor.text(name, counts)) {
        *name = Cow::Owned(clean);
    }
}

/// The new text, if it is not the old one.
fn changed(old: &str, new: Cow<'_, str>) -> Option<String> {
    (*old != *new).then(|| new.into_owned())
}

fn attributes(redactor: &Redactor, attributes: &mut Attributes, counts: &mut Redactions) {
    if redactor.enabled {
        for (key, item) in attributes {
            entry(redactor, key, item, 0, counts);
        }
    }
}

/// The value by its key as it was set, then the key itself.
fn entry(redactor: &Redactor, key: &mut Key, item: &mut Value, depth: usize, counts: &mut Redactions) {
    nested(redactor, key, item, depth, counts);
    redactor.redact_key(key, counts);
}

/// Redacts a value in place, and all that is in it.
pub(super) fn value(redactor: &Redactor, key: &str, value: &mut Value, counts: &mut Redactions) {
    if redactor.enabled {
        nested(redactor, key, value, 0, counts);
    }
}

fn nested(redactor: &Redactor, key: &str, value: &mut Value, depth: usize, counts: &mut Redactions) {
    match value {
        Value::String(text) => {
            if let Some(clean) = changed(text, redactor.keyed(key, text, counts)) {
                *text = clean;
            }
        }
        _ if redactor.keys.is_sensitive(key) => withhold(value, MARK, counts),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => {}
        Value::Bytes(bytes) => redact_bytes(redactor, bytes, counts),
        Value::Array(_) | Value::Map(_) if depth >= DEPTH => withhold(value, TOO_DEEP, counts),
        Value::Array(items) => {
            for at in 0..items.len() {
                let hidden = at > 0 && names(redactor, items, at - 1);
                if hidden {
                    withhold(&mut items[at], MARK, counts);
                } else {
                    nested(redactor, key, &mut items[at], depth + 1, counts);
                }
            }
        }
        Value::Map(items) => {
            let named = items
                .iter()
                .any(|(key, item)| matches!(&**key, "name" | "key") && is_name(redactor, item));
            for (key, item) in items {
                if named && *key == "value" {
                    withhold(item, MARK, counts);
                }
                entry(redactor, key, item, depth + 1, counts);
            }
        }
    }
}

/// Whether the item is the name of the secret that is the next item: `["--password", "…"]`, and as one of two
/// `["authorization", "…"]`, unless both are names.
fn names(redactor: &Redactor, items: &[Value], at: usize) -> bool {
    let flag = items[at].as_str().is_some_and(|text| text.starts_with('-'));
    let pair = items.len() == 2 && at == 0 && !is_name(redactor, &items[1]);
    (flag || pair) && is_name(redactor, &items[at])
}

fn is_name(redactor: &Redactor, item: &Value) -> bool {
    /// Longer texts are not a name.
    const NAME: usize = 64;
    item.as_str().is_some_and(|text| {
        text.len() <= NAME
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            && redactor.keys.is_sensitive(text)
    })
}

fn withhold(value: &mut Value, mark: &str, counts: &mut Redactions) {
    if value.as_str() != Some(mark) {
        *value = Value::String(mark.to_owned());
        counts.redacted += 1;
    }
}

/// Bytes that are text are redacted as text; others are withheld whole if something in them is found.
fn redact_bytes(redactor: &Redactor, bytes: &mut Vec<u8>, counts: &mut Redactions) {
    let clean = match std::str::from_utf8(bytes) {
        Ok(text) => changed(text, redactor.text(text, counts)),
        Err(_) => {
            let text = String::from_utf8_lossy(bytes);
            changed(&text, redactor.text(&text, counts)).map(|_| MARK.to_owned())
        }
    };
    if let Some(clean) = clean {
        *bytes = clean.into_bytes();
    }
}
