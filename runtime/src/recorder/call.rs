//! Running a synchronous function in its span.

use super::Span;
use super::finish::{self, Finish, finish};
use super::live::Live;
use crate::context::{Body, Entry, Mode, with_stack};
use crate::record::Outcome;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;

/// Puts the span on this thread's stack; gives it back where the thread has none any more.
#[inline]
pub(crate) fn enter(live: Box<Live>) -> Result<u64, Box<Live>> {
    let ident = live.ident();
    let mode = if live.recording {
        Mode::Recording
    } else {
        Mode::Unsampled
    };
    let mut slot = Some(live);
    with_stack(|stack| {
        if let Some(live) = slot.take() {
            stack.push(Entry {
                ident,
                mode,
                body: Body::Live(live),
            });
        }
    });
    match slot {
        None => Ok(ident),
        Some(live) => Err(live),
    }
}

/// Takes the span off this thread's stack.
#[inline]
pub(crate) fn exit(ident: u64) -> Option<Box<Live>> {
    match with_stack(|stack| stack.remove(ident)).flatten()?.body {
        Body::Live(live) => Some(live),
        Body::Ambient(_) => None,
    }
}

/// Mirrors the span to `tracing`, where that is on. Attributes are known by now.
#[inline]
pub(super) fn prepare(live: &mut Live) {
    let mirrored = super::switchboard::mode() != super::Mode::Active || live.site.wants_tracing_span();
    if live.recording && mirrored {
        crate::bridge::out::open(live);
    }
    if let Some(mirror) = &live.mirror {
        crate::bridge::out::enter(mirror);
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
    #[inline]
    fn leave(mut self) -> Option<Box<Live>> {
        let ident = std::mem::take(&mut self.ident);
        let live = self.loose.take().or_else(|| exit(ident))?;
        if let Some(mirror) = &live.mirror {
            crate::bridge::out::exit(mirror);
        }
        Some(live)
    }
}

impl Drop for Scope {
    #[inline]
    fn drop(&mut self) {
        if self.ident != 0 {
            close(self.ident, self.loose.take());
        }
    }
}

fn close(ident: u64, loose: Option<Box<Live>>) {
    let Some(live) = loose.or_else(|| exit(ident)) else {
        return;
    };
    if let Some(mirror) = &live.mirror {
        crate::bridge::out::exit(mirror);
    }
    let outcome = if std::thread::panicking() && !live.panicking {
        Outcome::Panicked
    } else {
        Outcome::Ok
    };
    finish(live, outcome);
}

/// Runs `body` in the span and reads its result.
#[inline]
pub fn call<R>(span: Span, reader: impl Finish<R>, body: impl FnOnce() -> R) -> R {
    let Some(live) = span.into_live() else {
        return body();
    };
    let scope = Scope::open(live);
    let value = body();
    if let Some(mut live) = scope.leave() {
        finish::read(&mut live, reader, &value);
        finish(live, Outcome::Ok);
    }
    value
}

/// As [`call`], where the result's type cannot be named: the reader is picked from the result itself. `body` comes
/// first, for the compiler looks at closures in order and `pick` must know what `body` returns.
#[inline]
pub fn call_value<R, F: Finish<R>>(span: Span, body: impl FnOnce() -> R, pick: impl FnOnce(&R) -> F) -> R {
    struct Picked<P>(P);
    impl<R, F: Finish<R>, P: FnOnce(&R) -> F> Finish<R> for Picked<P> {
        fn finish(self, value: &R, end: &mut super::End<'_>) {
            (self.0)(value).finish(value, end);
        }
    }
    call(span, Picked(pick), body)
}
