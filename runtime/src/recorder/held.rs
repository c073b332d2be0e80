//! A span that is open but not current: between the polls of a future or the items of a stream, or of what a future
//! hands it on to.

use super::Span;
use super::call::{enter_at, exit, exit_at, prepare};
use super::finish::{self, End, Finish, finish};
use super::live::Live;
use crate::context::{Body, with_stack};
use crate::record::Outcome;
use crate::semconv;
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
    /// Told by the span where the poll unwinds, which ends it.
    items: Option<u64>,
}

impl Polling<'_> {
    /// Guards that the future leaked in this poll would stay current for whatever is polled next: they end with it.
    #[cold]
    #[inline(never)]
    fn exit_leaking(&self) -> Option<Box<Live>> {
        let live = exit(self.ident)?;
        while let Some(leaked) = with_stack(|stack| stack.pop_above(self.depth)).flatten() {
            if let Body::Live(leaked) = leaked.body {
                finish(leaked, Outcome::Abandoned);
            }
        }
        Some(live)
    }

    /// The next of this many items is being made.
    pub(super) fn after_items(mut self, items: u64) -> Self {
        self.items = Some(items);
        self
    }
}

impl Held {
    /// Takes a span that has begun, and mirrors it to `tracing` where that is on.
    #[inline]
    pub(crate) fn new(span: Span) -> Self {
        let mut held = Self(span.into_live().map(AssertUnwindSafe));
        if let Some(AssertUnwindSafe(live)) = &mut held.0 {
            prepare(live);
        }
        held
    }

    /// Takes a span that was current and is not any more.
    pub(super) fn left(live: Option<Box<Live>>) -> Self {
        Self(live.map(AssertUnwindSafe))
    }

    /// Leaves nothing behind.
    pub(super) fn take(&mut self) -> Self {
        Self(self.0.take())
    }

    /// Takes a span that is to [`begin`](Self::begin) later, or never.
    #[inline]
    pub(super) fn before_begin(span: Span) -> Self {
        let live = span.into_live().inspect(|live| live.hide());
        Self(live.map(AssertUnwindSafe))
    }

    /// Starts the clock: at the first poll.
    pub(super) fn begin(&mut self) {
        if let Some(AssertUnwindSafe(live)) = &mut self.0 {
            live.begin();
            prepare(live);
        }
    }

    /// Makes the span current until what this returns is dropped.
    #[inline]
    pub(crate) fn enter(&mut self) -> Option<Polling<'_>> {
        let live = self.0.take()?.0;
        match enter_at(live) {
            Ok((ident, depth)) => Some(Polling {
                held: self,
                ident,
                depth,
                items: None,
            }),
            Err(live) => {
                self.0 = Some(AssertUnwindSafe(live));
                None
            }
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
    pub(crate) fn write(&mut self, write: impl FnOnce(&mut End<'_>)) {
        if let Some(AssertUnwindSafe(live)) = self.0.as_mut().filter(|live| live.recording) {
            write(&mut End { live });
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
        let Some(live) = exit_at(self.ident, self.depth).or_else(|| self.exit_leaking()) else {
            return;
        };
        let unwinds = live.unwinds();
        self.held.0 = Some(AssertUnwindSafe(live));
        if unwinds {
            if let Some(items) = self.items {
                self.held.write(|end| end.set(semconv::STREAM_ITEMS, &items));
            }
            self.held.end(Outcome::Panicked);
        }
    }
}
