//! Calls of language models: what `#[trace_llm_call]` records, by OpenTelemetry's GenAI conventions.
//!
//! On the caller's thread, `request` writes what is asked, `read` and `stream` find the response, and `response`
//! writes it. On the pipeline's thread, `settle` moves content to where it was asked to go. `content` says whether
//! there is any: by default the lengths of texts are recorded, never the texts.
//!
//! A `serde_json::Value` is read by itself where it is a reply or a request of OpenAI's chat completions or Responses, or
//! of Anthropic's Messages, whole or as a stream's chunks: `wire` tells which. Other types implement [`ToLlmResponse`]
//! and [`Messages`].

#[cfg(feature = "pipeline")]
mod anthropic;
mod content;
mod convert;
mod cost;
mod count;
mod json;
mod message;
#[cfg(feature = "pipeline")]
mod openai;
mod pieces;
mod read;
pub(crate) mod recorded;
mod request;
mod response;
#[cfg(all(test, feature = "pipeline"))]
mod response_tests;
#[cfg(feature = "pipeline")]
mod responses;
#[cfg(feature = "pipeline")]
mod settle;
mod stream;
#[cfg(all(test, feature = "pipeline"))]
mod stream_tests;
mod text;
#[cfg(feature = "pipeline")]
mod wire;

pub use convert::ToLlmResponse;
pub use cost::{Cost, CostError};
pub use count::Count;
pub use message::{Message, Messages, Part, Role};
pub use response::LlmResponse;
pub use text::Text;

#[cfg(feature = "pipeline")]
pub(crate) use content::{Mode, set_content_mode};
pub(crate) use content::{mode_at_end, mode_at_start};
pub(crate) use json::Json;
#[cfg(feature = "pipeline")]
pub(crate) use settle::{settle, settles};

/// What the macros call.
#[doc(hidden)]
pub mod macros {
    pub use super::content::{Content, content};
    pub use super::read::{Auto, ReadResponse, auto};
    pub use super::request::{
        conversation, messages, model, operation, persona, prompt, provider, request, system,
    };
    pub use super::stream::{Chunks, chunk, opened, response, stream};

    /// The traits that find a response in a return type.
    pub mod read {
        pub use super::super::read::{ReadError, ReadNothing, ReadResult, ReadValue};
    }
}
