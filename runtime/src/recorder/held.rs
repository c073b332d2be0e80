//! A span that is open but not current: between the polls of a future, or of what a future hands it on to.

use super::Span;
use super::call::{enter, exit, prepare};
use super::finish::{self, Finish, finish};
use super::live::Live;
use crate::context::{Body, with_stack};
use crate::record::Outcome;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe};

/// One pointer, and as thread- and unwind-safe as a future without it. It does not end by being dropped: whoever
/// holds it says how.
pub(crate) struct Held(Option<AssertUnwindSafe<Box<Live>>>);

impl RefUnwindSafe for Held {}

impl UnwindSafe for Held {}

/// While a future is polled its span is on the stack; this brings it back, also when the poll unwinds.
pub(crate) struct Polling<'a> {
    held: &'a mut Held,
    ident: u64,
    depth: usize,
}

impl Held {
    /// Takes the span, mirrors it to `tracing` where that is on, and does not enter it yet.
    #[inline]
    pub(crate) fn new(span: &mut Span) -> Self {
        let mut live = span.0.take();
        if let Some(live) = &mut live {
            prepare(live);
            if let Some(mirror) = &live.mirror {
                crate::bridge::out::exit(mirror);
            }
        }
        Self(live.map(AssertUnwindSafe))
    }

    /// Makes the span current until what this returns is dropped.
    #[inline]
    pub(crate) fn enter(&mut self) -> Option<Polling<'_>> {
        let live = self.0.take()?.0;
        if let Some(mirror) = &live.mirror {
            crate::bridge::out::enter(mirror);
        }
        let depth = with_stack(|stack| stack.depth()).unwrap_or(0);
        match enter(live) {
            Ok(ident) => Some(Polling {
                held: self,
                ident,
                depth,
            }),
            Err(live) => {
                self.0 = Some(AssertUnwindSafe(live));
                None
            }
        }
    }

    /// Starts the clock anew: at the first poll.
    pub(super) fn begin(&mut self) {
        if let Some(AssertUnwindSafe(live)) = &mut self.0 {
            live.begin();
        }
    }

    /// Reads a result into the span, unless it is not recorded.
    #[inline]
    pub(crate) fn read<R>(&mut self, reader: impl Finish<R>, value: &R) {
        if let Some(AssertUnwindSafe(live)) = &mut self.0 {
            finish::read(live, reader, value);
        }
    }

    /// Writes into the span, unless it is not recorded.
    #[cfg(feature = "tower")]
    pub(crate) fn write(&mut self, write: impl FnOnce(&mut super::End<'_>)) {
        if let Some(AssertUnwindSafe(live)) = self.0.as_mut().filter(|live| live.recording) {
            write(&mut super::End { live });
        }
    }

    /// Ends the span, unless it has ended.
    pub(crate) fn end(&mut self, outcome: Outcome) {
        if let Some(AssertUnwindSafe(live)) = self.0.take() {
            finish(live, outcome);
        }
    }

    /// There was no span.
    pub(super) fn discard(&mut self) {
        if let Some(AssertUnwindSafe(live)) = self.0.take() {
            live.recycle();
        }
    }
}

impl Drop for Polling<'_> {
    #[inline]
    fn drop(&mut self) {
        let Some(live) = exit(self.ident) else { return };
        // Guards that the future leaked in this poll would stay current for whatever is polled next.
        while let Some(leaked) = with_stack(|stack| stack.pop_above(self.depth)).flatten() {
            if let Body::Live(leaked) = leaked.body {
                finish(leaked, Outcome::Abandoned);
            }
        }
        if let Some(mirror) = &live.mirror {
            crate::bridge::out::exit(mirror);
        }
        self.held.0 = Some(AssertUnwindSafe(live));
        if std::thread::panicking() && !self.held.0.as_ref().is_some_and(|live| live.0.panicking) {
            self.held.end(Outcome::Panicked);
        }
    }
}
