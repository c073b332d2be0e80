//! What macro output may name, and nothing else. This is **not** a public API: it changes without notice.

pub use crate::capture::{Capture, Captured};
pub use crate::db::macros as db;
pub use crate::llm::macros as llm;
pub use crate::record::Kind;
use crate::recorder::captures;
pub use crate::recorder::{
    End, Finish, InSpanStream, NoRead, Once, Opening, Reader, Scope, Span, Start, Tag, apply, end, end_value,
    enter_span as enter, future, future_by_value, ignore, items, on_ok, opened, opened_by, opening,
    returned_future, returned_opening, scope, span_on as on, start, start_with, stream, tag,
};
pub use crate::site::{Domain, Site, site, site_with};
pub use crate::tool::macros as tool;
pub use futures_core::Stream;
pub use std::boxed::Box;

/// `tracing`'s levels, under its names.
#[allow(non_snake_case)]
pub mod Level {
    pub use crate::site::Level;
    /// The finest.
    pub const TRACE: Level = Level::Trace;
    /// For debugging.
    pub const DEBUG: Level = Level::Debug;
    /// The default.
    pub const INFO: Level = Level::Info;
    /// Something to look at.
    pub const WARN: Level = Level::Warn;
    /// A failure.
    pub const ERROR: Level = Level::Error;
}

/// Gives the body of an async function its type; never called.
pub fn returns<T>() -> T {
    unreachable!("only names a type")
}

/// Whether attributes are wanted.
#[inline]
pub fn recording(span: &Span) -> bool {
    span.recording()
}

/// Sets an attribute.
#[inline]
pub fn attr<T: Capture + ?Sized>(span: &mut Span, key: &str, value: &T) {
    if captures() {
        span.set(key, value);
    }
}

/// Sets an attribute to the `Debug` form.
pub fn attr_debug<T: std::fmt::Debug + ?Sized>(span: &mut Span, key: &str, value: &T) {
    if captures() {
        span.set_by(key, |out| out.debug(value));
    }
}

/// Sets an attribute to the `Display` form.
pub fn attr_display<T: std::fmt::Display + ?Sized>(span: &mut Span, key: &str, value: &T) {
    if captures() {
        span.set_by(key, |out| out.display(value));
    }
}

/// What has a length.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no length to capture",
    note = "`#[capture(len)]` works on strings, slices, `Vec`, maps and sets"
)]
pub trait Length {
    /// Items, or bytes of a string.
    fn length(&self) -> usize;
}

macro_rules! length {
    ($([$($generics:tt)*] $type:ty),* $(,)?) => {$(
        impl<$($generics)*> Length for $type {
            fn length(&self) -> usize {
                self.len()
            }
        }
    )*};
}

length!([] str, [] String, [T] [T], [T] Vec<T>, [T] std::collections::VecDeque<T>, [K, V, S] std::collections::HashMap<K, V, S>,
    [K, V] std::collections::BTreeMap<K, V>, [T, S] std::collections::HashSet<T, S>, [T] std::collections::BTreeSet<T>);

impl<T, const N: usize> Length for [T; N] {
    fn length(&self) -> usize {
        N
    }
}

impl<T: Length + ?Sized> Length for &T {
    fn length(&self) -> usize {
        T::length(self)
    }
}

/// Sets an attribute to a value's length.
pub fn attr_len<T: Length + ?Sized>(span: &mut Span, key: &str, value: &T) {
    if captures() {
        span.set(key, &value.length());
    }
}

/// Sets an attribute to a hash that can be compared within this process only.
pub fn attr_hash<T: std::hash::Hash + ?Sized>(span: &mut Span, key: &str, value: &T) {
    if captures() {
        span.set_by(key, |out| out.hash(value));
    }
}

/// Sets an attribute to the last four characters behind stars.
pub fn attr_mask<T: std::fmt::Display + ?Sized>(span: &mut Span, key: &str, value: &T) {
    if captures() {
        span.set_by(key, |out| out.mask(value));
    }
}

/// Sets an attribute to the JSON form.
#[cfg(feature = "serde")]
pub fn attr_json<T: serde::Serialize + ?Sized>(span: &mut Span, key: &str, value: &T) {
    if captures() {
        span.set_by(key, |out| out.json(value));
    }
}

/// Sets an attribute to what a function makes of the value.
pub fn attr_with<T: ?Sized, V: Capture>(span: &mut Span, key: &str, value: &T, with: impl FnOnce(&T) -> V) {
    if captures() {
        span.set_by(key, |out| with(value).capture(out));
    }
}

/// Sets the span's name.
pub fn name<T: std::fmt::Display + ?Sized>(span: &mut Span, name: &T) {
    span.set_name(name);
}

/// Sets an attribute on this span and on all below it; with `baggage`, on those in other services too.
pub fn propagate<T: Capture + ?Sized>(span: &mut Span, key: &str, value: &T, baggage: bool) {
    if captures() {
        span.propagate(key, value, baggage);
    }
}

/// Sets an attribute at the end.
pub fn end_attr<T: Capture>(end: &mut End<'_>, key: &str, value: T) {
    if captures() {
        end.set(key, &value);
    }
}
