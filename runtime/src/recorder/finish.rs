//! Ending a span: reading the result, the outcome, the record.

use super::exception;
use super::live::Live;
use crate::capture::Capture;
use crate::caught::caught;
use crate::context::{Stack, with_stack};
use crate::record::Outcome;
use crate::semconv;
use crate::value::Value;
use std::borrow::Cow;
use std::time::Duration;

/// A span that is ending; result readers write into it.
pub struct End<'a> {
    pub(crate) live: &'a mut Live,
}

impl std::fmt::Debug for End<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("End")
            .field("span_id", &self.live.span_id)
            .finish_non_exhaustive()
    }
}

impl End<'_> {
    /// Sets an attribute, in place of one of the same key.
    pub fn set<T: Capture + ?Sized>(&mut self, key: &str, value: &T) {
        let (mut wire, mut count) = (Vec::new(), 0);
        crate::capture::capture_into(&mut wire, key, &mut count, u16::MAX, value);
        self.live.merge(&wire);
    }

    /// Replaces the span's name.
    pub fn set_name<T: std::fmt::Display + ?Sized>(&mut self, name: &T) {
        self.live.set_name(name);
    }

    /// Adds an event.
    pub fn event(&mut self, name: &str, fields: &[(&str, Value)]) {
        self.live.add_event(name, super::EventFields::Values(fields));
    }

    /// How long the span has run.
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(crate::clock::nanos_between(self.live.start, crate::clock::now()))
    }

    /// Sets `error.type`, in place of what the error's type says.
    pub fn error_type(&mut self, name: impl Into<Cow<'static, str>>) {
        self.live.extra_mut().error_type = Some(name.into());
    }

    /// Records an error: its exception, unless a span below did, `error.type` and the outcome.
    #[cfg(feature = "reqwest")]
    pub(crate) fn error(
        &mut self,
        error_type: impl Into<Cow<'static, str>>,
        error: &(dyn std::error::Error + 'static),
        outcome: Outcome,
    ) {
        let failure = exception::Failure {
            error_type: error_type.into(),
            text: Some(&error),
            source: error.source(),
        };
        exception::fail(self.live, &failure, outcome);
    }

    /// Sets the outcome.
    pub fn outcome(&mut self, outcome: Outcome) {
        self.live.extra_mut().outcome = Some(outcome);
    }
}

/// Reads a function's result into the ending span.
pub trait Finish<R> {
    /// Called once with the result.
    fn finish(self, value: &R, end: &mut End<'_>);
}

/// A reader that is picked from the result itself.
#[derive(Clone, Debug)]
pub struct Picked<P>(pub(super) P);

impl<R, F: Finish<R>, P: FnOnce(&R) -> F> Finish<R> for Picked<P> {
    fn finish(self, value: &R, end: &mut End<'_>) {
        (self.0)(value).finish(value, end);
    }
}

/// Reads nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoRead;

impl<R> Finish<R> for NoRead {
    #[inline]
    fn finish(self, _: &R, _: &mut End<'_>) {}
}

/// Leaves errors alone that `predicate` says are expected; see [`ignore`].
#[derive(Clone, Debug)]
pub struct Ignore<F, P> {
    inner: F,
    predicate: P,
}

/// `err(ignore = path)`: an error that `predicate` accepts leaves the span as it would be on success.
pub fn ignore<F, P>(inner: F, predicate: P) -> Ignore<F, P> {
    Ignore { inner, predicate }
}

impl<T, E, F: Finish<Result<T, E>>, P: FnOnce(&E) -> bool> Finish<Result<T, E>> for Ignore<F, P> {
    fn finish(self, value: &Result<T, E>, end: &mut End<'_>) {
        let expected = value.as_ref().err().is_some_and(|error| (self.predicate)(error));
        if !expected {
            self.inner.finish(value, end);
        }
    }
}

/// Reads a value on success; see [`on_ok`].
pub struct OnOk<F, R, T: ?Sized, G> {
    inner: F,
    project: fn(&R) -> Option<&T>,
    read: G,
}

impl<F: Clone, R, T: ?Sized, G: Clone> Clone for OnOk<F, R, T, G> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            project: self.project,
            read: self.read.clone(),
        }
    }
}

impl<F, R, T: ?Sized, G> std::fmt::Debug for OnOk<F, R, T, G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OnOk")
    }
}

/// Runs `read` with the value of a result that `project` finds, after `inner`.
pub fn on_ok<F, R, T: ?Sized, G>(inner: F, project: fn(&R) -> Option<&T>, read: G) -> OnOk<F, R, T, G>
where
    G: FnOnce(&T, &mut End<'_>),
{
    OnOk { inner, project, read }
}

impl<F: Finish<R>, R, T: ?Sized, G: FnOnce(&T, &mut End<'_>)> Finish<R> for OnOk<F, R, T, G> {
    fn finish(self, value: &R, end: &mut End<'_>) {
        self.inner.finish(value, end);
        if let Some(value) = (self.project)(value) {
            (self.read)(value, end);
        }
    }
}

/// Calls a user's closure, whose parameter type is known from `value`.
#[inline]
pub fn apply<'a, T: ?Sized, V>(value: &'a T, read: impl FnOnce(&'a T) -> V) -> V {
    read(value)
}

/// Runs user code that must not unwind into the caller; answers whether it did not.
pub(crate) fn protect(run: impl FnOnce()) -> bool {
    caught(run).is_some()
}

/// Reads the result of a span that is about to end.
pub(super) fn read<R>(live: &mut Live, reader: impl Finish<R>, value: &R) {
    if live.recording && !protect(|| reader.finish(value, &mut End { live })) {
        live.add_event("spanwright.capture_panicked", super::EventFields::Values(&[]));
    }
}

/// Ends the span: with `outcome`, unless one was set by hand.
#[inline]
pub(crate) fn finish(live: Box<Live>, outcome: Outcome) {
    if !is_plain(&live) || outcome != Outcome::Ok {
        return finish_other(live, outcome);
    }
    let mut live = Some(live);
    with_stack(|stack| {
        if let Some(live) = live.take() {
            finish_plain(stack, live);
        }
    });
    // The thread's storage is gone.
    if let Some(live) = live {
        finish_other(live, outcome);
    }
}

/// Ends the topmost span if it is of this identity and there is nothing to settle; most spans.
#[inline]
pub(super) fn finish_top(stack: &Stack, ident: u64) -> bool {
    match stack.pop_live(ident, is_plain) {
        Some(live) => {
            finish_plain(stack, live);
            true
        }
        None => false,
    }
}

#[inline]
fn is_plain(live: &Live) -> bool {
    live.recording && live.is_plain()
}

/// Ends a span with nothing to settle, which went well.
#[inline]
fn finish_plain(stack: &Stack, live: Box<Live>) {
    #[cfg(feature = "pipeline")]
    super::layout::plain_span(&stack.records, &live);
    stack.blocks.give(live);
}

#[inline(never)]
fn finish_other(mut live: Box<Live>, outcome: Outcome) {
    if live.recording {
        settle(&mut live, outcome);
        #[cfg(feature = "pipeline")]
        super::layout::span(&live);
    } else {
        count_unsampled();
    }
    live.recycle();
}

/// Settles the outcome and what follows from it.
fn settle(live: &mut Live, outcome: Outcome) {
    if outcome == Outcome::Panicked {
        exception::panicked(live);
    }
    let extra = live.extra_mut();
    let outcome = match outcome {
        Outcome::Ok if extra.failed => Outcome::Error,
        outcome => outcome,
    };
    let outcome = *extra.outcome.get_or_insert(outcome);
    if outcome.is_error() && extra.error_type.is_none() {
        let error_type = if outcome == Outcome::Timeout {
            "timeout"
        } else {
            "_OTHER"
        };
        extra.error_type = Some(Cow::Borrowed(error_type));
    }
    if let Some(error_type) = extra.error_type.take()
        && !live.has_attribute(semconv::ERROR_TYPE)
    {
        live.set_new(semconv::ERROR_TYPE, error_type.as_ref());
    }
    if !matches!(outcome, Outcome::Ok | Outcome::Error) {
        live.set_new(semconv::OUTCOME, outcome.as_str());
    }
    exception::hand_up(live);
    if live.extra().mirror.is_some() {
        crate::bridge::out::close(live);
    }
}

fn count_unsampled() {
    #[cfg(feature = "pipeline")]
    super::handover::unsampled();
}
