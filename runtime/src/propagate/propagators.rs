//! The configured formats, in order: a carrier in, a span context and baggage out, and back.

use super::found::Found;
use super::legacy::{self, Legacy};
use super::{Baggage, Extract, Format, FormatError, Inject, b3, baggage, jaeger, traceparent, xray};
use crate::context::SpanContext;

/// The formats to read and write, in order.
///
/// The default is W3C Trace Context and Baggage, and, for reading only, the [`Legacy`](Format::Legacy) ids
/// as the last resort where no `traceparent` is valid. A list of one's own is followed exactly: it reads
/// legacy ids only where it names them.
///
/// ```
/// use spanwright::propagate::Propagators;
/// let propagators = Propagators::default();
/// let found = propagators.extract(&[
///     ("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
/// ]);
/// let span = found.span.unwrap();
/// let mut headers = Vec::new();
/// propagators.inject(&span, &found.baggage, &mut headers);
/// assert_eq!(headers[0].1, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Propagators {
    formats: Vec<Format>,
    legacy_last: bool,
}

/// What a carrier held. Nothing in it is trusted yet: see [`Trust`](super::Trust).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extracted {
    /// The sender's span, from the first configured format that held a valid one. What that format cannot say (a
    /// decision, `tracestate`, the random flag) is from further ones that hold the same span.
    pub span: Option<SpanContext>,
    /// Baggage of all configured formats together, W3C's before Jaeger's.
    pub baggage: Baggage,
    /// Where there is no valid span: a legacy id that is not a trace id, at most 64 printable characters.
    pub foreign_id: Option<String>,
    /// How many further configured formats held a valid span other than [`span`](Self::span).
    pub conflicts: usize,
    /// Whether the sender left the sampling decision open, as B3, X-Ray and legacy ids can. The sampled
    /// flag of [`span`](Self::span) then says nothing.
    pub sampling_deferred: bool,
}

impl Default for Propagators {
    fn default() -> Self {
        Self {
            formats: vec![Format::TraceContext, Format::Baggage],
            legacy_last: true,
        }
    }
}

impl Propagators {
    /// Exactly these formats, in this order; repetitions are left out.
    pub fn new(formats: impl IntoIterator<Item = Format>) -> Self {
        let mut unique = Vec::new();
        for format in formats {
            if !unique.contains(&format) {
                unique.push(format);
            }
        }
        Self {
            formats: unique,
            legacy_last: false,
        }
    }

    /// Reads and writes nothing.
    pub fn none() -> Self {
        Self::new([])
    }

    /// Reads a list as `OTEL_PROPAGATORS` holds it: names between commas, or `none` alone.
    ///
    /// A name that cannot be followed is left out and told in the second part. An empty list, and one with no
    /// name that can be followed, is the default.
    pub fn parse(list: &str) -> (Self, Vec<FormatError>) {
        let names: Vec<&str> = list
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        if names == ["none"] {
            return (Self::none(), Vec::new());
        }
        let mut formats = Vec::new();
        let mut errors = Vec::new();
        for name in names {
            match name.parse() {
                Ok(format) => formats.push(format),
                Err(_) if name == "none" => errors.push(FormatError::NoneAmongOthers),
                Err(error) => errors.push(error),
            }
        }
        if formats.is_empty() {
            (Self::default(), errors)
        } else {
            (Self::new(formats), errors)
        }
    }

    /// The formats, in order. The default's legacy ids, which are read as the last resort, are not among them.
    pub fn formats(&self) -> &[Format] {
        &self.formats
    }

    /// Reads what `carrier` holds. The first valid span in the configured order wins; further ones that
    /// differ are counted. Work and memory are bounded whatever the carrier holds.
    pub fn extract(&self, carrier: &dyn Extract) -> Extracted {
        let mut out = Extracted::default();
        let mut foreign_id = None;
        for format in &self.formats {
            let found = match format {
                Format::Baggage => None,
                Format::TraceContext => traceparent::extract(carrier).map(|span| Found {
                    span,
                    sampling_deferred: false,
                }),
                Format::B3 | Format::B3Multi => b3::extract(carrier),
                Format::Jaeger => jaeger::extract(carrier),
                Format::XRay => xray::extract(carrier),
                Format::Legacy => read_legacy(carrier, &mut foreign_id),
            };
            if let Some(found) = found {
                out.take(found);
            }
        }
        if out.span.is_none()
            && self.legacy_last
            && let Some(found) = read_legacy(carrier, &mut foreign_id)
        {
            out.take(found);
        }
        if out.span.is_none() {
            out.foreign_id = foreign_id;
        }
        if self.formats.contains(&Format::Baggage) {
            out.baggage = baggage::extract(carrier);
        }
        if self.formats.contains(&Format::Jaeger) {
            jaeger::extract_baggage(carrier, &mut out.baggage);
        }
        out
    }

    /// Writes `span` and `baggage` in every configured format. Without a valid span only baggage is written.
    ///
    /// Only printable ASCII is written, so that no value can end its header line.
    pub fn inject(&self, span: &SpanContext, baggage: &Baggage, carrier: &mut dyn Inject) {
        for format in &self.formats {
            match format {
                Format::Baggage => baggage::inject(baggage, carrier),
                _ if !span.is_valid() => {}
                Format::TraceContext => traceparent::inject(span, carrier),
                Format::B3 => b3::inject_single(span, carrier),
                Format::B3Multi => b3::inject_multi(span, carrier),
                Format::Jaeger => jaeger::inject(span, baggage, carrier),
                Format::XRay => xray::inject(span, carrier),
                Format::Legacy => legacy::inject(span, carrier),
            }
        }
    }
}

fn read_legacy(carrier: &dyn Extract, foreign_id: &mut Option<String>) -> Option<Found> {
    match legacy::extract(carrier)? {
        Legacy::Span(found) => Some(found),
        Legacy::Foreign(id) => {
            *foreign_id = Some(id);
            None
        }
    }
}

impl Extracted {
    /// The first found wins; another is a conflict where it names another span, and else says what the first could
    /// not: not every format has a decision, a state or the random flag.
    fn take(&mut self, found: Found) {
        let Some(span) = &mut self.span else {
            self.span = Some(found.span);
            self.sampling_deferred = found.sampling_deferred;
            return;
        };
        if span.trace_id != found.span.trace_id || span.span_id != found.span.span_id {
            self.conflicts += 1;
            return;
        }
        if self.sampling_deferred && !found.sampling_deferred {
            span.flags = span.flags.with_sampled(found.span.is_sampled());
            self.sampling_deferred = false;
        }
        let random = span.flags.is_random() || found.span.flags.is_random();
        span.flags = span.flags.with_random(random);
        if span.trace_state.is_none() {
            span.trace_state = found.span.trace_state;
        }
    }
}

#[cfg(test)]
#[path = "propagators_tests.rs"]
mod tests;
