//! The current span, by hand: attributes, events, links, errors, outcome, name.

use super::exception::{self, Failure};
use super::live::{Live, NAME_BOUND};
use super::{EventFields, bounds, start::IntoLink};
use crate::capture::{self, Capture, Captured};
use crate::context::{Body, Context, Mode, SpanContext, mode, with_stack};
use crate::id::{SpanId, TraceId};
use crate::record::Outcome;
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;

/// A span on this thread, as its function sees it. On a span that is not recorded, every call does nothing.
///
/// ```
/// # fn order_total() -> i64 { 7 }
/// spanwright::current().set("order.total", &order_total()).event("cache_hit", |_| {});
/// ```
#[derive(Clone, Copy)]
pub struct SpanRef {
    /// 0 where nothing is recorded.
    ident: u64,
    not_send: PhantomData<*const ()>,
}

/// The current span of this thread.
#[inline]
pub fn current() -> SpanRef {
    let ident = with_stack(|stack| match mode() {
        // An attached context stands for its span, which may be further down on this very stack.
        Mode::Recording => stack.top(|entry| match entry.map(|entry| &entry.body) {
            Some(Body::Live(live)) => live.ident(),
            Some(Body::Ambient(context)) => context.span().span_id.to_u64(),
            None => 0,
        }),
        _ => 0,
    });
    SpanRef::of(ident.unwrap_or(0))
}

impl SpanRef {
    pub(crate) fn of(ident: u64) -> Self {
        Self {
            ident,
            not_send: PhantomData,
        }
    }

    fn with<R>(self, f: impl FnOnce(&mut Live) -> R) -> Option<R> {
        if self.ident == 0 {
            return None;
        }
        with_stack(|stack| stack.with_live(self.ident, f)).flatten()
    }

    /// Whether what is set here is recorded.
    pub fn is_recording(self) -> bool {
        self.with(|live| live.recording).unwrap_or(false)
    }

    /// Sets an attribute; of a key that is there already, the value is replaced.
    pub fn set<T: Capture + ?Sized>(self, key: &str, value: &T) -> Self {
        if self.ident != 0 {
            // Captured first, into a buffer of its own: user code must not run while the stack is borrowed.
            let (mut wire, mut count) = (Vec::new(), 0);
            capture::capture_into(&mut wire, key, &mut count, u16::MAX, value);
            let mirror = self.with(|live| {
                live.merge(&wire);
                live.extra().mirror.clone()
            });
            if let Some(mirror) = mirror.flatten() {
                crate::bridge::out::record(&mirror, &wire);
            }
        }
        self
    }

    /// Adds an event; `fields` is called only while recording.
    ///
    /// ```
    /// spanwright::current().event("retry", |event| {
    ///     event.set("attempt", &2).set("reason", "timeout");
    /// });
    /// ```
    pub fn event(self, name: &str, fields: impl FnOnce(&mut EventBuilder)) -> Self {
        if self.ident != 0 {
            let mut event = EventBuilder {
                wire: Vec::new(),
                count: 0,
            };
            super::protect(|| fields(&mut event));
            let dropped = event.count.saturating_sub(bounds::event_attributes());
            let attributes = &event.wire[..];
            self.with(|live| live.add_event(name, EventFields::Wire { attributes, dropped }));
        }
        self
    }

    /// Adds a link to another span.
    pub fn link(self, to: &(impl IntoLink + ?Sized)) -> Self {
        if let Some(to) = to.to_link() {
            self.with(|live| live.add_link(&to, &[]));
        }
        self
    }

    /// Records an error that the function handles, or tells in another way than by its return value. The span's
    /// status becomes an error.
    pub fn error<E: Error + 'static + ?Sized>(self, error: &E) -> Self {
        let name = std::any::type_name::<E>();
        let error_type = if name.contains("dyn ") { "_OTHER" } else { name };
        self.with_error(error_type, &error, error.source())
    }

    fn with_error(
        self,
        error_type: &'static str,
        text: &dyn fmt::Display,
        source: Option<&(dyn Error + 'static)>,
    ) -> Self {
        // The block leaves the stack while the error's own code runs, and comes back to its place.
        if self.ident == 0 {
            return self;
        }
        let outcome = if exception::is_timeout(error_type, source) {
            Outcome::Timeout
        } else {
            Outcome::Error
        };
        let copied = exception::text_of(text).unwrap_or_else(|| "[display panicked]".to_owned());
        let failure = Failure {
            error_type: error_type.into(),
            text: Some(&copied),
            source,
        };
        self.with(|live| exception::fail(live, &failure, outcome));
        self
    }

    /// Sets how the span ends, whatever its function returns.
    pub fn outcome(self, outcome: Outcome) -> Self {
        self.with(|live| live.extra_mut().outcome = Some(outcome));
        self
    }

    /// Replaces the span's name.
    pub fn name<T: fmt::Display + ?Sized>(self, name: &T) -> Self {
        // Formatted first: user code must not run while the stack is borrowed.
        let mut text = Vec::new();
        super::protect(|| capture::format_bounded(&mut text, NAME_BOUND, format_args!("{name}")));
        self.with(|live| live.set_name(&String::from_utf8_lossy(&text)));
        self
    }

    /// The trace's id; invalid outside of any trace.
    pub fn trace_id(self) -> TraceId {
        self.context().span().trace_id
    }

    /// The span's id; invalid outside of any trace.
    pub fn span_id(self) -> SpanId {
        self.context().span().span_id
    }

    /// The span's context, to hand to another thread or service.
    pub fn context(self) -> Context {
        let current = Context::current();
        if current.span().span_id.to_u64() == self.ident {
            return current;
        }
        self.with(|live| Context::from_parts(live.span_context(), live.carried().clone()))
            .unwrap_or(current)
    }

    /// The part of the context that travels in headers.
    pub fn span_context(self) -> SpanContext {
        self.context().span().clone()
    }
}

impl fmt::Debug for SpanRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanRef({:016x})", self.ident)
    }
}

/// The attributes of an event.
#[derive(Debug)]
pub struct EventBuilder {
    wire: Vec<u8>,
    count: u16,
}

impl EventBuilder {
    /// Sets an attribute of the event.
    pub fn set<T: Capture + ?Sized>(&mut self, key: &str, value: &T) -> &mut Self {
        let room = bounds::event_attributes();
        capture::capture_into(&mut self.wire, key, &mut self.count, room, value);
        self
    }

    /// Sets an attribute by a function that writes it.
    pub fn set_by(&mut self, key: &str, write: impl FnOnce(&mut Captured<'_>)) -> &mut Self {
        let room = bounds::event_attributes();
        capture::protected(&mut self.wire, key, &mut self.count, room, write);
        self
    }
}
