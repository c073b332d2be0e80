//! What a database said went wrong. In: a function's error, if its type is known to tell. Out: the status code, also
//! as `error.type`.

use crate::caught::caught;
use crate::recorder::{End, Finish, Tag};
use crate::semconv::db;
use std::borrow::Cow;

/// An error that knows the database's code: implement it for your own error type.
///
/// ```
/// use spanwright::db::DbError;
/// use std::borrow::Cow;
///
/// struct StoreError { sql_state: Option<String> }
///
/// impl DbError for StoreError {
///     fn status_code(&self) -> Option<Cow<'_, str>> {
///         self.sql_state.as_deref().map(Cow::Borrowed)
///     }
/// }
/// ```
pub trait DbError {
    /// SQLSTATE, or the vendor's code; `None` where the error did not come from the database.
    fn status_code(&self) -> Option<Cow<'_, str>>;
}

impl<E: DbError + ?Sized> DbError for Box<E> {
    fn status_code(&self) -> Option<Cow<'_, str>> {
        (**self).status_code()
    }
}

impl<E: DbError + ?Sized> DbError for &E {
    fn status_code(&self) -> Option<Cow<'_, str>> {
        (**self).status_code()
    }
}

/// Finds the status code in a returned value.
pub type ReadError<R> = fn(&R) -> Option<String>;

/// See [`read`](super::macros::read).
pub trait ReadDbError {
    #[doc(hidden)]
    type Returned;
    #[doc(hidden)]
    fn db_error(&self) -> ReadError<Self::Returned>;
}

impl<T, E: DbError> ReadDbError for &Tag<Result<T, E>> {
    type Returned = Result<T, E>;
    fn db_error(&self) -> ReadError<Result<T, E>> {
        |result| result.as_ref().err()?.status_code().map(Cow::into_owned)
    }
}

/// See [`read`](super::macros::read).
pub trait ReadNoError {
    #[doc(hidden)]
    type Returned;
    #[doc(hidden)]
    fn db_error(&self) -> ReadError<Self::Returned>;
}

impl<R> ReadNoError for Tag<R> {
    type Returned = R;
    fn db_error(&self) -> ReadError<R> {
        |_| None
    }
}

/// Reads the database's code after `inner` has read the outcome.
pub struct FinishQuery<F, R> {
    inner: F,
    read: ReadError<R>,
}

impl<F: Clone, R> Clone for FinishQuery<F, R> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            read: self.read,
        }
    }
}

impl<F, R> std::fmt::Debug for FinishQuery<F, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FinishQuery")
    }
}

/// Reads the database's code by what [`ReadDbError`] or [`ReadNoError`] found.
pub fn finish<F, R>(inner: F, read: ReadError<R>) -> FinishQuery<F, R> {
    FinishQuery { inner, read }
}

impl<F: Finish<R>, R> Finish<R> for FinishQuery<F, R> {
    fn finish(self, value: &R, end: &mut End<'_>) {
        self.inner.finish(value, end);
        // An error that is expected has left the span as it is on success.
        if !end.has_failed() {
            return;
        }
        let code = caught(|| (self.read)(value)).flatten();
        if let Some(code) = code {
            end.set(db::RESPONSE_STATUS_CODE, &code);
            end.error_type(code);
        }
    }
}

#[cfg(all(test, feature = "pipeline"))]
mod tests {
    use super::*;
    use crate::llm::recorded::testing;
    use crate::record::Outcome;
    use crate::recorder::tag;

    struct Failed;
    impl DbError for Failed {
        fn status_code(&self) -> Option<Cow<'_, str>> {
            Some("23505".into())
        }
    }

    #[derive(Clone)]
    struct Fails(bool);
    impl<T, E> Finish<Result<T, E>> for Fails {
        fn finish(self, value: &Result<T, E>, end: &mut End<'_>) {
            if self.0 && value.is_err() {
                end.error_type("Failed");
                end.outcome(Outcome::Error);
            }
        }
    }

    #[test]
    fn the_code_is_the_error_type() {
        type Returned = Result<(), Failed>;
        let mut span = testing::span();
        testing::ending(&mut span, |end| {
            finish(Fails(true), (&&tag::<Returned>()).db_error()).finish(&Err(Failed), end);
        });
        assert_eq!(span.text(db::RESPONSE_STATUS_CODE).as_deref(), Some("23505"));
        assert_eq!(testing::error_type(&span), Some("23505"));
    }

    #[test]
    #[allow(clippy::needless_borrow, reason = "as the macros write it")]
    fn an_expected_error_and_a_silent_one_have_none() {
        let mut span = testing::span();
        testing::ending(&mut span, |end| {
            finish(Fails(false), (&&tag::<Result<(), Failed>>()).db_error()).finish(&Err(Failed), end);
            finish(Fails(true), (&&tag::<Result<(), String>>()).db_error()).finish(&Err(String::new()), end);
        });
        assert_eq!(span.text(db::RESPONSE_STATUS_CODE), None);
        assert_eq!(testing::error_type(&span), Some("Failed"));
    }
}
