//! The process's own formats, and the current span: what middleware and users call.
//!
//! Headers in, [`Inbound`] out, whose [`context`](Inbound::context) is a span's parent; the current context in,
//! headers out.

use super::{Baggage, Extract, Inbound, Inject, Propagators, Trust};
use crate::context::{Context, SpanContext};
use crate::record::Kind;
use crate::recorder::{IntoLink, IntoParent, decide};
use std::sync::{Arc, PoisonError, RwLock};

static PROPAGATORS: RwLock<Option<Arc<Propagators>>> = RwLock::new(None);

/// Sets the formats that this process reads and writes; until then the default holds.
#[cfg(feature = "pipeline")]
pub(crate) fn set_propagators(propagators: Propagators) {
    *PROPAGATORS.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(propagators));
}

fn propagators() -> Arc<Propagators> {
    let set = PROPAGATORS.read().unwrap_or_else(PoisonError::into_inner).clone();
    set.unwrap_or_default()
}

/// The formats that are set, for `doctor()`.
#[cfg(feature = "pipeline")]
pub(crate) fn describe() -> String {
    let formats: Vec<_> = propagators().formats().iter().map(ToString::to_string).collect();
    if formats.is_empty() {
        "none".to_owned()
    } else {
        formats.join(", ")
    }
}

/// Writes the current span and baggage into `carrier`, in every format that is set for this process.
///
/// In a trace that is not sampled these are the ids of its first span here, with the flag 0. Outside of any trace
/// only baggage is written.
///
/// ```
/// let mut headers = Vec::new();
/// spanwright::propagate::inject(&mut headers);
/// assert!(headers.is_empty(), "there is no span here");
/// ```
pub fn inject(carrier: &mut dyn Inject) {
    inject_context(&Context::current(), carrier);
}

/// As [`inject`], for another context than the current one.
pub fn inject_context(context: &Context, carrier: &mut dyn Inject) {
    let none = Baggage::default();
    propagators().inject(context.span(), context.baggage().unwrap_or(&none), carrier);
}

/// Reads what `carrier` holds, as far as `trust` goes. What it returns is a parent for a span:
///
/// ```
/// use spanwright::propagate::{self, Trust};
///
/// let message = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")];
/// let inbound = propagate::extract(&message, Trust::Continue);
/// inbound.context().in_scope(|| { /* spans here continue the sender's trace */ });
/// ```
pub fn extract(carrier: &dyn Extract, trust: Trust) -> Inbound {
    trust.apply(propagators().extract(carrier))
}

impl Inbound {
    /// The context that a span starts in: the sender's trace, or a new one that links to it, as the trust was.
    /// Session attributes of this thread flow on; baggage is the sender's, where it sent some.
    ///
    /// Where the sender's sampling decision does not count, this asks the sampler.
    pub fn context(&self) -> Context {
        let mut context = match (&self.parent, &self.link) {
            (Some(parent), _) => Context::new().with_span(self.resampled(parent)),
            (None, Some(link)) => Context::new().with_span(link.clone()).detached(),
            (None, None) => Context::new(),
        };
        context.inherit(&Context::current());
        if self.baggage.is_empty() {
            context
        } else {
            context.with_baggage(self.baggage.clone())
        }
    }

    /// The sender's span, where it is linked to instead of continued.
    pub fn link(&self) -> Option<&SpanContext> {
        self.link.as_ref()
    }

    /// The parent with the sampled flag that counts here.
    fn resampled(&self, parent: &SpanContext) -> SpanContext {
        let mut parent = parent.clone();
        if self.ignore_sampled {
            // Asked as for a new trace: later, whoever follows the parent follows this answer.
            let sampled = decide(parent.trace_id, None, "", Kind::Server);
            parent.flags = parent.flags.with_sampled(sampled);
        }
        parent
    }
}

impl IntoParent for Inbound {
    fn to_parent(&self) -> Option<Context> {
        Some(self.context())
    }
}

impl IntoLink for Inbound {
    fn to_link(&self) -> Option<SpanContext> {
        self.parent.clone().or_else(|| self.link.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENDER: [(&str, &str); 2] = [
        (
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
        ),
        ("baggage", "tenant=acme"),
    ];

    #[test]
    fn a_context_goes_through() {
        let context = extract(&SENDER, Trust::Continue).context();
        let mut headers = Vec::new();
        context.in_scope(|| inject(&mut headers));
        headers.sort();
        let mut sent = SENDER.map(|(name, value)| (name.to_owned(), value.to_owned()));
        sent.sort();
        assert_eq!(headers, sent);
    }

    #[test]
    fn a_link_is_not_a_parent() {
        let inbound = extract(&SENDER, Trust::LinkOnly);
        let context = inbound.context();
        assert!(!context.span().is_valid());
        assert_eq!(context.baggage(), None);
        assert_eq!(context.origin(), inbound.link());
        assert!(inbound.link().is_some());
    }

    #[test]
    fn a_decision_that_does_not_count_is_made_anew() {
        let followed = extract(&SENDER, Trust::Continue).context();
        assert!(!followed.span().is_sampled());
        let decided = extract(&SENDER, Trust::IgnoreSampled).context();
        assert!(decided.span().is_sampled());
        assert!(decided.span().is_remote);
    }

    #[test]
    fn what_flows_here_flows_on() {
        let mut baggage = Baggage::default();
        baggage.insert("here", "1").unwrap();
        let here = Context::new().with_baggage(baggage);
        here.in_scope(|| {
            let kept = extract(&[SENDER[0]], Trust::Continue).context();
            assert_eq!(kept.baggage().and_then(|baggage| baggage.get("here")), Some("1"));
            let replaced = extract(&SENDER, Trust::Continue).context();
            assert_eq!(replaced.baggage().and_then(|baggage| baggage.get("here")), None);
        });
    }
}
