//! What a model answered, as far as it is recorded. In: a provider's response, by [`ToLlmResponse`] or a closure.
//! Out: attributes on the ending span.

use super::content::mode_at_end;
use super::cost::Cost;
use super::count::Count;
use super::message::{self, Message};
use super::text::{Text, beginning, characters};
use crate::caught::caught;
use crate::recorder::End;
use crate::semconv::{gen_ai, own};

/// Bytes of the model's text that are kept while a stream runs.
const TEXT_BYTES: usize = 48 * 1024;

/// Finish reasons and messages that are kept of one response.
const ITEMS: usize = 64;

/// What a model answered. Every part is optional; what is not given is not recorded.
///
/// Token counts are totals: input tokens include cached ones, output tokens include reasoning.
///
/// ```
/// use spanwright::llm::LlmResponse;
///
/// let response = LlmResponse::new().model("gpt-4o-mini").input_tokens(12).output_tokens(Some(3_u32)).text("Hello.");
/// # let _ = response;
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "a response is recorded by returning it from `response = |r| …`"]
pub struct LlmResponse {
    id: Option<String>,
    model: Option<String>,
    finish_reasons: Vec<String>,
    input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    cache_read_tokens: Option<i64>,
    cache_write_tokens: Option<i64>,
    reasoning_tokens: Option<i64>,
    cost: Option<Cost>,
    text: Option<String>,
    /// Characters of the text, also of what is not kept.
    text_length: i64,
    messages: Vec<Message>,
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        pub fn $name(mut self, $name: impl Text) -> Self {
            self.$name = $name.text().map(|text| text.into_owned()).or(self.$name);
            self
        }
    )*};
}

macro_rules! tokens {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        pub fn $name(mut self, count: impl Count) -> Self {
            self.$name = count.to_count().or(self.$name);
            self
        }
    )*};
}

impl LlmResponse {
    /// A response of which nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    texts! {
        /// The provider's id of the response.
        id,
        /// The model that answered, which may be more exact than the one asked for.
        model
    }

    tokens! {
        /// All input tokens, cached ones included.
        input_tokens,
        /// All output tokens, reasoning included.
        output_tokens,
        /// Input tokens read from a cache; part of the input tokens.
        cache_read_tokens,
        /// Input tokens written to a cache; part of the input tokens.
        cache_write_tokens,
        /// Tokens spent on reasoning; part of the output tokens.
        reasoning_tokens
    }

    /// Why a choice ended: `stop`, `length`, `tool_call`, … One for each choice.
    pub fn finish_reason(mut self, reason: impl Text) -> Self {
        if let Some(reason) = reason.text() {
            self.finish_reasons.push(reason.into_owned());
        }
        self
    }

    /// What the call cost; leave it out where it is not known.
    pub fn cost(mut self, cost: impl Into<Option<Cost>>) -> Self {
        self.cost = cost.into().or(self.cost);
        self
    }

    /// The model's text, or a piece of it. Its length is recorded; itself only where content capture allows.
    pub fn text(mut self, text: impl Text) -> Self {
        if let Some(text) = text.text() {
            self.append(&text);
        }
        self
    }

    /// A message the model wrote, tool calls included. Recorded only where content capture allows.
    pub fn message(mut self, message: Message) -> Self {
        self.text_length = self.text_length.saturating_add(message.characters());
        self.messages.push(message);
        self
    }

    fn append(&mut self, text: &str) {
        self.text_length = self.text_length.saturating_add(characters(text));
        let own = self.text.get_or_insert_default();
        let room = TEXT_BYTES.saturating_sub(own.len());
        own.push_str(beginning(text, room));
    }

    /// Adds a later chunk of the same response: text is appended, of all else the latest is kept.
    pub(super) fn merge(&mut self, chunk: Self, keep_content: bool) {
        self.id = chunk.id.or(self.id.take());
        self.model = chunk.model.or(self.model.take());
        self.input_tokens = chunk.input_tokens.or(self.input_tokens);
        self.output_tokens = chunk.output_tokens.or(self.output_tokens);
        self.cache_read_tokens = chunk.cache_read_tokens.or(self.cache_read_tokens);
        self.cache_write_tokens = chunk.cache_write_tokens.or(self.cache_write_tokens);
        self.reasoning_tokens = chunk.reasoning_tokens.or(self.reasoning_tokens);
        self.cost = chunk.cost.or(self.cost);
        let room = ITEMS.saturating_sub(self.finish_reasons.len());
        self.finish_reasons
            .extend(chunk.finish_reasons.into_iter().take(room));
        if !keep_content {
            self.text_length = self.text_length.saturating_add(chunk.text_length);
            return;
        }
        let length = self.text_length.saturating_add(chunk.text_length);
        if let Some(text) = &chunk.text {
            self.append(text);
        }
        let room = ITEMS.saturating_sub(self.messages.len());
        self.messages.extend(chunk.messages.into_iter().take(room));
        self.text_length = length;
    }

    /// Writes what is known onto the span.
    pub(super) fn record(mut self, end: &mut End<'_>) {
        end.set(gen_ai::RESPONSE_ID, &self.id);
        end.set(gen_ai::RESPONSE_MODEL, &self.model);
        if !self.finish_reasons.is_empty() {
            end.set(gen_ai::RESPONSE_FINISH_REASONS, &self.finish_reasons);
        }
        end.set(gen_ai::USAGE_INPUT_TOKENS, &self.input_tokens);
        end.set(gen_ai::USAGE_OUTPUT_TOKENS, &self.output_tokens);
        end.set(gen_ai::USAGE_CACHE_READ_INPUT_TOKENS, &self.cache_read_tokens);
        end.set(gen_ai::USAGE_CACHE_WRITE_INPUT_TOKENS, &self.cache_write_tokens);
        end.set(gen_ai::USAGE_REASONING_OUTPUT_TOKENS, &self.reasoning_tokens);
        if let Some(cost) = self.cost {
            end.set(gen_ai::USAGE_COST, &cost.to_f64());
            end.set(own::COST_USD, &cost.to_string());
        }
        if self.text.is_none() && self.messages.is_empty() && self.text_length == 0 {
            return;
        }
        end.set(own::RESPONSE_LENGTH, &self.text_length);
        if mode_at_end(end).captures() {
            if let Some(text) = self.text.take() {
                self.messages.insert(0, Message::assistant(text));
            }
            if !self.messages.is_empty() {
                end.set(gen_ai::OUTPUT_MESSAGES, &message::to_json(&self.messages));
            }
        }
    }
}

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

/// As [`read`], where there may be nothing to convert.
pub(super) fn read_option(convert: impl FnOnce() -> Option<LlmResponse>) -> Option<LlmResponse> {
    caught(convert).unwrap_or_default()
}

#[cfg(all(test, feature = "pipeline"))]
mod tests {
    use super::super::content::{Content, content};
    use super::super::recorded::testing;
    use super::*;
    use crate::value::Value;

    #[test]
    fn chunks_add_up() {
        let mut whole = LlmResponse::new();
        whole.merge(LlmResponse::new().id("r1").text("Hé"), true);
        whole.merge(LlmResponse::new().text("llo"), true);
        whole.merge(
            LlmResponse::new()
                .finish_reason("stop")
                .input_tokens(5)
                .output_tokens(2_u8),
            true,
        );
        let wanted = LlmResponse::new()
            .id("r1")
            .text("Héllo")
            .finish_reason("stop")
            .input_tokens(5_u64)
            .output_tokens(2);
        assert_eq!(whole, wanted);
        assert_eq!(whole.text_length, 5);
    }

    #[test]
    fn length_is_known_where_text_is_not_kept() {
        let mut whole = LlmResponse::new();
        whole.merge("abc".into(), false);
        whole.merge("é".into(), false);
        assert_eq!((whole.text_length, whole.text), (4, None));

        let long = "é".repeat(TEXT_BYTES);
        let response = LlmResponse::new().text(&long).text(&long);
        assert_eq!(response.text_length, 2 * TEXT_BYTES as i64);
        assert!(response.text.is_some_and(|text| text.len() <= TEXT_BYTES));
    }

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
    fn is_recorded_without_its_text() {
        let mut span = testing::span();
        let response = LlmResponse::new()
            .model("m-1")
            .finish_reason("stop")
            .input_tokens(3)
            .text("Hé")
            .cost(Cost::from_nanos(5));
        testing::ending(&mut span, |end| response.record(end));
        assert_eq!(
            testing::attributes(&span),
            [
                ("gen_ai.response.model".into(), "m-1".into()),
                ("gen_ai.response.finish_reasons".into(), vec!["stop"].into()),
                ("gen_ai.usage.input_tokens".into(), Value::Int(3)),
                ("gen_ai.usage.cost".into(), Value::Float(0.000000005)),
                ("spanwright.cost_usd".into(), "0.000000005".into()),
                ("spanwright.response_length".into(), Value::Int(2)),
            ]
        );
    }

    #[test]
    fn is_recorded_with_its_text_where_the_site_allows() {
        let mut span = testing::span();
        content(&mut span, Content::Attributes);
        testing::ending(&mut span, |end| LlmResponse::from("Hi").record(end));
        assert_eq!(
            span.text(gen_ai::OUTPUT_MESSAGES).as_deref(),
            Some(r#"[{"role":"assistant","parts":[{"type":"text","content":"Hi"}]}]"#)
        );
    }

    #[test]
    fn a_panicking_conversion_records_nothing() {
        assert_eq!(
            read(|| std::panic::resume_unwind(Box::new("user code"))),
            LlmResponse::new()
        );
    }
}
