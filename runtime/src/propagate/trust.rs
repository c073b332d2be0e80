//! What an inbound context may do: from what was extracted to what a server's span is made of.

use super::{Baggage, Extracted};
use crate::context::SpanContext;

/// How far the sender of an inbound context is believed.
///
/// Whoever continues any caller's context lets any caller choose trace ids, force sampling and so run up
/// the bill (W3C Trace Context, section 8.2): what faces the public should not use [`Trust::Continue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trust {
    /// The sender's span is the parent, and its sampling decision holds. For services of one's own.
    Continue,
    /// A new trace with a link to the sender's span; baggage is dropped. For the public.
    LinkOnly,
    /// The sender's span is the parent, but whether to sample is decided here. For partners.
    IgnoreSampled,
    /// As if nothing had been sent.
    Drop,
}

/// What the server's span starts from, once [`Trust`] has been applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inbound {
    /// The parent; `None` starts a new trace.
    pub parent: Option<SpanContext>,
    /// Whether the sampler must not follow the parent's sampled flag: the sender is not believed, or left
    /// the decision open.
    pub ignore_sampled: bool,
    /// A span to link to instead of continuing it.
    pub link: Option<SpanContext>,
    /// The sender's baggage.
    pub baggage: Baggage,
    /// An id that is not a trace id, for the attribute `legacy.trace_id`: at most 64 printable characters.
    pub foreign_id: Option<String>,
}

impl Trust {
    /// Makes of what was received what it may be.
    pub fn apply(self, extracted: Extracted) -> Inbound {
        let Extracted {
            span,
            baggage,
            foreign_id,
            sampling_deferred,
            ..
        } = extracted;
        match self {
            Self::Continue | Self::IgnoreSampled => Inbound {
                ignore_sampled: span.is_some() && (sampling_deferred || self == Self::IgnoreSampled),
                parent: span,
                link: None,
                baggage,
                foreign_id,
            },
            Self::LinkOnly => Inbound {
                link: span,
                foreign_id,
                ..Inbound::default()
            },
            Self::Drop => Inbound::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Propagators;
    use super::*;

    fn extracted() -> Extracted {
        let mut extracted = Propagators::default().extract(&[
            (
                "traceparent",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            ),
            ("baggage", "a=1"),
        ]);
        extracted.foreign_id = Some("abc123".to_owned());
        extracted
    }

    #[test]
    fn each_policy_does_what_it_says() {
        let span = extracted().span;
        assert!(span.is_some());

        let inbound = Trust::Continue.apply(extracted());
        assert_eq!((&inbound.parent, inbound.ignore_sampled), (&span, false));
        assert_eq!((inbound.link, inbound.baggage.get("a")), (None, Some("1")));
        assert_eq!(inbound.foreign_id.as_deref(), Some("abc123"));

        let inbound = Trust::IgnoreSampled.apply(extracted());
        assert_eq!((&inbound.parent, inbound.ignore_sampled), (&span, true));
        assert_eq!((inbound.link, inbound.baggage.get("a")), (None, Some("1")));

        let inbound = Trust::LinkOnly.apply(extracted());
        assert_eq!((inbound.parent, inbound.ignore_sampled), (None, false));
        assert_eq!((inbound.link, inbound.baggage.is_empty()), (span, true));
        assert_eq!(inbound.foreign_id.as_deref(), Some("abc123"));

        assert_eq!(Trust::Drop.apply(extracted()), Inbound::default());
    }

    #[test]
    fn an_open_decision_is_ours() {
        let headers = [("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1")];
        let open = Propagators::new([super::super::Format::B3]).extract(&headers);
        assert!(open.sampling_deferred);
        assert!(Trust::Continue.apply(open).ignore_sampled);
        assert!(!Trust::Continue.apply(Extracted::default()).ignore_sampled);
    }
}
