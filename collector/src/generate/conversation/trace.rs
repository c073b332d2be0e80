//! A trace that is being put together.

use bytes::Bytes;
use fastrand::Rng;

use crate::generate::attribute::Attribute;
use crate::model::Nanos;
use crate::wire::Message;

pub(super) const SERVICES: [&str; 3] = ["assistant-client", "assistant", "projects"];
pub(super) const CLIENT: usize = 0;
pub(super) const ASSISTANT: usize = 1;
pub(super) const PROJECTS: usize = 2;

/// OTLP's kinds.
pub(super) const INTERNAL: u64 = 1;
pub(super) const SERVER: u64 = 2;
pub(super) const CALL: u64 = 3;

/// A span's attributes.
pub(super) type Pairs<'a> = &'a [(&'a str, Attribute<'a>)];
/// An error's type, and what it says.
pub(super) type Failed<'a> = Option<(&'a str, &'a str)>;

pub(super) struct Trace {
    pub(super) random: Rng,
    id: [u8; 16],
    start: Nanos,
    length: Nanos,
    /// Those of each service, as `ScopeSpans` holds them.
    spans: [Message; SERVICES.len()],
}

/// Where a span stands. Its time, and its events', is a part of the trace's, in thousandths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) service: usize,
    pub(super) parent: u64,
    pub(super) name: &'a str,
    pub(super) kind: u64,
    pub(super) time: [u64; 2],
    pub(super) error: Failed<'a>,
    pub(super) events: &'a [(&'a str, u64)],
}

impl<'a> Step<'a> {
    /// A step of the assistant.
    pub(super) fn new(parent: u64, name: &'a str, kind: u64, time: [u64; 2]) -> Self {
        Self {
            service: ASSISTANT,
            parent,
            name,
            kind,
            time,
            error: None,
            events: &[],
        }
    }

    pub(super) fn of(self, service: usize) -> Self {
        Self { service, ..self }
    }

    pub(super) fn error(self, error: Failed<'a>) -> Self {
        Self { error, ..self }
    }

    pub(super) fn events(self, events: &'a [(&'a str, u64)]) -> Self {
        Self { events, ..self }
    }
}

impl Trace {
    pub(super) fn new(mut random: Rng, start: Nanos, length: Nanos) -> Self {
        Self {
            id: random.u128(1..).to_be_bytes(),
            random,
            start,
            length,
            spans: Default::default(),
        }
    }

    fn at(&self, thousandth: u64) -> Nanos {
        self.start + self.length / 1000 * thousandth
    }

    /// Adds a span. Gives its id.
    pub(super) fn add(&mut self, step: Step<'_>, attributes: Pairs<'_>) -> u64 {
        let id = self.random.u64(1..);
        let [begin, end] = step.time.map(|thousandth| self.at(thousandth));
        let mut span = Message::default();
        span.bytes(1, &self.id).bytes(2, &id.to_be_bytes());
        if step.parent != 0 {
            span.bytes(4, &step.parent.to_be_bytes());
        }
        span.bytes(5, step.name.as_bytes())
            .varint(6, step.kind)
            .fixed64(7, begin)
            .fixed64(8, end);
        for (key, value) in attributes {
            span.attribute(9, key, value);
        }
        for (name, moment) in step.events {
            let mut event = Message::default();
            event.fixed64(1, self.at(*moment)).bytes(2, name.as_bytes());
            span.message(11, &event);
        }
        if let Some((kind, text)) = step.error {
            let mut event = Message::default();
            event
                .fixed64(1, end)
                .bytes(2, b"exception")
                .attribute(3, "exception.type", &Attribute::Text(kind))
                .attribute(3, "exception.message", &Attribute::Text(text));
            let mut status = Message::default();
            status.bytes(2, text.as_bytes()).varint(3, 2);
            span.message(11, &event).message(15, &status);
        }
        self.spans[step.service].message(2, &span);
        id
    }

    pub(super) fn request(&self) -> Bytes {
        let mut request = Message::default();
        for (name, spans) in SERVICES.iter().zip(&self.spans) {
            if spans.0.is_empty() {
                continue;
            }
            let mut resource = Message::default();
            resource
                .attribute(1, "service.name", &Attribute::Text(name))
                .attribute(1, "service.version", &Attribute::Text("0.1.0"))
                .attribute(1, "deployment.environment.name", &Attribute::Text("demo"));
            let mut scope = Message::default();
            scope.bytes(1, b"spanwright.demo");
            let mut scoped = Message::default();
            scoped.message(1, &scope);
            scoped.0.extend_from_slice(&spans.0);
            let mut all = Message::default();
            all.message(1, &resource).message(2, &scoped);
            request.message(1, &all);
        }
        request.0.into()
    }
}
