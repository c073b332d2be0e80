//! Spans that are in OTLP's protobuf already: the pipeline encodes them once, straight from what was recorded, where all
//! destinations of spans take them so.

use super::wire::{Width, Writer};
use super::{buffers, protobuf};
use crate::record::{Resource, SpanRecord};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// Encoded spans by their scope; within a scope in the order in which they ended.
#[derive(Clone, Default)]
pub(crate) struct EncodedSpans {
    scopes: Vec<ScopeSpans>,
    len: usize,
    bytes: usize,
    /// How many bytes and spans each scope had before, in these spans' predecessor: so much room is made at once, since
    /// growing to it would leave holes of all sizes in memory.
    expected: Vec<(Cow<'static, str>, usize, usize)>,
}

/// The spans of one scope.
#[derive(Clone)]
struct ScopeSpans {
    scope: Cow<'static, str>,
    /// Fields `spans` of `ScopeSpans`, one after the other.
    fields: Writer,
    /// Where each of them ends.
    ends: Vec<usize>,
}

/// Memory that a span takes beside its bytes.
const BESIDE: usize = size_of::<usize>();
/// Room that is made for the spans of a scope at first.
const FIRST_ROOM: usize = 4096;

/// A scope's place in [`EncodedSpans`]; good until the spans are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScopeAt(usize);

impl EncodedSpans {
    /// Number of spans.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes the spans out; what is left expects as many again.
    pub(crate) fn take(&mut self) -> Self {
        let mut taken = std::mem::take(self);
        taken.expected = Vec::new();
        for own in &taken.scopes {
            let (bytes, spans) = (own.fields.as_slice().len(), own.ends.len());
            self.expected.push((own.scope.clone(), bytes, spans));
        }
        taken
    }

    /// The place of a scope; `guess` is where it was found before, in these spans or in others.
    #[inline]
    pub(crate) fn scope(&mut self, name: &'static str, guess: ScopeAt) -> ScopeAt {
        match self.scopes.get(guess.0) {
            Some(own) if std::ptr::eq(&*own.scope, name) => guess,
            _ => self.find(name.into()),
        }
    }

    #[cold]
    fn find(&mut self, name: Cow<'static, str>) -> ScopeAt {
        if let Some(at) = self.scopes.iter().position(|own| own.scope == name) {
            return ScopeAt(at);
        }
        self.bytes += name.len() + size_of::<ScopeSpans>();
        let expected = self.expected.iter().find(|(scope, ..)| *scope == name);
        let (bytes, spans) = expected.map_or((FIRST_ROOM, 0), |(_, bytes, spans)| (*bytes, *spans));
        self.scopes.push(ScopeSpans {
            scope: name,
            // A little more: batches are full at a number of spans, not of bytes.
            fields: Writer::of(buffers::take(bytes + bytes / 16)),
            ends: Vec::with_capacity(spans + 1),
        });
        ScopeAt(self.scopes.len() - 1)
    }

    /// Adds a span that `write` writes; what it wrote is taken back where it answers `false`.
    #[inline]
    pub(crate) fn add(&mut self, at: ScopeAt, write: impl FnOnce(&mut Writer) -> bool) -> bool {
        let Some(own) = self.scopes.get_mut(at.0) else {
            return false;
        };
        let before = own.fields.as_slice().len();
        let mut whole = false;
        // spans
        own.fields.message(2, Width::Two, |out| whole = write(out));
        if whole {
            let end = own.fields.as_slice().len();
            own.ends.push(end);
            self.len += 1;
            self.bytes += end - before + BESIDE;
        } else {
            own.fields.buffer_mut().truncate(before);
        }
        whole
    }

    /// Adds a span that was prepared as a record.
    pub(crate) fn add_record(&mut self, span: &SpanRecord) {
        let at = self.find(span.scope.clone());
        self.add(at, |out| {
            protobuf::span(out, span);
            true
        });
    }

    /// `ExportTraceServiceRequest` of these of the spans.
    pub(crate) fn request(&self, out: &mut Writer, resource: &Resource, range: Range<usize>) {
        protobuf::of_resource(out, resource, |out| {
            for (own, range) in self.within(range) {
                protobuf::of_scope(out, &own.scope, |out| {
                    out.buffer_mut().extend_from_slice(own.fields_of(range));
                });
            }
        });
    }

    /// These of the spans.
    pub(crate) fn part(&self, range: Range<usize>) -> Self {
        let mut part = Self::default();
        for (own, range) in self.within(range) {
            let begin = own.begin(range.start);
            let fields = own.fields_of(range.clone());
            let writer = Writer::of(fields.to_vec());
            part.len += range.len();
            part.bytes += fields.len() + range.len() * BESIDE + own.scope.len() + size_of::<ScopeSpans>();
            part.scopes.push(ScopeSpans {
                scope: own.scope.clone(),
                fields: writer,
                ends: own.ends[range].iter().map(|end| end - begin).collect(),
            });
        }
        part
    }

    /// The scopes that have spans of this range, with the range within each.
    fn within(&self, range: Range<usize>) -> impl Iterator<Item = (&ScopeSpans, Range<usize>)> {
        let mut first = 0;
        self.scopes.iter().filter_map(move |own| {
            let (begin, count) = (first, own.ends.len());
            first += count;
            let local =
                range.start.saturating_sub(begin).min(count)..range.end.saturating_sub(begin).min(count);
            (!local.is_empty()).then_some((own, local))
        })
    }
}

impl ScopeSpans {
    /// Where the span of this number begins.
    fn begin(&self, span: usize) -> usize {
        span.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    /// The bytes of these spans, of which there is at least one.
    fn fields_of(&self, spans: Range<usize>) -> &[u8] {
        &self.fields.as_slice()[self.begin(spans.start)..self.ends[spans.end - 1]]
    }
}

impl Drop for ScopeSpans {
    fn drop(&mut self) {
        buffers::give(std::mem::take(self.fields.buffer_mut()));
    }
}

impl fmt::Debug for EncodedSpans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncodedSpans({} spans, {} bytes)", self.len, self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::destination::otlp::sample;
    use proptest::prelude::*;

    /// Spans of three scopes, mixed.
    fn mixed(count: usize) -> Vec<SpanRecord> {
        let mut spans = sample(count, 0).spans;
        for (at, span) in spans.iter_mut().enumerate() {
            span.scope = ["a", "b", "a::c"][at % 3].into();
        }
        spans
    }

    fn encoded(spans: &[SpanRecord]) -> EncodedSpans {
        let mut encoded = EncodedSpans::default();
        spans.iter().for_each(|span| encoded.add_record(span));
        encoded
    }

    fn request(spans: &EncodedSpans, range: Range<usize>) -> Vec<u8> {
        let mut out = Writer::default();
        spans.request(&mut out, &Resource::default(), range);
        out.as_slice().to_vec()
    }

    #[test]
    fn a_request_is_what_the_records_would_give() {
        let mut spans = mixed(7);
        let mut out = Writer::default();
        spans.sort_by(|a, b| a.scope.cmp(&b.scope));
        protobuf::traces(&mut out, &Resource::default(), &spans);
        assert_eq!(request(&encoded(&spans), 0..7), out.as_slice());
    }

    #[test]
    fn a_span_that_is_not_finished_leaves_nothing() {
        let mut spans = encoded(&mixed(2));
        let before = request(&spans, 0..2);
        let at = spans.scope("b", ScopeAt(9));
        assert!(!spans.add(at, |out| {
            out.bytes(1, b"half");
            false
        }));
        assert_eq!(request(&spans, 0..2), before);
        assert_eq!(spans.len(), 2);
    }

    proptest! {
        #[test]
        fn a_part_is_a_part(count in 1_usize..20, from in 0_usize..20, to in 0_usize..20) {
            let (from, to) = (from.min(count), to.min(count));
            let range = from.min(to)..to.max(from);
            let spans = encoded(&mixed(count));
            let part = spans.part(range.clone());
            prop_assert_eq!(part.len(), range.len());
            prop_assert_eq!(request(&part, 0..part.len()), request(&spans, range));
            prop_assert!(part.bytes() <= spans.bytes());
        }
    }
}
