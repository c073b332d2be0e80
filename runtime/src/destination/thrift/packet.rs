//! Datagrams for an agent: the spans of a batch, as many in each as fit, as calls of `Agent.emitBatch`.

use super::encoding::{Encoding, STOP, Struct};
use super::model;
use crate::record::{Resource, SpanRecord};
use std::ops::Range;

/// A list's length is written in so many bytes at most, with its field.
const LIST: usize = 8;

/// The spans of a batch, encoded once, to be put into packets of any size.
#[derive(Default)]
pub(super) struct Encoded {
    /// The call and the process, which each packet begins with.
    head: Vec<u8>,
    spans: Vec<u8>,
    /// Where each span ends in `spans`.
    ends: Vec<usize>,
}

impl Encoded {
    pub(super) fn new<E: Encoding>(resource: &Resource, spans: &[SpanRecord]) -> Self {
        let mut all = Self::default();
        E::call(&mut all.head, "emitBatch");
        let mut arguments = Struct::<E>::open(&mut all.head);
        arguments.open_structure(1);
        let mut batch = Struct::<E>::open(&mut all.head);
        model::process(&mut batch, resource);
        for span in spans {
            model::span::<E>(&mut all.spans, span);
            all.ends.push(all.spans.len());
        }
        all
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    fn bytes(&self, range: Range<usize>) -> Range<usize> {
        let start = range.start.checked_sub(1).map_or(0, |last| self.ends[last]);
        start..self.ends[range.end - 1]
    }

    /// The most spans from `first` on that fit into a packet of so many bytes; none where one alone does not.
    pub(super) fn fitting(&self, first: usize, longest: usize) -> Range<usize> {
        let room = longest.saturating_sub(self.head.len() + LIST + 2);
        let fits = |end: usize| self.bytes(first..end).len() <= room;
        let count = (first + 1..=self.len()).take_while(|end| fits(*end)).count();
        first..first + count
    }

    /// One packet with these spans.
    pub(super) fn packet<E: Encoding>(&self, spans: Range<usize>) -> Vec<u8> {
        let bytes = self.bytes(spans.clone());
        let mut packet = Vec::with_capacity(self.head.len() + LIST + bytes.len() + 2);
        packet.extend_from_slice(&self.head);
        Struct::<E>::after(&mut packet, model::PROCESS).list_of(model::SPANS, spans.len());
        packet.extend_from_slice(&self.spans[bytes]);
        // The batch, and the call's arguments.
        packet.extend_from_slice(&[STOP, STOP]);
        packet
    }
}
