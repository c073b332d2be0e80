//! What is current while a request is worked on: its span, or only a context.

use crate::context::{Context, ContextGuard};
use crate::record::Outcome;
use crate::recorder::{End, Held, Polling, Span};

/// Handed on from the response's future to its body.
pub(super) enum Scope {
    /// A span, recorded or not.
    Span(Held),
    /// No span: the request is skipped, or servers' spans are switched off.
    Context(Context),
}

/// Makes the scope current until it is dropped.
pub(super) struct Entered<'a> {
    _span: Option<Polling<'a>>,
    _context: Option<ContextGuard>,
}

impl Default for Scope {
    fn default() -> Self {
        Self::Context(Context::new())
    }
}

impl Scope {
    pub(super) fn of(span: Span) -> Self {
        Self::Span(Held::new(span))
    }

    pub(super) fn enter(&mut self) -> Entered<'_> {
        match self {
            Self::Span(held) => Entered {
                _span: held.enter(),
                _context: None,
            },
            Self::Context(context) => Entered {
                _span: None,
                _context: Some(context.clone().attach()),
            },
        }
    }

    /// Writes into the span, where it is recorded.
    pub(super) fn write(&mut self, write: impl FnOnce(&mut End<'_>)) {
        if let Self::Span(held) = self {
            held.write(write);
        }
    }

    /// Ends the span, unless it has ended.
    pub(super) fn end(&mut self, outcome: Outcome) {
        if let Self::Span(held) = self {
            held.end(outcome);
        }
    }
}
