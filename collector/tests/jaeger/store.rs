//! A store in memory that answers by brute force, and what is in it.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Value, json};
use spanwright_collector::model::{Nanos, Span, Trace, TraceId};
use spanwright_collector::store::{
    Dependency, Found, Hit, Operation, Read, ReadError, RedQuery, RedSeries, Search,
};
use spanwright_collector::wire::{Input, JsonRequest, Limits, Request, Signal, Unbounded, from_json};

/// 2026-01-01T00:00:00Z, in nanoseconds.
pub(crate) const NOW: u64 = 1_767_225_600_000_000_000;

#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) spans: Vec<Span>,
    pub(crate) broken: bool,
}

/// A span of OTLP's JSON: fields beside ids and times may be given.
pub(crate) fn span(trace: u64, id: u64, parent: u64, name: &str, micros: Range<u64>, more: Value) -> Value {
    let mut span = json!({
        "traceId": format!("{trace:032x}"), "spanId": format!("{id:016x}"), "name": name,
        "startTimeUnixNano": (NOW + micros.start * 1000).to_string(),
        "endTimeUnixNano": (NOW + micros.end * 1000).to_string(),
    });
    if parent != 0 {
        span["parentSpanId"] = format!("{parent:016x}").into();
    }
    for (key, value) in more.as_object().unwrap() {
        span[key] = value.clone();
    }
    span
}

pub(crate) fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// A `ResourceSpans` of a service.
pub(crate) fn of(service: &str, attributes: Value, spans: &[Value]) -> Value {
    let mut all = vec![text("service.name", service)];
    all.extend(attributes.as_array().unwrap().iter().cloned());
    json!({"resource": {"attributes": all}, "scopeSpans": [{"scope": {"name": "lib", "version": "1"}, "spans": spans}]})
}

impl Memory {
    pub(crate) fn with(resource_spans: &[Value]) -> Self {
        let json = json!({"resourceSpans": resource_spans}).to_string();
        let bytes = from_json(JsonRequest::Traces, Input::Whole(json.as_bytes()), &mut Unbounded).unwrap();
        let request = Request::read(Signal::Traces, bytes.into(), &Limits::default()).unwrap();
        assert_eq!(request.reason, None);
        Self {
            spans: request.spans().collect(),
            broken: false,
        }
    }

    /// Two traces of a shop, one of them with an error.
    pub(crate) fn sample() -> Self {
        let error = json!({"kind": 3, "status": {"code": 2, "message": "no"}});
        Self::with(&[
            of(
                "shop",
                json!([text("host.name", "a")]),
                &[
                    span(
                        1,
                        1,
                        0,
                        "buy",
                        0..1000,
                        json!({"kind": 2, "attributes": [
                    text("persona", "noor"), {"key": "http.status_code", "value": {"intValue": "200"}}]}),
                    ),
                    span(1, 2, 1, "pay", 100..400, error),
                    span(2, 4, 0, "look", 5000..5500, json!({"kind": 2})),
                ],
            ),
            of(
                "bank",
                json!([text("host.name", "b")]),
                &[span(1, 3, 2, "book", 150..350, json!({"kind": 2}))],
            ),
        ])
    }
}

impl Read for Memory {
    fn trace(&self, id: TraceId) -> Result<Option<Trace>, ReadError> {
        if self.broken {
            return Err(ReadError::Damaged {
                what: "a block".to_owned(),
            });
        }
        let mut spans: Vec<Span> = self
            .spans
            .iter()
            .filter(|span| span.trace_id == id)
            .cloned()
            .collect();
        spans.sort_by_key(|span| span.start);
        Ok((!spans.is_empty()).then_some(Trace {
            id,
            spans,
            logs: vec![],
        }))
    }

    fn search(&self, search: &Search) -> Result<Found, ReadError> {
        let found = |span: &&Span| search.time.contains(&span.start) && search.filter.matches(span);
        let mut best: BTreeMap<TraceId, &Span> = BTreeMap::new();
        for span in self.spans.iter().filter(found) {
            let best = best.entry(span.trace_id).or_insert(span);
            if span.start > best.start {
                *best = span;
            }
        }
        let mut hits: Vec<&Span> = best.into_values().collect();
        hits.sort_by_key(|span| std::cmp::Reverse(span.start));
        let hit = |span: &Span| Hit {
            trace_id: span.trace_id,
            span_id: span.span_id,
            service: span.service().to_owned(),
            name: span.name.clone(),
            kind: span.kind,
            start: span.start,
            duration: span.duration(),
            error: span.is_error(),
        };
        Ok(Found {
            hits: hits.into_iter().take(search.limit).map(hit).collect(),
        })
    }

    fn services(&self) -> Result<Vec<String>, ReadError> {
        let mut names: Vec<String> = self.spans.iter().map(|span| span.service().to_owned()).collect();
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    fn operations(&self, service: Option<&str>) -> Result<Vec<Operation>, ReadError> {
        let of = self
            .spans
            .iter()
            .filter(|span| service.is_none_or(|service| span.service() == service));
        let mut operations: Vec<Operation> = of
            .map(|span| Operation {
                name: span.name.clone(),
                kind: span.kind,
            })
            .collect();
        operations.sort_by(|a, b| (&a.name, a.kind.to_otlp()).cmp(&(&b.name, b.kind.to_otlp())));
        operations.dedup();
        Ok(operations)
    }

    fn dependencies(&self, time: Range<Nanos>) -> Result<Vec<Dependency>, ReadError> {
        let dependency = Dependency {
            parent: "shop".to_owned(),
            child: "bank".to_owned(),
            calls: 1,
            ..Dependency::default()
        };
        Ok(if time.contains(&NOW) {
            vec![dependency]
        } else {
            vec![]
        })
    }

    fn red(&self, query: &RedQuery) -> Result<Vec<RedSeries>, ReadError> {
        Ok(query.count(&self.spans))
    }

    fn keys(&self, _: &str, _: usize) -> Result<Vec<String>, ReadError> {
        Ok(vec![])
    }

    fn values(&self, _: &str, _: &str, _: usize) -> Result<Vec<String>, ReadError> {
        Ok(vec![])
    }
}
