//! A block that grows.

use std::collections::HashMap;
use std::io;

use foldhash::fast::RandomState;

use super::attributes::{Attributes, Values};
use super::meta::{Meta, ScopeBytes, Scopes};
use super::sealed::{Part, Sealed, SealedColumn};
use super::{BYTES, Column, KIND_MASK, SPANS, STATUS_SHIFT, Type, attributes, parents};
use crate::model::{Kind, Nanos, SpanId, TraceId};
use crate::store::codec::{Compressor, TextColumn, pack};
use crate::store::fingerprint::{self, Key};
use crate::wire::{AttributeView, Field, Fields, Message, Place, Request, SpanView, ValueView};

/// A block with more services than this does not say how slow each is: it is kept in memory for every block.
const MOST_SERVICES: usize = 32;

/// Takes spans until it is full.
#[derive(Default)]
pub(in crate::store) struct Builder {
    start: Vec<u64>,
    duration: Vec<u64>,
    kind: Vec<u64>,
    trace: Vec<u64>,
    scope: Vec<u64>,
    traces: Vec<TraceId>,
    trace_numbers: HashMap<TraceId, u64, RandomState>,
    spans: Vec<SpanId>,
    parents: Vec<Option<SpanId>>,
    name: TextColumn,
    attributes: Attributes,
    remainder: TextColumn,
    scopes: Scopes,
    overflow: bool,
    /// Of the span that is being added.
    rest: Message,
}

/// What is counted of a span.
#[derive(Debug)]
pub(in crate::store) struct Row {
    pub(in crate::store) trace: TraceId,
    pub(in crate::store) span: SpanId,
    pub(in crate::store) parent: Option<SpanId>,
    /// Its number among [`Builder::services`].
    pub(in crate::store) scope: usize,
    /// Its number among [`Builder::names`].
    pub(in crate::store) name: u32,
    pub(in crate::store) kind: u8,
    pub(in crate::store) error: bool,
    pub(in crate::store) start: Nanos,
    pub(in crate::store) duration: Nanos,
}

impl Builder {
    /// How many spans it has.
    pub(in crate::store) fn len(&self) -> usize {
        self.start.len()
    }

    /// Adds spans of a request until the block is full. Gives how many.
    pub(in crate::store) fn add(&mut self, request: &Request, places: &[Place]) -> usize {
        let mut scope = None;
        for (count, place) in places.iter().enumerate() {
            if self.is_full(count) {
                return count;
            }
            let number = match scope {
                Some((of, number)) if of == place.scope => number,
                _ => self.scopes.number(request, request.scopes[place.scope as usize]),
            };
            scope = Some((place.scope, number));
            if let Some(span) = request.span(*place) {
                self.push(&span, number);
            }
        }
        places.len()
    }

    /// The bytes are only counted now and then, as a block holds many columns.
    pub(in crate::store) fn is_full(&self, count: usize) -> bool {
        self.len() >= SPANS || (count.is_multiple_of(256) && self.bytes() >= BYTES)
    }

    fn bytes(&self) -> usize {
        self.name.bytes() + self.remainder.bytes() + self.attributes.bytes()
    }

    fn push(&mut self, span: &SpanView<'_>, scope: u32) {
        let trace = match self.traces.last() {
            Some(last) if *last == span.trace_id => self.traces.len() as u64 - 1,
            _ => *self.trace_numbers.entry(span.trace_id).or_insert_with(|| {
                self.traces.push(span.trace_id);
                self.traces.len() as u64 - 1
            }),
        };
        self.trace.push(trace);
        self.start.push(span.start);
        self.duration.push(span.duration());
        let status = span.status_code().min(3);
        self.kind.push(span.kind.min(KIND_MASK) | status << STATUS_SHIFT);
        self.scope.push(u64::from(scope));
        self.spans.push(span.span_id);
        self.parents.push(span.parent_id);
        self.name.push(span.name.as_bytes());
        self.push_fields(span);
    }

    /// Attributes into their columns, what has no column into the remainder.
    fn push_fields(&mut self, span: &SpanView<'_>) {
        self.rest.0.clear();
        self.attributes.begin();
        let mut fields = Fields::new(span.bytes);
        let mut at = 0;
        while let Some(Ok((number, field))) = fields.next() {
            let bytes = &span.bytes[at..fields.position()];
            at = fields.position();
            let kept = match (number, field) {
                (1 | 2 | 4 | 5 | 7 | 8, _) => true,
                (6, Field::Varint(kind)) => kind < KIND_MASK,
                (9, Field::Bytes(bytes)) => self.push_attribute(bytes),
                (15, Field::Bytes(status)) => is_only_a_code(status),
                _ => false,
            };
            if !kept {
                self.rest.0.extend_from_slice(bytes);
            }
        }
        // A duration cannot tell an end before the start.
        if span.end < span.start {
            self.rest.fixed64(8, span.end);
        }
        self.attributes.end();
        self.remainder.push(&self.rest.0);
    }

    fn push_attribute(&mut self, bytes: &[u8]) -> bool {
        let Ok((attribute, value)) = AttributeView::parse_with_message(bytes) else {
            return false;
        };
        let taken = self.attributes.push(&attribute, value);
        self.overflow |= !taken;
        taken
    }

    /// The spans, as they are counted.
    pub(in crate::store) fn rows(&self) -> impl Iterator<Item = Row> {
        (0..self.len()).map(|place| Row {
            trace: self.traces[self.trace[place] as usize],
            span: self.spans[place],
            parent: self.parents[place],
            scope: self.scope[place] as usize,
            name: self.name.places()[place],
            kind: Kind::from_otlp(self.kind[place] & KIND_MASK).to_otlp(),
            error: self.kind[place] >> STATUS_SHIFT == 2,
            start: self.start[place],
            duration: self.duration[place],
        })
    }

    /// The service of each [`Row::scope`].
    pub(in crate::store) fn services(&self) -> impl Iterator<Item = &str> {
        self.scopes.all.iter().map(ScopeBytes::service)
    }

    /// The text of each [`Row::name`].
    pub(in crate::store) fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.name.distinct()
    }

    /// Ends the block.
    pub(in crate::store) fn seal(self, compressor: &mut Compressor) -> io::Result<Sealed> {
        let fingerprints = self.fingerprints();
        let range = |numbers: &[u64]| {
            numbers.iter().copied().min().unwrap_or(0)..=numbers.iter().copied().max().unwrap_or(0)
        };
        let errors = self.kind.iter().filter(|kind| *kind >> STATUS_SHIFT == 2).count();
        let (start, duration) = (range(&self.start), range(&self.duration));
        let slowest = self.slowest();
        let (codes, elsewhere) = parents::encode(&self.spans, &self.parents);
        let mut parts = Vec::new();
        let numbers = [
            (Part::Start, &self.start),
            (Part::Duration, &self.duration),
            (Part::Kind, &self.kind),
            (Part::Trace, &self.trace),
            (Part::Scope, &self.scope),
            (Part::Parent, &codes),
        ];
        for (part, numbers) in numbers {
            let mut bytes = Vec::new();
            pack(&mut bytes, numbers);
            parts.push((part, compressor.frame(&bytes)?));
        }
        let columns: Vec<&Column> = self.attributes.columns.iter().map(|(column, _)| column).collect();
        let texts = [
            (Part::Name, self.name.encode()),
            (Part::Shape, self.attributes.shapes.encode()),
            (Part::Remainder, self.remainder.encode()),
            (
                Part::Meta,
                Meta::encode(&self.scopes.all, &columns, self.overflow),
            ),
        ];
        for (part, bytes) in texts {
            parts.push((part, compressor.frame(&bytes)?));
        }
        parts.push((Part::Ids, ids(&self.traces, &self.spans, &elsewhere)));
        let attributes = self.attributes.columns.into_iter().map(|(column, values)| {
            Ok(SealedColumn {
                frame: compressor.frame(&values.encode())?,
                column,
            })
        });
        let attributes = attributes.collect::<io::Result<_>>()?;
        Ok(Sealed {
            spans: self.spans.len(),
            errors,
            start,
            duration,
            slowest,
            parts,
            attributes,
            fingerprints: fingerprints.into(),
        })
    }

    fn slowest(&self) -> Vec<(u32, Nanos)> {
        let mut slowest: HashMap<u32, Nanos, RandomState> = HashMap::default();
        let services: Vec<u32> = self.services().map(fingerprint::service).collect();
        for (&scope, &duration) in self.scope.iter().zip(&self.duration) {
            let most = slowest.entry(services[scope as usize]).or_default();
            *most = duration.max(*most);
        }
        if slowest.len() > MOST_SERVICES {
            Vec::new()
        } else {
            slowest.into_iter().collect()
        }
    }

    /// What the block can be found by, sorted.
    fn fingerprints(&self) -> Vec<u32> {
        let mut all: Vec<u32> = self.traces.iter().map(|id| fingerprint::trace(*id)).collect();
        self.collect_operations(&mut all);
        for (column, values) in &self.attributes.columns {
            let key = Key::new(&column.key);
            all.push(key.present());
            collect_column(key, column.kind, values, &mut all);
        }
        for scope in &self.scopes.all {
            all.push(fingerprint::service(scope.service()));
            collect_attributes(&scope.resource, 1, &mut all);
            collect_attributes(&scope.scope, 3, &mut all);
        }
        for rest in self.remainder.distinct() {
            collect_attributes(rest, 9, &mut all);
            for field in Fields::new(rest).flatten() {
                match field {
                    (11, Field::Bytes(event)) => collect_attributes(event, 3, &mut all),
                    (13, Field::Bytes(link)) => collect_attributes(link, 4, &mut all),
                    _ => {}
                }
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    fn collect_operations(&self, all: &mut Vec<u32>) {
        let names: Vec<&[u8]> = self.name.distinct().collect();
        all.extend(names.iter().map(|name| fingerprint::name(name)));
        let mut pairs: Vec<(u64, u32)> = self
            .scope
            .iter()
            .copied()
            .zip(self.name.places().iter().copied())
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        all.extend(pairs.into_iter().map(|(scope, name)| {
            fingerprint::operation(self.scopes.all[scope as usize].service(), names[name as usize])
        }));
    }
}

/// A status that says no more than its code, which stands in the column of kinds.
fn is_only_a_code(status: &[u8]) -> bool {
    Fields::new(status).all(|field| matches!(field, Ok((3, Field::Varint(0..=2)))))
}

/// The ids' lengths, and the ids.
fn ids(traces: &[TraceId], spans: &[SpanId], elsewhere: &[SpanId]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 + traces.len() * 16 + (spans.len() + elsewhere.len()) * 8);
    bytes.extend_from_slice(&(traces.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&(elsewhere.len() as u32).to_le_bytes());
    bytes.extend(traces.iter().flat_map(|id| id.0));
    bytes.extend(spans.iter().chain(elsewhere).flat_map(|id| id.0));
    bytes
}

fn collect_column(key: Key, kind: Type, values: &Values, all: &mut Vec<u32>) {
    match values {
        Values::Texts(column) if kind == Type::Text => {
            all.extend(column.distinct().map(|text| key.text(text)))
        }
        Values::Texts(column) => {
            for value in column.distinct().filter_map(|bytes| ValueView::parse(bytes).ok()) {
                key.collect(value, all);
            }
        }
        Values::Numbers(numbers) => {
            let mut numbers = numbers.clone();
            numbers.sort_unstable();
            numbers.dedup();
            all.extend(numbers.into_iter().map(|number| match kind {
                Type::Bool => key.bool(number != 0),
                Type::Double => key.double(f64::from_bits(number)),
                _ => key.int(attributes::signed(number)),
            }));
        }
    }
}

/// The attributes that are field `number` of a message.
fn collect_attributes(message: &[u8], number: u32, all: &mut Vec<u32>) {
    for field in Fields::new(message).flatten() {
        if let (of, Field::Bytes(bytes)) = field
            && of == number
            && let Ok(attribute) = AttributeView::parse(bytes)
        {
            let key = Key::new(attribute.key);
            all.push(key.present());
            key.collect(attribute.value, all);
        }
    }
}
