//! Reading a response from a function's return type, where its type is known to be one.
//!
//! The macros call `(&&tag::<Return>()).llm()` with these traits in scope: method resolution takes the first
//! that fits, so that aliases of `Result` are seen through and any other type is simply not read.

use super::convert::ToLlmResponse;
use super::response::LlmResponse;
use crate::recorder::{End, Finish, Tag};

/// Finds the response in a returned value.
pub type ReadResponse<R> = fn(&R) -> Option<LlmResponse>;

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
        |result| result.as_ref().ok().map(ToLlmResponse::to_llm_response)
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
        |value| Some(value.to_llm_response())
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
        |_| None
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

/// Reads a response by what [`ReadResult`], [`ReadValue`] or [`ReadNothing`] found.
pub fn auto<F, R>(inner: F, read: ReadResponse<R>) -> Auto<F, R> {
    Auto { inner, read }
}

impl<F: Finish<R>, R> Finish<R> for Auto<F, R> {
    fn finish(self, value: &R, end: &mut End<'_>) {
        self.inner.finish(value, end);
        // A nothing is not recorded: where a stream is read, it would count as a chunk all the same.
        if let Some(response) = super::convert::read_option(|| (self.read)(value)) {
            super::stream::response(end, response);
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
        assert!((&&tag::<Answer>()).llm()(&Ok(Reply)).is_some());
        assert!((&&tag::<Answer>()).llm()(&Err(Opaque)).is_none());
        assert!((&&tag::<Reply>()).llm()(&Reply).is_some());
        assert!((&&tag::<Opaque>()).llm()(&Opaque).is_none());
        assert!((&&tag::<Result<Opaque, Opaque>>()).llm()(&Ok(Opaque)).is_none());
    }
}
