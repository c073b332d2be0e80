//! How a response comes to be read: by its type or by what a closure gives. In: users' types and conversions, which may
//! panic. Out: an [`LlmResponse`].

use super::count::Count;
use super::read::Found;
use super::response::LlmResponse;
use crate::caught::caught;

/// A response type that Spanwright can read: implement it for your provider's, and `response = …` is not needed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read as a model's response",
    note = "implement `spanwright::llm::ToLlmResponse` for it, or give `response = |r| LlmResponse::new()…`"
)]
pub trait ToLlmResponse {
    /// What is to be recorded of it.
    fn to_llm_response(&self) -> LlmResponse;
}

impl<T: ToLlmResponse> From<&T> for LlmResponse {
    fn from(response: &T) -> Self {
        response.to_llm_response()
    }
}

/// The model's text.
impl From<&str> for LlmResponse {
    fn from(text: &str) -> Self {
        Self::new().text(text)
    }
}

/// The model's text.
impl From<String> for LlmResponse {
    fn from(text: String) -> Self {
        Self::new().text(text)
    }
}

/// Nothing.
impl From<()> for LlmResponse {
    fn from((): ()) -> Self {
        Self::new()
    }
}

/// Input and output tokens.
impl<I: Count, O: Count> From<(I, O)> for LlmResponse {
    fn from((input, output): (I, O)) -> Self {
        Self::new().input_tokens(input).output_tokens(output)
    }
}

impl<T: Into<LlmResponse>> From<Option<T>> for LlmResponse {
    fn from(response: Option<T>) -> Self {
        response.map(Into::into).unwrap_or_default()
    }
}

impl ToLlmResponse for LlmResponse {
    fn to_llm_response(&self) -> LlmResponse {
        self.clone()
    }
}

/// Runs a user's conversion, which may panic; nothing is recorded then.
pub(super) fn read(convert: impl FnOnce() -> LlmResponse) -> LlmResponse {
    caught(convert).unwrap_or_default()
}

/// As [`read`], where the value may be none that can be read.
pub(super) fn find(convert: impl FnOnce() -> Found) -> Found {
    caught(convert).unwrap_or(Found::Opaque)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions() {
        assert_eq!(
            LlmResponse::from((3_u32, Some(4_i64))),
            LlmResponse::new().input_tokens(3).output_tokens(4)
        );
        assert_eq!(LlmResponse::from(()), LlmResponse::new());
        assert_eq!(
            LlmResponse::from(&LlmResponse::new().id("r")),
            LlmResponse::new().id("r")
        );
        assert_eq!(LlmResponse::from(None::<&str>), LlmResponse::new());
    }

    #[test]
    fn a_panicking_conversion_records_nothing() {
        assert_eq!(
            read(|| std::panic::resume_unwind(Box::new("user code"))),
            LlmResponse::new()
        );
    }
}
