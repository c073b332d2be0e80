//! What runs on the caller's thread: starts a span, keeps it while it lives, and hands the finished record over.
//! It never blocks, and in steady state it does not allocate.
//!
//! `start` decides and makes a [`Live`]; `call`, `future` and `stream` run the user's code with it; `finish`
//! reads the outcome, writes the record's bytes in `layout` and hands them to `handover`.

mod bounds;
mod call;
mod deadline;
mod event;
mod exception;
mod extra;
mod fingerprints;
mod finish;
mod future;
#[cfg(feature = "pipeline")]
mod handover;
mod held;
#[cfg(feature = "pipeline")]
mod layout;
mod live;
mod log;
mod open;
mod opening;
mod read;
mod span_ref;
mod start;
mod stream;
mod switchboard;

pub(crate) use bounds::captures;
#[cfg(feature = "pipeline")]
pub(crate) use bounds::{set_capture, set_limits};
pub(crate) use call::call;
pub use call::{Once, Scope, end, end_value, enter_span, scope};
#[cfg(feature = "subscriber")]
pub(crate) use call::{enter, exit};
pub use deadline::TimedOut;
#[cfg(feature = "tokio")]
pub(crate) use deadline::drop_out_of_time;
#[cfg(feature = "tower")]
pub(crate) use deadline::outcome_of_drop;
pub(crate) use event::EventFields;
pub use exception::ErrorType;
#[cfg(feature = "pipeline")]
pub(crate) use exception::{ExceptionSignal, set_backtraces, set_exception_signal};
#[cfg(feature = "subscriber")]
pub(crate) use exception::{Told, fail_as_told, sources, tell, text_of};
#[cfg(feature = "subscriber")]
pub(crate) use finish::finish;
pub(crate) use finish::protect;
pub use finish::{End, Finish, NoRead, apply, ignore, on_ok};
pub use future::{InSpan, future, future_by_value, returned_future};
#[cfg(feature = "pipeline")]
pub(crate) use handover::{Drain, Records, lost, set_queue_bytes};
#[cfg(feature = "tower")]
pub(crate) use held::{Held, Polling};
#[cfg(feature = "pipeline")]
pub(crate) use layout::{LOG, PLAIN, SPAN};
pub(crate) use live::{Blocks, Live};
pub(crate) use log::record_log;
pub use open::OpenSpan;
pub use open::open_spans;
#[cfg(all(unix, feature = "pipeline"))]
pub(crate) use open::{Kept, keep};
pub(crate) use opening::opened_with;
pub use opening::{Opening, opened, opened_by, opening, returned_opening};
pub use read::{Reader, Tag, tag};
pub use span_ref::{EventBuilder, SpanRef, current};
pub use start::{IntoLink, IntoParent, Start, span_on, start, start_with};
pub use stream::{InSpanStream, items, stream};
pub(crate) use stream::{ReadItems, stream_with};
#[cfg(feature = "pipeline")]
pub(crate) use switchboard::set_holds;
pub(crate) use switchboard::{Decide, Mode, count_routes, decide, decide_with, mode, set_mode};

use crate::capture::{self, Capture, Captured};
use crate::wire;
use std::fmt;

/// A span that has started (or not: then it is empty and everything on it does nothing), before it is entered.
#[must_use = "a span does nothing until it is run"]
pub struct Span(pub(crate) Option<Box<Live>>);

impl Span {
    /// A span that records nothing.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Takes the block out, without the test that dropping would make.
    #[inline]
    pub(crate) fn into_live(self) -> Option<Box<Live>> {
        std::mem::ManuallyDrop::new(self).0.take()
    }

    /// Whether attributes are wanted.
    #[inline]
    pub fn recording(&self) -> bool {
        self.0.as_ref().is_some_and(|live| live.recording)
    }

    /// Sets an attribute.
    #[inline]
    pub fn set<T: Capture + ?Sized>(&mut self, key: &str, value: &T) {
        if let Some(live) = &mut self.0 {
            live.set_new(key, value);
        }
    }

    /// Sets an attribute by a function that writes it.
    pub fn set_by(&mut self, key: &str, write: impl FnOnce(&mut Captured<'_>)) {
        if let Some(live) = &mut self.0 {
            let room = bounds::attributes();
            capture::protected(&mut live.attributes, key, &mut live.attribute_count, room, write);
        }
    }

    /// Sets an attribute on this span and on all below it in this process; with `baggage`, in other services too.
    pub fn propagate<T: Capture + ?Sized>(&mut self, key: &str, value: &T, baggage: bool) {
        let Some(live) = &mut self.0 else { return };
        let (mut wire, mut count) = (Vec::new(), 0);
        capture::capture_into(&mut wire, key, &mut count, bounds::attributes(), value);
        live.carry(|carried| {
            carried.add(&wire, count);
            if baggage && let Some((key, value)) = wire::Reader::new(&wire).attributes().first() {
                carried.add_baggage(key, &value.to_string());
            }
        });
        // On this span too: what is carried counts for those below.
        live.merge(&wire);
    }

    /// Replaces the site's name. Beyond 1 KiB it is cut.
    pub fn set_name<T: fmt::Display + ?Sized>(&mut self, name: &T) {
        if let Some(live) = &mut self.0 {
            live.set_name(name);
        }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Span")
            .field(&self.0.as_ref().map(|live| live.span_id))
            .finish()
    }
}

/// A span that is dropped without having been run was never there: no record.
impl Drop for Span {
    #[inline]
    fn drop(&mut self) {
        if let Some(live) = self.0.take() {
            live.recycle();
        }
    }
}
