//! Reading a response from a function's return type, where its type is known to be one.
//!
//! The macros call `(&&tag::<Return>()).llm()` with these traits in scope: method resolution takes the first
//! that fits, so that aliases of `Result` are seen through and any other type is simply not read.

use super::content::{captures, keeping};
use super::convert::{ToLlmResponse, find};
use super::response::LlmResponse;
use crate::recorder::{End, Finish, Tag};

/// Finds the response in a returned value.
pub type ReadResponse<R> = fn(&R) -> Found;

/// What a returned value is.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "it is read at once, and a box would be an allocation"
)]
pub enum Found {
    /// A response.
    Response(LlmResponse),
    /// A value that cannot be read.
    Opaque,
    /// An error.
    Error,
}

/// See the module.
pub trait ReadResult {
    #[doc(hidden)]
    type Returned;
    #[doc(hidden)]
    fn llm(&self) -> ReadResponse<Self::Returned>;
}

impl<T: ToLlmResponse, E> ReadResult for &Tag<Result<T, E>> {
    type Returned = Result<T, E>;
    fn llm(&self) -> ReadResponse<Result<T, E>> {
        |result| match result {
            Ok(value) => Found::Response(value.to_llm_response()),
            Err(_) => Found::Error,
        }
    }
}

/// See the module.
pub trait ReadError {
    #[doc(hidden)]
    type Returned;
    #[doc(hidden)]
    fn llm(&self) -> ReadResponse<Self::Returned>;
}

/// Fits after the others of a `Result` and before any other type: it takes a reference more.
impl<T, E> ReadError for &&Tag<Result<T, E>> {
    type Returned = Result<T, E>;
    fn llm(&self) -> ReadResponse<Result<T, E>> {
        |result| match result {
            Ok(_) => Found::Opaque,
            Err(_) => Found::Error,
        }
    }
}

/// See the module.
pub trait ReadValue {
    #[doc(hidden)]
    type Returned;
    #[doc(hidden)]
    fn llm(&self) -> ReadResponse<Self::Returned>;
}

impl<T: ToLlmResponse> ReadValue for &Tag<T> {
    type Returned = T;
    fn llm(&self) -> ReadResponse<T> {
        |value| Found::Response(value.to_llm_response())
    }
}

/// See the module.
pub trait ReadNothing {
    #[doc(hidden)]
    type Returned;
    #[doc(hidden)]
    fn llm(&self) -> ReadResponse<Self::Returned>;
}

impl<R> ReadNothing for Tag<R> {
    type Returned = R;
    fn llm(&self) -> ReadResponse<R> {
        |_| Found::Opaque
    }
}

/// Reads a response after `inner` has read the outcome.
pub struct Auto<F, R> {
    inner: F,
    read: ReadResponse<R>,
}

impl<F: Clone, R> Clone for Auto<F, R> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            read: self.read,
        }
    }
}

impl<F, R> std::fmt::Debug for Auto<F, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Auto")
    }
}

/// Reads a response by what [`ReadResult`] and the others found.
pub fn auto<F, R>(inner: F, read: ReadResponse<R>) -> Auto<F, R> {
    Auto { inner, read }
}

impl<F: Finish<R>, R> Finish<R> for Auto<F, R> {
    fn finish(self, value: &R, end: &mut End<'_>) {
        self.inner.finish(value, end);
        match keeping(captures(end), || find(|| (self.read)(value))) {
            Found::Response(response) => super::stream::response(end, response),
            Found::Opaque => super::stream::opaque(),
            Found::Error => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorder::tag;

    struct Reply;
    impl ToLlmResponse for Reply {
        fn to_llm_response(&self) -> LlmResponse {
            LlmResponse::new().id("r1")
        }
    }
    struct Opaque;

    #[test]
    #[allow(clippy::needless_borrow, reason = "as the macros write it")]
    fn finds_responses_behind_results_and_nothing_else() {
        type Answer = Result<Reply, Opaque>;
        type Unread = Result<Opaque, Opaque>;
        let (read, unread) = ((&&tag::<Answer>()).llm(), (&&tag::<Unread>()).llm());
        assert!(matches!(read(&Ok(Reply)), Found::Response(_)));
        assert!(matches!(read(&Err(Opaque)), Found::Error));
        assert!(matches!(unread(&Ok(Opaque)), Found::Opaque));
        assert!(matches!(unread(&Err(Opaque)), Found::Error));
        assert!(matches!((&&tag::<Reply>()).llm()(&Reply), Found::Response(_)));
        assert!(matches!((&&tag::<Opaque>()).llm()(&Opaque), Found::Opaque));
    }
}
