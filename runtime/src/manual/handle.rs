//! A span that was started by hand.

use crate::recorder::{self, InSpan, NoRead, Scope, Span, SpanRef, current};
use crate::site::{Level, Site};
use std::future::Future;

/// A span that has started but is not current yet; made by [`span!`](crate::span). Dropped without having been
/// entered, it leaves no record.
#[must_use = "a span does nothing until it is entered"]
#[derive(Debug)]
pub struct SpanHandle(Span);

/// Keeps a span current on this thread, and ends it when dropped.
#[must_use = "the span ends when this is dropped"]
#[derive(Debug)]
pub struct Entered(Scope);

impl Entered {
    /// The span.
    pub fn span(&self) -> SpanRef {
        SpanRef::of(self.0.ident())
    }
}

impl SpanHandle {
    #[doc(hidden)]
    pub fn new(span: Span) -> Self {
        Self(span)
    }

    /// Whether attributes are wanted.
    pub fn is_recording(&self) -> bool {
        self.0.recording()
    }

    /// Sets an attribute.
    pub fn set<T: crate::Capture + ?Sized>(mut self, key: &str, value: &T) -> Self {
        self.0.set(key, value);
        self
    }

    /// Makes the span current until the guard is dropped; not for use across `.await`.
    pub fn enter(self) -> Entered {
        Entered(recorder::scope(self.0))
    }

    /// Runs `f` in the span. An `Err` that it returns is not looked at; use [`SpanRef::error`] in it.
    pub fn in_scope<R>(self, f: impl FnOnce() -> R) -> R {
        recorder::call(self.0, NoRead, f)
    }

    /// A future that runs in the span.
    pub fn instrument<F: Future>(self, future: F) -> InSpan<F, NoRead> {
        recorder::future(self.0, NoRead, future)
    }
}

/// Runs `f` in a span of this name.
///
/// ```
/// let sum = spanwright::in_span("sum", || 1 + 1);
/// assert_eq!(sum, 2);
/// ```
pub fn in_span<R>(name: &str, f: impl FnOnce() -> R) -> R {
    static SITE: Site = Site::new("in_span", module_path!(), file!(), line!());
    let mut span = recorder::start(&SITE);
    span.set_name(name);
    recorder::call(span, NoRead, f)
}

/// Adds an event with a level to the current span.
///
/// ```
/// spanwright::add_event(spanwright::Level::Warn, "cache_miss", |event| {
///     event.set("cache.key", "tier1");
/// });
/// ```
pub fn add_event(level: Level, name: &str, fields: impl FnOnce(&mut recorder::EventBuilder)) {
    current().event(name, |event| {
        event.set("level", level.as_str());
        fields(event);
    });
}

/// Starts a span by hand: a name, and attributes.
///
/// ```
/// let order = 7;
/// let _span = spanwright::span!("checkout", order.id = order, "order.kind" = "gift").enter();
/// let total = spanwright::span!(kind: Client, "price").in_scope(|| 12);
/// # assert_eq!(total, 12);
/// ```
#[macro_export]
macro_rules! span {
    (kind: $kind:ident, $name:literal $($fields:tt)*) => {{
        static SITE: $crate::__private::Site =
            $crate::__private::Site::new($name, ::core::module_path!(), ::core::file!(), ::core::line!())
                .kind($crate::__private::Kind::$kind);
        $crate::__span_fields!($crate::__private::start(&SITE); $($fields)*)
    }};
    ($name:literal $($fields:tt)*) => {
        $crate::span!(kind: Internal, $name $($fields)*)
    };
}

/// The attributes of [`span!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __span_fields {
    ($span:expr; $(,)?) => { $crate::SpanHandle::new($span) };
    ($span:expr; $(, $($key:ident).+ = $value:expr)* $(, $text:literal = $other:expr)* $(,)?) => {{
        let mut span = $span;
        if span.recording() {
            $(span.set(::core::concat!($crate::__key!($($key).+)), &$value);)*
            $(span.set($text, &$other);)*
        }
        $crate::SpanHandle::new(span)
    }};
}

/// A dotted key as text.
#[doc(hidden)]
#[macro_export]
macro_rules! __key {
    ($first:ident $(. $rest:ident)*) => {
        ::core::concat!(::core::stringify!($first) $(, ".", ::core::stringify!($rest))*)
    };
}
