//! Searches in what is in no block yet, span by span.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::finder::Finders;
use super::{Required, Top};
use crate::filter::{Filter, Test};
use crate::model::{Kind, Span, StatusCode, TraceId, Value};
use crate::store::codec::damaged;
use crate::store::head::Unsealed;
use crate::store::{Hit, Operation, ReadError};
use crate::wire::{self, Field, Fields, Origin, Place, Request, Scoped, Signal, SpanView};

/// The requests of spans among those in the head.
fn requests(head: &[Unsealed]) -> impl Iterator<Item = (&Request, &[Place])> {
    head.iter()
        .map(|unsealed| (&unsealed.entry.request, unsealed.places()))
        .filter(|(request, _)| request.signal == Signal::Traces)
}

/// The spans of a trace.
pub(in crate::store) fn trace(head: &[Unsealed], id: TraceId) -> Result<Vec<Span>, ReadError> {
    let wanted = Place::trace_of(id);
    let mut spans = Vec::new();
    for (request, places) in requests(head) {
        let mut scopes = Scopes::new(request);
        for place in places.iter().filter(|place| place.trace == wanted) {
            let span = request.span(*place).ok_or_else(|| damaged("a request"))?;
            if span.trace_id == id {
                spans.push(scopes.read(&span, place.scope)?);
            }
        }
    }
    Ok(spans)
}

/// Gives the spans that a filter is true of to `top`.
pub(in crate::store) fn search(
    head: &[Unsealed],
    filter: &Filter,
    finders: &Finders,
    required: &Required,
    top: &mut Top,
) -> Result<(), ReadError> {
    for (request, places) in requests(head) {
        let mut scopes = Scopes::new(request);
        for place in places {
            let span = request.span(*place).ok_or_else(|| damaged("a request"))?;
            let time = required.start.contains(&span.start) && required.duration.contains(&span.duration());
            let bound = top.bound();
            if !time || !bound.takes(bound.key(span.start, span.duration())) {
                continue;
            }
            let scoped = request.scopes[place.scope as usize];
            let candidate = Candidate {
                request,
                scoped,
                scope: place.scope,
                span,
                whole: OnceCell::new(),
            };
            if candidate.matches(filter, finders, &mut scopes)? {
                top.push(candidate.hit());
            }
        }
    }
    Ok(())
}

/// A span that may be what is searched for.
struct Candidate<'a> {
    request: &'a Request,
    scoped: Scoped,
    scope: u32,
    span: SpanView<'a>,
    whole: OnceCell<Span>,
}

impl Candidate<'_> {
    fn matches(
        &self,
        filter: &Filter,
        finders: &Finders,
        scopes: &mut Scopes<'_>,
    ) -> Result<bool, ReadError> {
        let mut each = |filter| self.matches(filter, finders, scopes);
        Ok(match filter {
            Filter::All(all) => {
                for filter in all {
                    if !each(filter)? {
                        return Ok(false);
                    }
                }
                true
            }
            Filter::Any(any) => {
                for filter in any {
                    if each(filter)? {
                        return Ok(true);
                    }
                }
                false
            }
            Filter::Not(filter) => !each(filter)?,
            Filter::Is(test) => self.is(test, finders, scopes)?,
        })
    }

    /// What every span has is told from its bytes; for the rest the span is read, if the bytes hold the word where it may count.
    fn is(&self, test: &Test, finders: &Finders, scopes: &mut Scopes<'_>) -> Result<bool, ReadError> {
        let span = &self.span;
        Ok(match test {
            Test::Service(test) => test.matches(wire::service(self.request.resource(self.scoped))),
            Test::Name(test) => test.matches(span.name),
            Test::Kind(kind) => Kind::from_otlp(span.kind) == *kind,
            Test::Status(code) => StatusCode::from_otlp(self.span.status_code()) == *code,
            Test::Duration(order, nanos) => order.holds(span.duration(), *nanos),
            Test::Start(order, nanos) => order.holds(span.start, *nanos),
            Test::Attribute(key, wanted) => {
                let finder = finders.get(key)?;
                let own = span.attributes().filter(|attribute| attribute.key == key);
                own.filter_map(|attribute| attribute.value.read().ok())
                    .any(|value| wanted.matches(&value))
                    || (self.beside().any(|bytes| finder.is_in(bytes)) && self.whole_is(test, scopes)?)
            }
            Test::Anywhere(text) => {
                let finder = finders.get(text)?;
                let found = finder.is_in(span.bytes) || self.beside().any(|bytes| finder.is_in(bytes));
                found && self.whole_is(test, scopes)?
            }
        })
    }

    /// The messages with attributes that are not the span's own: resource, scope, events and links.
    fn beside(&self) -> impl Iterator<Item = &[u8]> {
        let nested = Fields::new(self.span.bytes).filter_map(|field| match field {
            Ok((11 | 13, Field::Bytes(bytes))) => Some(bytes),
            _ => None,
        });
        [
            self.request.resource(self.scoped),
            self.request.scope(self.scoped),
        ]
        .into_iter()
        .chain(nested)
    }

    fn whole_is(&self, test: &Test, scopes: &mut Scopes<'_>) -> Result<bool, ReadError> {
        if self.whole.get().is_none() {
            let _ = self.whole.set(scopes.read(&self.span, self.scope)?);
        }
        let matches = |span| Filter::Is(test.clone()).matches(span);
        Ok(self.whole.get().is_some_and(matches))
    }

    fn is_error(&self) -> bool {
        StatusCode::from_otlp(self.span.status_code()) == StatusCode::Error
    }

    fn hit(&self) -> Hit {
        Hit {
            trace_id: self.span.trace_id,
            span_id: self.span.span_id,
            service: wire::service(self.request.resource(self.scoped)).to_owned(),
            name: self.span.name.to_owned(),
            kind: Kind::from_otlp(self.span.kind),
            start: self.span.start,
            duration: self.span.duration(),
            error: self.is_error(),
        }
    }
}

/// The scopes of a request, read when they are first asked for.
struct Scopes<'a> {
    request: &'a Request,
    read: HashMap<u32, Origin>,
}

impl<'a> Scopes<'a> {
    fn new(request: &'a Request) -> Self {
        Self {
            request,
            read: HashMap::new(),
        }
    }

    /// The whole span.
    fn read(&mut self, span: &SpanView<'_>, scope: u32) -> Result<Span, ReadError> {
        let wrong = |_| damaged("a request");
        let (resource, scope) = match self.read.entry(scope) {
            std::collections::hash_map::Entry::Occupied(read) => read.into_mut(),
            std::collections::hash_map::Entry::Vacant(vacant) => {
                vacant.insert(self.request.origin(scope).map_err(wrong)?)
            }
        };
        span.read(Arc::clone(resource), Arc::clone(scope)).map_err(wrong)
    }
}

/// All operations, with their services.
pub(in crate::store) fn operations(head: &[Unsealed]) -> HashSet<(String, Operation)> {
    let mut seen: HashSet<(&str, &str, u64)> = HashSet::new();
    for (request, places) in requests(head) {
        for place in places {
            let service = wire::service(request.resource(request.scopes[place.scope as usize]));
            if let Some(span) = request.span(*place) {
                seen.insert((service, span.name, span.kind));
            }
        }
    }
    let operation = |(service, name, kind): (&str, &str, u64)| {
        (
            service.to_owned(),
            Operation {
                name: name.to_owned(),
                kind: Kind::from_otlp(kind),
            },
        )
    };
    seen.into_iter().map(operation).collect()
}

/// All keys of spans' attributes.
pub(in crate::store) fn keys(head: &[Unsealed]) -> HashSet<String> {
    let mut keys: HashSet<&str> = HashSet::new();
    for (request, places) in requests(head) {
        for span in places.iter().filter_map(|place| request.span(*place)) {
            keys.extend(span.attributes().map(|attribute| attribute.key));
        }
    }
    keys.into_iter().map(str::to_owned).collect()
}

/// The values of a key of spans' attributes, and how often each is there.
pub(in crate::store) fn values(head: &[Unsealed], key: &str) -> HashMap<String, u64> {
    let mut values = HashMap::new();
    for (request, places) in requests(head) {
        for span in places.iter().filter_map(|place| request.span(*place)) {
            for attribute in span.attributes().filter(|attribute| attribute.key == key) {
                if let Some(text) = attribute.value.read().ok().as_ref().and_then(written) {
                    *values.entry(text).or_default() += 1;
                }
            }
        }
    }
    values
}

/// A value as [`crate::filter::ValueTest::Equals`] has it.
pub(in crate::store) fn written(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Double(number) => Some(number.to_string()),
        Value::Empty | Value::Bytes(_) | Value::Array(_) | Value::Map(_) => None,
    }
}
