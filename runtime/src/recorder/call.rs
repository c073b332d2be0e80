//! Running a synchronous function in its span.

use super::finish::{self, Finish, Picked, finish};
use super::live::Live;
use super::{Span, start};
use crate::context::{Body, Entry, Mode, with_stack};
use crate::record::Outcome;
use crate::site::Site;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;

/// Makes the span and its mirror current on this thread; gives it back where the thread has no stack any more.
#[inline]
pub(crate) fn enter(live: Box<Live>) -> Result<u64, Box<Live>> {
    enter_at(live).map(|(ident, _)| ident)
}

/// As [`enter`]; also says how many entries were on the stack before.
#[inline]
pub(super) fn enter_at(live: Box<Live>) -> Result<(u64, usize), Box<Live>> {
    if let Some(mirror) = &live.extra().mirror {
        crate::bridge::out::enter(mirror);
    }
    let ident = live.ident();
    let mode = if live.recording {
        Mode::Recording
    } else {
        Mode::Unsampled
    };
    let mut slot = Some(live);
    let mut depth = 0;
    with_stack(|stack| {
        if let Some(live) = slot.take() {
            depth = stack.push(Entry {
                ident,
                mode,
                body: Body::Live(live),
            });
        }
    });
    match slot {
        None => Ok((ident, depth)),
        Some(live) => Err(live),
    }
}

/// Takes the span off this thread's stack, and its mirror with it, if nothing was left above it and nothing below it was
/// taken since; `None`, and nothing done, where it is not so.
#[inline]
pub(super) fn exit_at(ident: u64, depth: usize) -> Option<Box<Live>> {
    let live = with_stack(|stack| {
        if stack.depth() == depth + 1 {
            stack.pop_live(ident, |_| true)
        } else {
            None
        }
    });
    live.flatten().map(without_mirror)
}

/// Takes the span off this thread's stack, and its mirror with it.
#[inline]
pub(crate) fn exit(ident: u64) -> Option<Box<Live>> {
    match with_stack(|stack| stack.remove(ident)).flatten()?.body {
        Body::Live(live) => Some(without_mirror(live)),
        Body::Ambient(_) => None,
    }
}

/// The span, whose mirror is not current any more.
#[inline]
fn without_mirror(live: Box<Live>) -> Box<Live> {
    if let Some(mirror) = &live.extra().mirror {
        crate::bridge::out::exit(mirror);
    }
    live
}

/// Mirrors the span to `tracing`, where that is on. Attributes are known by now.
#[inline]
pub(super) fn prepare(live: &mut Live) {
    let mirrored = super::switchboard::mode() != super::Mode::Active || live.site.wants_tracing_span();
    if live.recording && mirrored {
        crate::bridge::out::open(live);
    }
}

/// A span that is entered until this is dropped, and then ends.
#[must_use = "the span ends when its scope is dropped"]
pub struct Scope {
    /// 0 for none.
    ident: u64,
    /// The span itself, where the thread has no stack any more: in another thread-local's destructor.
    loose: ManuallyDrop<Option<Box<Live>>>,
    not_send: PhantomData<*const ()>,
}

impl std::fmt::Debug for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scope({:016x})", self.ident)
    }
}

/// Enters the span for as long as the guard lives.
#[inline]
pub fn scope(span: Span) -> Scope {
    match span.into_live() {
        Some(live) => Scope::open(live),
        None => Scope {
            ident: 0,
            loose: ManuallyDrop::new(None),
            not_send: PhantomData,
        },
    }
}

impl Scope {
    fn open(mut live: Box<Live>) -> Self {
        prepare(&mut live);
        match enter(live) {
            Ok(ident) => Self {
                ident,
                loose: ManuallyDrop::new(None),
                not_send: PhantomData,
            },
            Err(live) => Self {
                ident: live.ident(),
                loose: ManuallyDrop::new(Some(live)),
                not_send: PhantomData,
            },
        }
    }

    /// The span's identity on the stack; 0 for none.
    pub(crate) fn ident(&self) -> u64 {
        self.ident
    }

    /// Leaves the span without ending it.
    fn leave(&mut self) -> Option<Box<Live>> {
        let ident = std::mem::take(&mut self.ident);
        self.loose.take().map(without_mirror).or_else(|| exit(ident))
    }

    /// Leaves the span, which goes on without it.
    pub(super) fn into_live(mut self) -> Option<Box<Live>> {
        if self.ident == 0 {
            return None;
        }
        self.leave()
    }

    /// Leaves the span and ends it, without a result.
    fn close(&mut self) {
        let ident = self.ident;
        let plainly = !std::thread::panicking();
        if plainly && with_stack(|stack| finish::finish_top(stack, ident)) == Some(true) {
            return;
        }
        self.close_other();
    }

    #[inline(never)]
    fn close_other(&mut self) {
        if let Some(live) = self.leave() {
            let outcome = if live.unwinds() {
                Outcome::Panicked
            } else {
                Outcome::Ok
            };
            finish(live, outcome);
        }
    }
}

impl Drop for Scope {
    #[inline]
    fn drop(&mut self) {
        if self.ident != 0 {
            self.close();
        }
    }
}

/// Runs `body` in the span and reads its result.
#[inline]
pub(crate) fn call<R>(span: Span, reader: impl Finish<R>, body: impl FnOnce() -> R) -> R {
    let scope = scope(span);
    end(scope, reader, body())
}

/// Starts a span of this site and enters it.
#[inline]
pub fn enter_span(site: &'static Site) -> Scope {
    scope(start(site))
}

/// What a closure moves in so that it can be called once only. One that is called where it stands counts as `FnMut`
/// otherwise, and could not return what a `&mut` parameter lends.
#[derive(Debug)]
pub struct Once;

/// Leaves the span and ends it with the function's result.
#[inline]
pub fn end<R>(mut scope: Scope, reader: impl Finish<R>, value: R) -> R {
    if scope.ident != 0
        && let Some(mut live) = scope.leave()
    {
        finish::read(&mut live, reader, &value);
        finish(live, Outcome::Ok);
    }
    value
}

/// As [`end`], where the result's type cannot be named: the reader is picked from the result itself.
#[inline]
pub fn end_value<R, F: Finish<R>>(scope: Scope, value: R, pick: impl FnOnce(&R) -> F) -> R {
    end(scope, Picked(pick), value)
}
