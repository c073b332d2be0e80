//! Reading the outcome from a function's result, for any return type.
//!
//! The macros call `(&&&&&&&&Tag::<Return>::new()).reader()` with the traits of [`traits`] in scope: method
//! resolution takes the first trait that fits, so aliases of `Result` are seen through, and an error type need
//! implement nothing at all. What comes out is a plain function pointer.

use super::exception::{self, ErrorType, Failure};
use super::finish::{End, Finish};
use crate::record::Outcome;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;

/// Stands for a return type.
pub struct Tag<R: ?Sized>(PhantomData<fn() -> *const R>);

impl<R: ?Sized> fmt::Debug for Tag<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tag")
    }
}

impl<R: ?Sized> Tag<R> {
    /// A tag of a type that can be named.
    #[allow(clippy::new_without_default, reason = "named by macros only")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    /// A tag of a type that cannot be named.
    pub const fn of(_: &R) -> Self
    where
        R: Sized,
    {
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

fn read_error<T, E: Error + 'static>(result: &Result<T, E>, end: &mut End<'_>) {
    if let Err(error) = result {
        fail(end, type_name::<E>(), Some(error), error.source(), Some(error));
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

/// The traits that method resolution walks through. Eight references are the most special, none the least.
pub(crate) mod traits {
    use super::*;
    use std::ops::Deref;

    macro_rules! levels {
        ($($trait:ident, $type:ty, [$($generics:tt)*], $result:ty, $reader:expr;)*) => {$(
            #[doc(hidden)]
            pub trait $trait {
                type Result;
                fn reader(&self) -> Reader<Self::Result>;
            }
            impl<$($generics)*> $trait for $type {
                type Result = $result;
                #[inline]
                fn reader(&self) -> Reader<$result> {
                    Reader($reader)
                }
            }
        )*};
    }

    levels! {
        ReadErrorType, &&&&&&&Tag<Result<T, E>>, [T, E: ErrorType], Result<T, E>, read_error_type;
        ReadError, &&&&&&Tag<Result<T, E>>, [T, E: Error + 'static], Result<T, E>, read_error;
        ReadErasedSync, &&&&&Tag<Result<T, E>>,
            [T, E: fmt::Display + Deref<Target = dyn Error + Send + Sync + 'static>],
            Result<T, E>, |result, end| read_erased(result, end, |error| &**error);
        ReadErasedSend, &&&&Tag<Result<T, E>>,
            [T, E: fmt::Display + Deref<Target = dyn Error + Send + 'static>],
            Result<T, E>, |result, end| read_erased(result, end, |error| &**error);
        ReadErased, &&&Tag<Result<T, E>>, [T, E: fmt::Display + Deref<Target = dyn Error + 'static>],
            Result<T, E>, |result, end| read_erased(result, end, |error| &**error);
        ReadDisplay, &&Tag<Result<T, E>>, [T, E: fmt::Display], Result<T, E>, read_display;
        ReadOpaque, &Tag<Result<T, E>>, [T, E], Result<T, E>, read_opaque;
        ReadNothing, Tag<R>, [R], R, |_, _| {};
    }

    #[doc(hidden)]
    pub trait DebugOfResult {
        type Result;
        fn reader_debug(&self) -> Reader<Self::Result>;
    }
    impl<T, E: fmt::Debug> DebugOfResult for &Tag<Result<T, E>> {
        type Result = Result<T, E>;
        fn reader_debug(&self) -> Reader<Self::Result> {
            Reader(read_debug)
        }
    }
    #[doc(hidden)]
    pub trait DebugOfAny {
        type Result;
        fn reader_debug(&self) -> Reader<Self::Result>;
    }
    impl<R> DebugOfAny for Tag<R> {
        type Result = R;
        fn reader_debug(&self) -> Reader<R> {
            Reader(|_, _| {})
        }
    }

    #[doc(hidden)]
    pub trait OkOfResult {
        type Result;
        type Ok;
        fn ok_value(&self) -> fn(&Self::Result) -> Option<&Self::Ok>;
    }
    impl<T, E> OkOfResult for &Tag<Result<T, E>> {
        type Result = Result<T, E>;
        type Ok = T;
        #[inline]
        fn ok_value(&self) -> fn(&Result<T, E>) -> Option<&T> {
            |result| result.as_ref().ok()
        }
    }
    #[doc(hidden)]
    pub trait OkOfAny {
        type Result;
        fn ok_value(&self) -> fn(&Self::Result) -> Option<&Self::Result>;
    }
    impl<R> OkOfAny for Tag<R> {
        type Result = R;
        #[inline]
        fn ok_value(&self) -> fn(&R) -> Option<&R> {
            |value| Some(value)
        }
    }
}
