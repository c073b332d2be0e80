//! A span of another crate while it lives: ours beside it, in the registry's extensions.
//!
//! While it is entered on a thread, our span is on that thread's stack; a second thread that enters it meanwhile
//! gets its context. Changes that come while it is on another thread's stack wait until it is back.

use crate::context::{Body, Context, Entry, Mode, with_stack};
use crate::recorder::{self, Live};
use tracing_subscriber::registry::{LookupSpan, SpanRef};

/// Changes that may wait for one span.
const LATE_BOUND: usize = 256;

type Change = Box<dyn FnOnce(&mut Live) + Send + Sync>;

/// Our span beside one of `tracing`.
pub(super) struct Adopted {
    ident: u64,
    pub(super) context: Context,
    /// Absent while it is on a stack, and always where the trace is not recorded.
    live: Option<Box<Live>>,
    /// How many times the context stands in for the span on a stack.
    stand_ins: u32,
    late: Vec<Change>,
}

/// The `tracing` span of a span of ours, for what the program records on it.
pub(super) struct Own(pub(super) Context);

impl Adopted {
    pub(super) fn new(live: Box<Live>) -> Self {
        Self {
            ident: live.ident(),
            context: Context::from_parts(live.span_context(), live.carried().clone()),
            live: Some(live),
            stand_ins: 0,
            late: Vec::new(),
        }
    }

    /// Nothing is recorded below this context, wherever the span is entered.
    pub(super) fn unrecorded(context: Context) -> Self {
        Self {
            ident: crate::id::random_u64(),
            context,
            live: None,
            stand_ins: 0,
            late: Vec::new(),
        }
    }

    pub(super) fn enter(&mut self) {
        if let Some(live) = self.live.take() {
            self.live = recorder::enter(live).err();
            return;
        }
        let pushed = with_stack(|stack| {
            stack.push(Entry {
                ident: !self.ident,
                mode: self.context.mode(),
                body: Body::Ambient(Box::new(self.context.clone())),
            });
        });
        self.stand_ins += u32::from(pushed.is_some());
    }

    pub(super) fn exit(&mut self) {
        if self.stand_ins > 0 && with_stack(|stack| stack.remove(!self.ident)).flatten().is_some() {
            self.stand_ins -= 1;
            return;
        }
        if let Some(live) = recorder::exit(self.ident) {
            self.take_back(live);
        }
    }

    fn take_back(&mut self, mut live: Box<Live>) {
        self.late.drain(..).for_each(|change| change(&mut live));
        self.live = Some(live);
    }

    /// Our span, now that theirs is over.
    pub(super) fn finish(mut self) {
        if self.live.is_none()
            && let Some(live) = recorder::exit(self.ident)
        {
            self.take_back(live);
        }
        if let Some(live) = self.live {
            recorder::finish(live, crate::record::Outcome::Ok);
        }
    }
}

/// Changes our span of this `tracing` span, wherever it is.
pub(super) fn change<S: for<'a> LookupSpan<'a>>(
    span: &SpanRef<'_, S>,
    change: impl FnOnce(&mut Live) + Send + Sync + 'static,
) {
    let mut change = Some(change);
    let ident = {
        let mut extensions = span.extensions_mut();
        match extensions.get_mut::<Adopted>() {
            Some(Adopted { live: Some(live), .. }) => {
                return change.into_iter().for_each(|change| change(live));
            }
            Some(adopted) => adopted.ident,
            None => match extensions.get_mut::<Own>() {
                Some(own) => own.0.span().span_id.to_u64(),
                None => return,
            },
        }
    };
    with_stack(|stack| {
        stack.with_live(ident, |live| {
            change.take().into_iter().for_each(|change| change(live))
        })
    });
    let Some(change) = change else { return };
    let mut extensions = span.extensions_mut();
    match extensions.get_mut::<Adopted>() {
        Some(Adopted { live: Some(live), .. }) => change(live),
        Some(adopted) if adopted.context.mode() == Mode::Recording && adopted.late.len() < LATE_BOUND => {
            adopted.late.push(Box::new(change));
        }
        _ => {}
    }
}

/// The context of this `tracing` span, or of the nearest one above it that is known here.
pub(super) fn context_of<S: for<'a> LookupSpan<'a>>(span: &SpanRef<'_, S>) -> Option<Context> {
    span.scope().find_map(|span| {
        let extensions = span.extensions();
        let adopted = extensions.get::<Adopted>().map(|adopted| &adopted.context);
        adopted
            .or_else(|| extensions.get::<Own>().map(|own| &own.0))
            .cloned()
    })
}
