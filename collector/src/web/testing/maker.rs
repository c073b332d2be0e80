//! Makes traces, span by span.

use std::sync::Arc;

use crate::model::{
    Attribute, Event, Kind, Nanos, Resource, Scope, Span, SpanId, Status, StatusCode, Trace, TraceId, Value,
};
use crate::testing::blank;

pub(super) fn text(key: &str, value: &str) -> Attribute {
    (key.to_owned(), Value::Text(value.to_owned()))
}

pub(super) fn int(key: &str, value: i64) -> Attribute {
    (key.to_owned(), Value::Int(value))
}

/// A trace that is being made.
pub(super) struct Maker {
    pub(super) trace: Trace,
    next: u64,
    seed: u64,
    scope: Arc<Scope>,
}

impl Maker {
    pub(super) fn new(number: u64) -> Self {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        id[8..].copy_from_slice(&(number + 1).to_be_bytes());
        let scope = Scope {
            name: "spanwright".to_owned(),
            version: "0.1.0".to_owned(),
            ..Scope::default()
        };
        Self {
            trace: Trace {
                id: TraceId(id),
                spans: Vec::new(),
                logs: Vec::new(),
            },
            next: number << 20,
            seed: number.wrapping_mul(6_364_136_223_846_793_005) | 1,
            scope: Arc::new(scope),
        }
    }

    /// A number below `limit`.
    pub(super) fn random(&mut self, limit: u64) -> u64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % limit
    }

    pub(super) fn span(
        &mut self,
        parent: Option<usize>,
        service: &str,
        name: &str,
        kind: Kind,
        from: Nanos,
        took: Nanos,
    ) -> usize {
        self.next += 1;
        let resource = Resource {
            attributes: vec![
                text("service.name", service),
                text("service.version", "1.4.2"),
                text("host.name", "node-7"),
                int("process.pid", 4211),
            ],
            ..Resource::default()
        };
        let id = self.next | 0xa000_0000_0000_0000;
        self.trace.spans.push(Span {
            parent_id: parent.map(|at| self.trace.spans[at].span_id),
            name: name.to_owned(),
            kind,
            resource: Arc::new(resource),
            scope: self.scope.clone(),
            ..blank(self.trace.id, SpanId(id.to_be_bytes()), from..from + took)
        });
        self.trace.spans.len() - 1
    }

    pub(super) fn with(&mut self, at: usize, attributes: Vec<Attribute>) {
        self.trace.spans[at].attributes.extend(attributes);
    }

    pub(super) fn fail(&mut self, at: usize, kind: &str, message: &str) {
        let span = &mut self.trace.spans[at];
        span.status = Status {
            code: StatusCode::Error,
            message: message.to_owned(),
        };
        span.events.push(Event {
            time: span.end - 1,
            name: "exception".to_owned(),
            attributes: vec![
                text("exception.type", kind),
                text("exception.message", message),
                text(
                    "exception.stacktrace",
                    "   0: josoor::llm::call\n             at src/llm/call.rs:88:13\n   1: josoor::chat::answer\n             \
                     at src/chat.rs:41:9\n   2: tokio::runtime::task::raw::poll",
                ),
            ],
            dropped_attributes: 0,
        });
    }

    pub(super) fn done(mut self) -> Trace {
        self.trace.spans.sort_by_key(|span| span.start);
        self.trace
    }
}
