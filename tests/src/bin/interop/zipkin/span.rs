//! A span as Zipkin's API shows it; what a span that was made must look like there.

use crate::losses;
use crate::span::{CHILD_OF, Log, Span, Tag, Tags};
use serde_json::Value;
use std::collections::BTreeMap;
use std::error::Error;

#[derive(Clone, Debug)]
pub(super) struct ZipkinSpan {
    /// The trace's id and the span's.
    pub(super) id: String,
    pub(super) parent: Option<String>,
    pub(super) name: String,
    pub(super) kind: Option<String>,
    pub(super) timestamp: u64,
    pub(super) duration: u64,
    pub(super) local: String,
    pub(super) remote: Option<String>,
    /// Times and texts; what follows a name is JSON.
    pub(super) annotations: Vec<(u64, losses::Annotation)>,
    pub(super) tags: BTreeMap<String, Tag>,
}

/// Zipkin writes names of spans and services in lower case.
fn lower(text: &str) -> String {
    text.to_lowercase()
}

impl ZipkinSpan {
    /// Lost are links, kinds of internal spans, types of attributes, nanoseconds, and the case of names.
    pub(super) fn expected(made: &Span) -> Self {
        let kind = made.text("span.kind").filter(|kind| *kind != "internal");
        let mut tags = made.process.clone();
        tags.extend(made.tags.clone());
        tags.extend(made.unseen.dropped.clone());
        tags.remove("span.kind");
        let description = tags.remove("otel.status_description");
        if tags.contains_key("error") {
            let none = || vec![Tag::Text(String::new())];
            tags.insert("error".into(), description.unwrap_or_else(none));
        }
        let parent = made
            .references
            .iter()
            .find(|reference| reference.kind == CHILD_OF);
        Self {
            id: format!("{}/{}", made.trace_id, made.span_id),
            parent: parent.map(|parent| parent.span_id.clone()),
            name: lower(&made.name),
            kind: kind.map(str::to_uppercase),
            timestamp: made.start_us,
            duration: made.duration_us.max(1),
            local: lower(&made.service),
            remote: losses::remote(made).map(lower),
            annotations: made.logs.iter().map(annotation).collect(),
            tags: texts(&tags),
        }
    }

    pub(super) fn read(span: &Value) -> Result<Self, Box<dyn Error>> {
        let text = |key: &str| span[key].as_str().map(str::to_owned);
        let needed = |key: &str| text(key).ok_or_else(|| format!("a span has no {key}: {span}"));
        let number = |value: &Value| value.as_u64().ok_or_else(|| format!("{value} is no number"));
        let annotation = |one: &Value| {
            let value = one["value"].as_str().unwrap_or_default();
            Ok::<_, Box<dyn Error>>((number(&one["timestamp"])?, losses::annotation(value)))
        };
        let tags = span["tags"].as_object().into_iter().flatten();
        Ok(Self {
            id: format!("{}/{}", needed("traceId")?, needed("id")?),
            parent: text("parentId"),
            name: text("name").unwrap_or_default(),
            kind: text("kind"),
            timestamp: number(&span["timestamp"])?,
            duration: number(&span["duration"])?,
            local: span["localEndpoint"]["serviceName"]
                .as_str()
                .unwrap_or_default()
                .into(),
            remote: span["remoteEndpoint"]["serviceName"].as_str().map(str::to_owned),
            annotations: span["annotations"]
                .as_array()
                .into_iter()
                .flatten()
                .map(annotation)
                .collect::<Result<_, _>>()?,
            tags: tags
                .map(|(key, value)| (key.clone(), Tag::Text(value.as_str().unwrap_or_default().into())))
                .collect(),
        })
    }

    /// What differs, in words.
    pub(super) fn differences(&self, read: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let mut differ = |what: &str, made: String, read: String| {
            if made != read {
                found.push(format!(
                    "{:?} ({}): {what}: made {made}, read {read}",
                    self.name, self.id
                ));
            }
        };
        differ(
            "parentId",
            format!("{:?}", self.parent),
            format!("{:?}", read.parent),
        );
        differ("name", self.name.clone(), read.name.clone());
        differ("kind", format!("{:?}", self.kind), format!("{:?}", read.kind));
        differ(
            "timestamp",
            self.timestamp.to_string(),
            read.timestamp.to_string(),
        );
        differ("duration", self.duration.to_string(), read.duration.to_string());
        differ("localEndpoint", self.local.clone(), read.local.clone());
        differ(
            "remoteEndpoint",
            format!("{:?}", self.remote),
            format!("{:?}", read.remote),
        );
        differ(
            "annotations",
            format!("{:?}", self.annotations),
            format!("{:?}", read.annotations),
        );
        for key in self.tags.keys().chain(read.tags.keys()) {
            let (made, read) = (self.tags.get(key), read.tags.get(key));
            if made != read {
                found.push(format!(
                    "{:?} ({}): tag {key}: made {made:?}, read {read:?}",
                    self.name, self.id
                ));
            }
        }
        found.dedup();
        found
    }
}

fn annotation(log: &Log) -> (u64, losses::Annotation) {
    (log.time_us, losses::annotation(&losses::in_name(log)))
}

fn texts(tags: &Tags) -> BTreeMap<String, Tag> {
    let all = tags.iter();
    all.map(|(key, values)| (key.clone(), losses::as_text(&values[0])))
        .collect()
}
