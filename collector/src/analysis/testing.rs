//! Traces for tests, sketched in a few words.

use std::ops::Range;
use std::sync::Arc;

use proptest::prelude::*;

use crate::model::{Kind, Nanos, Resource, Scope, Span, SpanId, Trace, TraceId, Value};
use crate::testing::blank;

/// A span, in short.
#[derive(Debug, Clone)]
pub(crate) struct SpanSketch {
    pub(crate) id: u64,
    parent: u64,
    time: Range<Nanos>,
    service: &'static str,
    kind: Kind,
}

/// A span of service "shop"; parent 0 is none.
pub(crate) fn sketch(id: u64, parent: u64, time: Range<Nanos>) -> SpanSketch {
    SpanSketch {
        id,
        parent,
        time,
        service: "shop",
        kind: Kind::Internal,
    }
}

impl SpanSketch {
    pub(crate) fn service(self, service: &'static str) -> Self {
        Self { service, ..self }
    }

    pub(crate) fn kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    fn span(&self, trace_id: TraceId, resource: Arc<Resource>, scope: Arc<Scope>) -> Span {
        Span {
            parent_id: (self.parent > 0).then(|| SpanId(self.parent.to_be_bytes())),
            name: format!("span {}", self.id),
            kind: self.kind,
            resource,
            scope,
            ..blank(trace_id, SpanId(self.id.to_be_bytes()), self.time.clone())
        }
    }
}

/// The trace of these spans, in their order.
pub(crate) fn trace(spans: &[SpanSketch]) -> Trace {
    let id = TraceId([7; 16]);
    let scope = Arc::new(Scope::default());
    let spans = spans
        .iter()
        .map(|sketch| {
            let name = Value::Text(sketch.service.to_owned());
            let resource = Resource {
                attributes: vec![("service.name".to_owned(), name)],
                ..Resource::default()
            };
            sketch.span(id, Arc::new(resource), scope.clone())
        })
        .collect();
    Trace {
        id,
        spans,
        logs: Vec::new(),
    }
}

/// Any trace of few spans within little time: orphans, circles, shared ids, ends before starts, several services.
pub(crate) fn any_trace() -> impl Strategy<Value = Trace> {
    let service = prop::sample::select(vec!["shop", "shop", "stock", "mail"]);
    let kind = prop::sample::select(vec![Kind::Internal, Kind::Client, Kind::Server, Kind::Consumer]);
    let span = (1u64..12, 0u64..14, 0u64..60, 0u64..60, service, kind).prop_map(
        |(id, parent, start, end, service, kind)| sketch(id, parent, start..end).service(service).kind(kind),
    );
    prop::collection::vec(span, 0..12).prop_map(|spans| trace(&spans))
}

/// A trace of one root in which every span is within its parent.
pub(crate) fn nested_trace() -> impl Strategy<Value = Trace> {
    let span = (any::<prop::sample::Index>(), 0.0..1.0f64, 0.0..1.0f64);
    prop::collection::vec(span, 0..14).prop_map(|parts| {
        let mut spans = vec![sketch(1, 0, 0..64)];
        for (parent, from, to) in parts {
            let parent = &spans[parent.index(spans.len())];
            let Range { start, end } = parent.time;
            let at = |part: f64| start + ((end - start) as f64 * part) as Nanos;
            let time = at(from.min(to))..at(from.max(to));
            let child = sketch(spans.len() as u64 + 1, parent.id, time);
            spans.push(child);
        }
        trace(&spans)
    })
}
