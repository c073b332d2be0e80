//! Spans and events of other crates as part of our traces.

use super::adopted::{self, Adopted, Own};
use super::event::Said;
use super::fields::{Fields, Loose, Sink, Wishes};
use super::filter::LayerFilter;
use super::{foreign, out};
use crate::context::{Body, Context, Entry, Mode, mode, with_stack};
use crate::recorder::{self, Span, Start};
use crate::site::Site;
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Dispatch, Event, Subscriber};
use tracing_subscriber::layer::{self, Layer as _};
use tracing_subscriber::registry::LookupSpan;

/// A layer that makes the `tracing` spans and events of other crates part of our traces.
///
/// For a subscriber of one's own; where none is set, `spanwright::init()` installs one that has it. It brings its
/// own filter (`info`, without what HTTP libraries say of each frame; `SPANWRIGHT_TRACE` changes it), so add it
/// as it is, beside other layers' filters rather than below a registry-wide one.
///
/// ```
/// use tracing_subscriber::prelude::*;
///
/// let subscriber = tracing_subscriber::registry().with(spanwright::layer());
/// # tracing::subscriber::with_default(subscriber, || {
/// # let traces = spanwright::testing::TestTraces::start();
/// tracing::info_span!("theirs").in_scope(|| spanwright::in_span("ours", || ()));
/// # spanwright::assert_trace!(traces, "theirs" => { "ours" });
/// # });
/// ```
pub fn layer<S>() -> impl layer::Layer<S> + Send + Sync + 'static
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    Bridge {
        find: context_in::<S>,
    }
    .with_filter(LayerFilter)
}

/// The layer itself, below its filter; looked for in subscribers that others made.
#[derive(Debug)]
pub(super) struct Bridge {
    find: fn(&Dispatch, &Id) -> Option<Context>,
}

/// The context of a `tracing` span of this subscriber; only its type knows how to look the span up.
fn context_in<S>(dispatch: &Dispatch, id: &Id) -> Option<Context>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let span = dispatch.downcast_ref::<S>()?.span(id)?;
    adopted::context_of(&span)
}

/// The context of a `tracing` span, where this subscriber has our layer.
pub(super) fn context_of(dispatch: &Dispatch, id: &Id) -> Option<Context> {
    (dispatch.downcast_ref::<Bridge>()?.find)(dispatch, id)
}

/// Starts our span for one of theirs.
fn start<S>(site: &'static Site, attributes: &Attributes<'_>, context: &layer::Context<'_, S>) -> Span
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let explicit = attributes.parent().and_then(|parent| context.span(parent));
    match explicit.as_ref().and_then(adopted::context_of) {
        Some(parent) => recorder::start_with(site, Start::new().parent(&parent)),
        None if attributes.is_root() => recorder::start_with(site, Start::new().new_root(false)),
        None => recorder::start(site),
    }
}

fn read(record: impl FnOnce(&mut dyn tracing_core::field::Visit), sink: &mut impl Sink) -> Wishes {
    let mut fields = Fields::of_span(sink);
    record(&mut fields);
    fields.wishes
}

impl<S> layer::Layer<S> for Bridge
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: layer::Context<'_, S>) {
        let Some(site) = foreign::of(attributes.metadata()).site else {
            if let (Some(own), Some(span)) = (out::writing(), context.span(id)) {
                span.extensions_mut().replace(Own(own));
            }
            return;
        };
        let mut ours = start(site, attributes, &context);
        let wishes = read(|visit| attributes.record(visit), &mut ours);
        let adopted = match ours.0.take() {
            Some(mut live) => {
                wishes.apply(&mut live);
                Adopted::new(live)
            }
            None => match mode() {
                Mode::Unsampled | Mode::Suppressed => Adopted::unrecorded(Context::current()),
                _ => return,
            },
        };
        if let Some(span) = context.span(id) {
            span.extensions_mut().replace(adopted);
        }
    }

    fn on_enter(&self, id: &Id, context: layer::Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(adopted) = span.extensions_mut().get_mut::<Adopted>()
        {
            adopted.enter();
        }
    }

    fn on_exit(&self, id: &Id, context: layer::Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(adopted) = span.extensions_mut().get_mut::<Adopted>()
        {
            adopted.exit();
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: layer::Context<'_, S>) {
        // What we write to the span of a site of ours is there already.
        if out::writing().is_some() {
            return;
        }
        let mut loose = Loose::default();
        let wishes = read(|visit| values.record(visit), &mut loose);
        if let Some(span) = context.span(id) {
            adopted::change(&span, move |live| {
                live.merge(&loose.wire);
                wishes.apply(live);
            });
        }
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, context: layer::Context<'_, S>) {
        let followed = context.span(follows).as_ref().and_then(adopted::context_of);
        if let (Some(followed), Some(span)) = (followed, context.span(id)) {
            adopted::change(&span, move |live| live.add_link(followed.span(), &[]));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: layer::Context<'_, S>) {
        let recording = mode() == Mode::Recording;
        if event.is_root() || event.is_contextual() && !recording {
            return;
        }
        let mut said = Some(Said::read(event));
        if event.is_contextual() {
            with_stack(|stack| {
                let ident = stack.top(|entry| entry.map_or(0, ident_of));
                stack.with_live(ident, |live| {
                    said.take().into_iter().for_each(|said| said.put(live, None));
                })
            });
        }
        if let Some(said) = said
            && let Some(span) = context.event_span(event)
        {
            let time = crate::clock::now();
            adopted::change(&span, move |live| said.put(live, Some(time)));
        }
    }

    fn on_close(&self, id: Id, context: layer::Context<'_, S>) {
        let adopted = context
            .span(&id)
            .and_then(|span| span.extensions_mut().remove::<Adopted>());
        if let Some(adopted) = adopted {
            adopted.finish();
        }
    }
}

/// The span that the top of the stack stands for.
fn ident_of(entry: &mut Entry) -> u64 {
    match &entry.body {
        Body::Live(live) => live.ident(),
        Body::Ambient(context) => context.span().span_id.to_u64(),
    }
}
