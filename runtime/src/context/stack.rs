//! The thread's stack of current spans and attached contexts, with what else a thread keeps for its spans: one look for
//! the thread's storage then serves for all of it.
//!
//! Entries are removed by identity, so that guards may be dropped in any order. User code never runs while the
//! stack is borrowed.

use super::Context;
#[cfg(feature = "pipeline")]
use crate::recorder::Records;
use crate::recorder::{Blocks, Live};
use std::cell::{Cell, RefCell};

/// What the top of the stack means for a span that starts now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// No span: the next one is a root.
    Empty,
    /// A recording span of this process.
    Recording,
    /// A span of this process whose trace is not sampled: children are not even started.
    Unsampled,
    /// A span of another process: the sampler is asked, with it as the parent.
    Remote,
    /// Telemetry's own work: nothing is recorded.
    Suppressed,
}

pub(crate) enum Body {
    /// A span that is entered; the stack owns it until it is left.
    Live(Box<Live>),
    /// A context that was attached; boxed, so that an entry is four words.
    Ambient(Box<Context>),
}

pub(crate) struct Entry {
    /// The span's id, or a random number.
    pub(crate) ident: u64,
    pub(crate) mode: Mode,
    pub(crate) body: Body,
}

pub(crate) struct Stack {
    entries: RefCell<Vec<Entry>>,
    pub(crate) blocks: Blocks,
    #[cfg(feature = "pipeline")]
    pub(crate) records: Records,
}

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode::Empty) };
    static STACK: Stack = const {
        Stack {
            entries: RefCell::new(Vec::new()),
            blocks: Blocks::new(),
            #[cfg(feature = "pipeline")]
            records: Records::new(),
        }
    };
}

/// What the topmost entry of this thread's stack means. Apart from the stack, since a look at what needs no destructor is
/// one move.
#[inline]
pub(crate) fn mode() -> Mode {
    MODE.with(Cell::get)
}

#[inline]
fn set_mode(mode: Mode) {
    MODE.with(|own| own.set(mode));
}

/// Runs `f` with the thread's stack; `None` where the thread is already past its destructors.
#[inline]
pub(crate) fn with_stack<R>(f: impl FnOnce(&Stack) -> R) -> Option<R> {
    STACK.try_with(f).ok()
}

impl Stack {
    #[inline]
    pub(crate) fn depth(&self) -> usize {
        self.entries.borrow().len()
    }

    /// Answers how many entries there were before.
    #[inline]
    pub(crate) fn push(&self, entry: Entry) -> usize {
        set_mode(entry.mode);
        let mut entries = self.entries.borrow_mut();
        entries.push(entry);
        entries.len() - 1
    }

    /// Takes the entry of this identity out, wherever it is.
    #[inline]
    pub(crate) fn remove(&self, ident: u64) -> Option<Entry> {
        let mut entries = self.entries.borrow_mut();
        let entry = match entries.last() {
            Some(last) if last.ident == ident => entries.pop(),
            _ => {
                let at = entries.iter().rposition(|entry| entry.ident == ident)?;
                Some(entries.remove(at))
            }
        };
        set_mode(entries.last().map_or(Mode::Empty, |entry| entry.mode));
        entry
    }

    /// Takes the topmost entry's span out, if it is the one of this identity and `which` says so.
    #[inline]
    pub(crate) fn pop_live(&self, ident: u64, which: impl FnOnce(&Live) -> bool) -> Option<Box<Live>> {
        let mut entries = self.entries.borrow_mut();
        let last = entries
            .pop_if(|last| last.ident == ident && matches!(&last.body, Body::Live(live) if which(live)))?;
        set_mode(entries.last().map_or(Mode::Empty, |entry| entry.mode));
        match last.body {
            Body::Live(live) => Some(live),
            Body::Ambient(_) => None,
        }
    }

    /// Takes the topmost entry out if there are more than `depth`.
    pub(crate) fn pop_above(&self, depth: usize) -> Option<Entry> {
        let mut entries = self.entries.borrow_mut();
        if entries.len() <= depth {
            return None;
        }
        let entry = entries.pop();
        set_mode(entries.last().map_or(Mode::Empty, |entry| entry.mode));
        entry
    }

    /// Looks at the topmost entry.
    #[inline]
    pub(crate) fn top<R>(&self, f: impl FnOnce(Option<&mut Entry>) -> R) -> R {
        f(self.entries.borrow_mut().last_mut())
    }

    /// Works on the live span of this identity, if it is on this thread's stack.
    #[inline]
    pub(crate) fn with_live<R>(&self, ident: u64, f: impl FnOnce(&mut Live) -> R) -> Option<R> {
        let mut entries = self.entries.borrow_mut();
        let entry = entries.iter_mut().rev().find(|entry| entry.ident == ident)?;
        match &mut entry.body {
            Body::Live(live) => Some(f(live)),
            Body::Ambient(_) => None,
        }
    }
}
