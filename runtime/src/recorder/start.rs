//! Starting a span: the fast exits, the sampling decision, the parent.

use super::Span;
use super::live::Live;
use super::switchboard::{self, Mode as Setup};
use crate::context::{Body, Carried, Context, Entry, Mode, SpanContext, Stack, mode, with_stack};
use crate::id::{SpanId, TraceFlags, TraceId};
use crate::site::Site;
use std::sync::Arc;

/// Starts a span of this site below the current one.
#[inline]
pub fn start(site: &'static Site) -> Span {
    if !site.is_on() || below_unrecorded() {
        return Span(None);
    }
    start_below(site)
}

/// Whether the span that starts now belongs to a trace that is not recorded.
#[inline]
fn below_unrecorded() -> bool {
    matches!(mode(), Mode::Unsampled | Mode::Suppressed)
}

/// Whether [`start_with`] would look at its options: macros evaluate them only then.
#[inline]
pub fn span_on(site: &'static Site) -> bool {
    site.is_on()
}

#[inline(never)]
fn start_below(site: &'static Site) -> Span {
    with_stack(|stack| match mode() {
        Mode::Recording => stack.top(|entry| Span(entry.map(|entry| child(stack, site, entry)))),
        Mode::Unsampled | Mode::Suppressed => Span(None),
        Mode::Empty if nobody_listens() && stack.depth() == 0 => Span(None),
        Mode::Empty | Mode::Remote => root(site, &ambient(stack), None),
    })
    .unwrap_or_else(|| root(site, &Context::default(), None))
}

/// Without a pipeline, a test or a `tracing` subscriber there is nothing to do.
#[inline]
fn nobody_listens() -> bool {
    switchboard::mode() == Setup::Inert && switchboard::routes() == 0 && !tracing::dispatcher::has_been_set()
}

#[cold]
fn ambient(stack: &Stack) -> Context {
    stack.top(|entry| match entry {
        Some(Entry {
            body: Body::Ambient(context),
            ..
        }) => (**context).clone(),
        _ => Context::default(),
    })
}

/// A child of a recording span: same trace, no question asked.
#[inline]
fn child(stack: &Stack, site: &'static Site, parent: &Entry) -> Box<Live> {
    let mut live = stack.blocks.take(site);
    match &parent.body {
        Body::Live(parent) => {
            live.trace_id = parent.trace_id;
            live.parent = parent.span_id;
            live.flags = parent.flags;
            if !parent.is_plain() {
                let (trace_state, carried) = (&parent.extra().trace_state, parent.carried());
                inherit(&mut live, trace_state.as_ref(), carried.as_ref());
            }
        }
        Body::Ambient(context) => {
            let span = context.span();
            live.trace_id = span.trace_id;
            live.parent = span.span_id;
            live.flags = span.flags;
            inherit(&mut live, span.trace_state.as_ref(), context.carried().as_ref());
        }
    }
    live.span_id = SpanId::random();
    live.begin();
    live
}

/// What flows from one span to those below it, where there is any.
fn inherit(live: &mut Live, trace_state: Option<&Arc<str>>, carried: Option<&Arc<Carried>>) {
    if trace_state.is_some() || carried.is_some() {
        let extra = live.extra_mut();
        extra.trace_state = trace_state.cloned();
        extra.carried = carried.cloned();
    }
}

/// The first span of a trace in this process: here it is decided whether the trace is recorded.
#[cold]
#[inline(never)]
fn root(site: &'static Site, context: &Context, sample: Option<f64>) -> Span {
    let parent = context.span().is_valid().then(|| context.span());
    let routed = is_routed(context);
    let setup = switchboard::mode();
    let mirrored = match setup {
        Setup::Inert => tracing::dispatcher::has_been_set(),
        Setup::ActiveWithTracing => true,
        Setup::Active | Setup::Down => false,
    };
    if !routed && (setup == Setup::Down || setup == Setup::Inert && !mirrored) {
        return Span(None);
    }
    let mut live = Live::take(site);
    live.trace_id = parent.map_or_else(TraceId::random, |parent| parent.trace_id);
    live.span_id = SpanId::random();
    let trace_state = parent.and_then(|parent| parent.trace_state.as_ref());
    inherit(&mut live, trace_state, context.carried().as_ref());
    let sampled = match (sample, routed || setup == Setup::Inert) {
        (Some(ratio), _) => below_ratio(live.trace_id, ratio),
        (None, true) => parent.is_none_or(SpanContext::is_sampled),
        (None, false) => switchboard::decide(live.trace_id, parent, site.name(), site.span_kind()),
    };
    match parent {
        Some(parent) => {
            live.parent = parent.span_id;
            live.parent_is_remote = parent.is_remote;
            live.flags = parent.flags.with_sampled(sampled);
        }
        None => live.flags = TraceFlags::RANDOM.with_sampled(sampled),
    }
    let held = !sampled && !routed && setup != Setup::Inert && switchboard::holds();
    live.flags = live.flags.with_held(held);
    live.recording = sampled || held;
    live.begin();
    if let Some(origin) = context.origin() {
        live.add_link(origin, &[]);
    }
    Span(Some(live))
}

#[cfg(feature = "pipeline")]
fn is_routed(context: &Context) -> bool {
    switchboard::routes() > 0 && Carried::route_of(context.carried()).is_some()
}

#[cfg(not(feature = "pipeline"))]
fn is_routed(_: &Context) -> bool {
    switchboard::routes() > 0
}

/// Whether a trace falls under this ratio; the same trace gives the same answer everywhere.
fn below_ratio(trace: TraceId, ratio: f64) -> bool {
    ratio >= 1.0 || (trace.low() >> 1) < (ratio.max(0.0) * (1_u64 << 63) as f64) as u64
}

/// What [`Start::parent`] takes: contexts, spans, and options of them; of headers,
/// [`extract`](crate::propagate::extract) makes a context.
pub trait IntoParent {
    /// The context that the span starts in; `None` starts a root.
    fn to_parent(&self) -> Option<Context>;
}

impl<T: IntoParent + ?Sized> IntoParent for &T {
    fn to_parent(&self) -> Option<Context> {
        T::to_parent(self)
    }
}

impl<T: IntoParent> IntoParent for Option<T> {
    fn to_parent(&self) -> Option<Context> {
        self.as_ref().and_then(T::to_parent)
    }
}

impl IntoParent for Context {
    fn to_parent(&self) -> Option<Context> {
        Some(self.clone())
    }
}

impl IntoParent for SpanContext {
    fn to_parent(&self) -> Option<Context> {
        self.is_valid().then(|| Context::new().with_span(self.clone()))
    }
}

/// What [`Start::link`] takes.
pub trait IntoLink {
    /// The span to link to, if there is one.
    fn to_link(&self) -> Option<SpanContext>;
}

impl<T: IntoLink + ?Sized> IntoLink for &T {
    fn to_link(&self) -> Option<SpanContext> {
        T::to_link(self)
    }
}

impl<T: IntoLink> IntoLink for Option<T> {
    fn to_link(&self) -> Option<SpanContext> {
        self.as_ref().and_then(T::to_link)
    }
}

impl IntoLink for SpanContext {
    fn to_link(&self) -> Option<SpanContext> {
        self.is_valid().then(|| self.clone())
    }
}

impl IntoLink for Context {
    fn to_link(&self) -> Option<SpanContext> {
        self.span().to_link()
    }
}

/// How a span starts, where it is not simply below the current one.
#[derive(Debug, Default)]
pub struct Start {
    /// `None`: nothing was said; `Some(None)`: a root.
    parent: Option<Option<Context>>,
    links: Vec<SpanContext>,
    sample: Option<f64>,
}

impl Start {
    /// Below the current span.
    pub fn new() -> Self {
        Self::default()
    }

    /// Below this parent; a parent that is `None` or not valid makes a root.
    #[must_use]
    pub fn parent(mut self, parent: &(impl IntoParent + ?Sized)) -> Self {
        self.parent = Some(parent.to_parent());
        self
    }

    /// A new trace; with `link` it points back to the current span.
    #[must_use]
    pub fn new_root(mut self, link: bool) -> Self {
        self.parent = Some(None);
        if link {
            self.links.extend(Context::current().to_link());
        }
        self
    }

    /// A link to one span.
    #[must_use]
    pub fn link(mut self, link: &(impl IntoLink + ?Sized)) -> Self {
        self.links.extend(link.to_link());
        self
    }

    /// Links to several spans.
    #[must_use]
    pub fn links<L: IntoLink>(mut self, links: impl IntoIterator<Item = L>) -> Self {
        self.links
            .extend(links.into_iter().filter_map(|link| link.to_link()));
        self
    }

    /// The ratio of new traces from here that are recorded, 0 to 1; parents' decisions hold.
    #[must_use]
    pub fn sample(mut self, ratio: f64) -> Self {
        self.sample = Some(ratio);
        self
    }
}

/// Starts a span with these options.
pub fn start_with(site: &'static Site, options: Start) -> Span {
    if !site.is_on() {
        return Span(None);
    }
    let current = Context::current();
    if current.mode() == Mode::Suppressed {
        return Span(None);
    }
    let context = match options.parent {
        None => current,
        Some(parent) => {
            // A new trace keeps what flows through the program: session attributes and a test's collector.
            let mut context = parent.unwrap_or_default();
            context.inherit(&current);
            context
        }
    };
    let mut span = match context.mode() {
        Mode::Suppressed | Mode::Unsampled => Span(None),
        Mode::Recording => {
            let entry = Entry {
                ident: 0,
                mode: Mode::Recording,
                body: Body::Ambient(Box::new(context)),
            };
            Span(with_stack(|stack| child(stack, site, &entry)))
        }
        Mode::Empty | Mode::Remote => root(
            site,
            &context,
            options.sample.filter(|_| !context.span().is_valid()),
        ),
    };
    if let Some(live) = &mut span.0 {
        options.links.iter().for_each(|link| live.add_link(link, &[]));
    }
    span
}
