//! Spans that wait for their batch: encoded already where every destination of spans takes them so, else as records.

#[cfg(feature = "otlp")]
use super::encode::Encoder;
use super::prepare::Preparation;
use crate::clock::Anchor;
use crate::destination::Batch;
#[cfg(feature = "otlp")]
use crate::destination::otlp::EncodedSpans;
use crate::record::SpanRecord;
use crate::redact::Redactions;

#[derive(Default)]
pub(super) struct Pending {
    records: Vec<SpanRecord>,
    record_bytes: usize,
    #[cfg(feature = "otlp")]
    encoded: EncodedSpans,
    /// `None` where spans are kept as records.
    #[cfg(feature = "otlp")]
    encoder: Option<Encoder>,
}

impl Pending {
    /// Encodes from now on, preparing spans in this way.
    #[cfg(feature = "otlp")]
    pub(super) fn encoding(preparation: &Preparation) -> Self {
        Self {
            encoder: Encoder::new(preparation),
            ..Self::default()
        }
    }

    #[cfg(not(feature = "otlp"))]
    pub(super) fn encoding(_: &Preparation) -> Self {
        Self::default()
    }

    /// Takes a plain span as it was recorded; `None`, and nothing done, where it is wanted as a record.
    #[cfg(feature = "otlp")]
    #[inline]
    pub(super) fn plain_span(&mut self, record: &[u8], anchor: &Anchor) -> Option<Redactions> {
        self.encoder
            .as_mut()?
            .plain_span(record, anchor, &mut self.encoded)
    }

    #[cfg(not(feature = "otlp"))]
    pub(super) fn plain_span(&mut self, _: &[u8], _: &Anchor) -> Option<Redactions> {
        None
    }

    /// Takes a span that is prepared.
    pub(super) fn push(&mut self, span: SpanRecord) {
        #[cfg(feature = "otlp")]
        if self.encoder.is_some() {
            return self.encoded.add_record(&span);
        }
        self.record_bytes += span.bytes();
        self.records.push(span);
    }

    /// Number of spans.
    pub(super) fn len(&self) -> usize {
        #[cfg(feature = "otlp")]
        if self.encoder.is_some() {
            return self.encoded.len();
        }
        self.records.len()
    }

    /// Bytes of memory that they take.
    pub(super) fn bytes(&self) -> usize {
        #[cfg(feature = "otlp")]
        if self.encoder.is_some() {
            return self.encoded.bytes();
        }
        self.record_bytes
    }

    /// Moves all of them into a batch.
    pub(super) fn give(&mut self, batch: &mut Batch) {
        #[cfg(feature = "otlp")]
        {
            batch.encoded = self.encoded.take();
        }
        batch.spans = std::mem::take(&mut self.records);
        self.record_bytes = 0;
    }
}
