//! Reading the outcome from a function's result, for any return type.
//!
//! The macros call `tag::<Return>().reader()`, and method resolution goes from [`Tag`] down the types it
//! dereferences to, and takes the first whose method fits: so aliases of `Result` are seen through, and an error type need
//! implement nothing at all. What comes out is a plain function pointer. There is one method of the name on each type:
//! with one trait for each, in scope together, the compiler would ask every trait at every step.

use super::call::Scope;
use super::exception::{self, ErrorType, Failure};
use super::finish::{End, Finish};
use crate::record::Outcome;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::ops::Deref;

/// Declares a type that stands for a return type.
macro_rules! tag {
    ($(#[$attribute:meta])* $tag:ident) => {
        $(#[$attribute])*
        pub struct $tag<R>(PhantomData<fn() -> *const R>);

        impl<R> Clone for $tag<R> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<R> Copy for $tag<R> {}

        impl<R> fmt::Debug for $tag<R> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($tag))
            }
        }
    };
}

tag! {
    /// Stands for a return type.
    Tag
}

/// A tag of a type that can be named.
#[inline]
pub const fn tag<R>() -> Tag<R> {
    Tag(PhantomData)
}

impl<R> Tag<R> {
    /// A tag of a type that cannot be named.
    #[inline]
    pub const fn of(_: &R) -> Self {
        Self(PhantomData)
    }
}

/// Reads a result at the end of a span.
pub struct Reader<R>(fn(&R, &mut End<'_>));

impl<R> Clone for Reader<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Reader<R> {}

impl<R> fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

impl<R> Finish<R> for Reader<R> {
    #[inline]
    fn finish(self, value: &R, end: &mut End<'_>) {
        (self.0)(value, end);
    }
}

/// A type's name without its path's generics, or `_OTHER` for one that says nothing (`Box<dyn …>`).
fn type_name<E: ?Sized>() -> Cow<'static, str> {
    let name = std::any::type_name::<E>();
    if name.contains("dyn ") {
        Cow::Borrowed("_OTHER")
    } else {
        Cow::Borrowed(name)
    }
}

fn fail(
    end: &mut End<'_>,
    error_type: Cow<'static, str>,
    text: Option<&dyn fmt::Display>,
    source: Option<&(dyn Error + 'static)>,
    whole: Option<&(dyn Error + 'static)>,
) {
    let timeout = exception::is_timeout(&error_type, whole.or(source));
    let outcome = if timeout { Outcome::Timeout } else { Outcome::Error };
    exception::fail(
        end.live,
        &Failure {
            error_type,
            text,
            source,
        },
        outcome,
    );
}

fn read_error_type<T, E: ErrorType>(result: &Result<T, E>, end: &mut End<'_>) {
    if let Err(error) = result {
        fail(end, error.error_type(), Some(error), error.cause(), None);
    }
}

/// An input or output error says by its kind that time ran out.
fn read_io_error<T>(result: &Result<T, io::Error>, end: &mut End<'_>) {
    if let Err(error) = result {
        fail(
            end,
            type_name::<io::Error>(),
            Some(error),
            error.source(),
            Some(error),
        );
    }
}

/// One that may borrow, and so can be asked for its cause alone.
fn read_error<T, E: Error>(result: &Result<T, E>, end: &mut End<'_>) {
    if let Err(error) = result {
        fail(end, type_name::<E>(), Some(error), error.source(), None);
    }
}

fn read_erased<T, E: fmt::Display>(
    result: &Result<T, E>,
    end: &mut End<'_>,
    view: fn(&E) -> &(dyn Error + 'static),
) {
    if let Err(error) = result {
        let inner = view(error);
        fail(
            end,
            Cow::Borrowed("_OTHER"),
            Some(error),
            inner.source(),
            Some(inner),
        );
    }
}

fn read_display<T, E: fmt::Display>(result: &Result<T, E>, end: &mut End<'_>) {
    if let Err(error) = result {
        fail(end, type_name::<E>(), Some(error), None, None);
    }
}

fn read_opaque<T, E>(result: &Result<T, E>, end: &mut End<'_>) {
    if result.is_err() {
        fail(end, type_name::<E>(), None, None, None);
    }
}

fn read_debug<T, E: fmt::Debug>(result: &Result<T, E>, end: &mut End<'_>) {
    struct AsDisplay<'a, E>(&'a E);
    impl<E: fmt::Debug> fmt::Display for AsDisplay<'_, E> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fmt(f)
        }
    }
    if let Err(error) = result {
        fail(end, type_name::<E>(), Some(&AsDisplay(error)), None, None);
    }
}

/// The steps that method resolution takes, the most special first: what each reads, and the one behind it.
macro_rules! steps {
    ($($tag:ident, [$($generics:tt)*], $result:ty, $read:expr $(, then $next:ident)?;)*) => {$(
        impl<$($generics)*> $tag<$result> {
            /// How this type is read at the end of a span.
            #[inline]
            pub fn reader(self) -> Reader<$result> {
                Reader($read)
            }

            /// Ends the span of a function with its result, read so.
            #[inline]
            pub fn end_span(self, scope: Scope, value: $result) -> $result {
                super::end(scope, self.reader(), value)
            }
        }

        $(
            tag! {
                /// What is tried where the types before it do not fit.
                $next
            }

            impl<R> Deref for $tag<R> {
                type Target = $next<R>;

                #[inline]
                fn deref(&self) -> &$next<R> {
                    &$next(PhantomData)
                }
            }
        )?
    )*};
}

steps! {
    Tag, [T, E: ErrorType], Result<T, E>, read_error_type, then IoTag;
    IoTag, [T], Result<T, io::Error>, read_io_error, then ErrorTag;
    ErrorTag, [T, E: Error], Result<T, E>, read_error, then ErasedSyncTag;
    ErasedSyncTag, [T, E: fmt::Display + Deref<Target = dyn Error + Send + Sync + 'static>], Result<T, E>,
        |result, end| read_erased(result, end, |error| &**error), then ErasedSendTag;
    ErasedSendTag, [T, E: fmt::Display + Deref<Target = dyn Error + Send + 'static>], Result<T, E>,
        |result, end| read_erased(result, end, |error| &**error), then ErasedTag;
    ErasedTag, [T, E: fmt::Display + Deref<Target = dyn Error + 'static>], Result<T, E>,
        |result, end| read_erased(result, end, |error| &**error), then DisplayTag;
    DisplayTag, [T, E: fmt::Display], Result<T, E>, read_display, then OpaqueTag;
    OpaqueTag, [T, E], Result<T, E>, read_opaque, then AnyTag;
    AnyTag, [R], R, |_, _| {};
}

impl<T, E: fmt::Debug> Tag<Result<T, E>> {
    /// How an error is read by its `Debug` form.
    #[inline]
    pub fn reader_debug(self) -> Reader<Result<T, E>> {
        Reader(read_debug)
    }
}

impl<T, E> Tag<Result<T, E>> {
    /// The value of a success.
    #[inline]
    pub fn ok_value(self) -> fn(&Result<T, E>) -> Option<&T> {
        |result| result.as_ref().ok()
    }
}

impl<R> AnyTag<R> {
    /// Reads no error.
    #[inline]
    pub fn reader_debug(self) -> Reader<R> {
        Reader(|_, _| {})
    }

    /// The value of anything but a `Result`.
    #[inline]
    pub fn ok_value(self) -> fn(&R) -> Option<&R> {
        |value| Some(value)
    }
}
