//! [`Context`]: the current span as a value that can be moved to another thread or task, and attached there.

use super::{Body, Carried, Entry, Mode, SpanContext, with_stack};
use crate::id::random_u64;
use crate::propagate::Baggage;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

/// The current span's context: ids, flags, `tracestate`, baggage, and the attributes that flow to spans below.
///
/// ```
/// use spanwright::Context;
///
/// let context = Context::current();
/// std::thread::spawn(move || context.in_scope(|| { /* spans here are children */ })).join().unwrap();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Context {
    span: SpanContext,
    carried: Option<Arc<Carried>>,
    /// What the first span of a new trace links to.
    origin: Option<Arc<SpanContext>>,
    suppressed: bool,
}

impl Context {
    /// An empty context: spans below it are roots.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is current on this thread; empty where nothing is.
    pub fn current() -> Self {
        with_stack(|stack| stack.top(|entry| entry.map_or_else(Self::default, |entry| Self::of(entry))))
            .unwrap_or_default()
    }

    fn of(entry: &Entry) -> Self {
        match &entry.body {
            Body::Live(live) => Self {
                span: live.span_context(),
                carried: live.carried().clone(),
                ..Self::default()
            },
            Body::Ambient(context) => (**context).clone(),
        }
    }

    pub(crate) fn from_parts(span: SpanContext, carried: Option<Arc<Carried>>) -> Self {
        Self {
            span,
            carried,
            ..Self::default()
        }
    }

    /// A context in which nothing is recorded: for telemetry's own work.
    pub fn suppressed() -> Self {
        Self {
            suppressed: true,
            ..Self::default()
        }
    }

    /// The same with this span as the parent of what comes below.
    #[must_use]
    pub fn with_span(mut self, span: SpanContext) -> Self {
        self.span = span;
        self
    }

    /// The same without its span: what starts below begins a trace of its own, with a link to that span. For work
    /// that outlives the request that asked for it. Session attributes and baggage stay.
    #[must_use]
    pub fn detached(mut self) -> Self {
        let span = std::mem::take(&mut self.span);
        if span.is_valid() {
            self.origin = Some(Arc::new(span));
        }
        self
    }

    /// What spans that start a new trace below this context link to.
    pub(crate) fn origin(&self) -> Option<&SpanContext> {
        self.origin.as_deref()
    }

    /// Takes over what flows below `other`, if nothing flows yet: session attributes, baggage; and its test.
    pub(crate) fn inherit(&mut self, other: &Self) {
        if self.carried.is_none() {
            self.carried.clone_from(&other.carried);
        }
        #[cfg(feature = "pipeline")]
        if let Some(route) = Carried::route_of(&other.carried)
            && Carried::route_of(&self.carried).is_none()
        {
            self.carry(|carried| carried.route = Some(Arc::clone(route)));
        }
    }

    /// An empty context that only belongs to the same test, for servers that are made in one.
    #[cfg(feature = "tower")]
    pub(crate) fn of_same_test(&self) -> Self {
        let mut context = Self::new();
        #[cfg(feature = "pipeline")]
        if let Some(route) = Carried::route_of(&self.carried) {
            context.carry(|carried| carried.route = Some(Arc::clone(route)));
        }
        context
    }

    /// The same with this baggage.
    #[must_use]
    pub fn with_baggage(mut self, baggage: Baggage) -> Self {
        self.carry(|carried| carried.baggage = Some(Arc::new(baggage)));
        self
    }

    pub(crate) fn carry(&mut self, change: impl FnOnce(&mut Carried)) {
        change(Arc::make_mut(self.carried.get_or_insert_default()));
    }

    pub(crate) fn carried(&self) -> &Option<Arc<Carried>> {
        &self.carried
    }

    /// The span; invalid where there is none.
    pub fn span(&self) -> &SpanContext {
        &self.span
    }

    /// The baggage, if there is any.
    pub fn baggage(&self) -> Option<&Baggage> {
        self.carried
            .as_ref()
            .and_then(|carried| carried.baggage.as_deref())
    }

    pub(crate) fn mode(&self) -> Mode {
        match () {
            () if self.suppressed => Mode::Suppressed,
            () if !self.span.is_valid() => Mode::Empty,
            () if self.span.is_remote => Mode::Remote,
            () if self.span.is_sampled() || self.span.flags.is_held() => Mode::Recording,
            () => Mode::Unsampled,
        }
    }

    /// Makes this context current until the guard is dropped.
    #[must_use = "the context is current only while the guard lives"]
    pub fn attach(self) -> ContextGuard {
        let ident = random_u64();
        let entry = Entry {
            ident,
            mode: self.mode(),
            body: Body::Ambient(Box::new(self)),
        };
        with_stack(|stack| stack.push(entry));
        ContextGuard {
            ident,
            not_send: PhantomData,
        }
    }

    /// Runs `f` with this context current.
    pub fn in_scope<R>(self, f: impl FnOnce() -> R) -> R {
        let _guard = self.attach();
        f()
    }

    /// A future that is polled with this context current.
    pub fn wrap<F: Future>(self, future: F) -> InContext<F> {
        InContext {
            future,
            context: self,
        }
    }
}

/// Ends the attachment of a [`Context`] when it is dropped.
#[derive(Debug)]
pub struct ContextGuard {
    ident: u64,
    not_send: PhantomData<*const ()>,
}

impl Drop for ContextGuard {
    fn drop(&mut self) {
        // What the entry owned is dropped after the borrow of the stack has ended.
        drop(with_stack(|stack| stack.remove(self.ident)));
    }
}

pin_project_lite::pin_project! {
    /// A future with a context; made by [`Context::wrap`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InContext<F> {
        #[pin]
        future: F,
        context: Context,
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _guard = this.context.clone().attach();
        this.future.poll(cx)
    }
}
