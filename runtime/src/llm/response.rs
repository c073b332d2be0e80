//! What a model answered, as far as it is recorded. In: a provider's response, by its type or a closure.
//! Out: attributes on the ending span.

#[cfg(feature = "pipeline")]
use super::content::is_kept;
use super::content::mode_at_end;
use super::cost::Cost;
use super::count::Count;
use super::message::{self, Message};
#[cfg(feature = "pipeline")]
use super::pieces::Fragment;
use super::pieces::Pieces;
use super::text::{Text, beginning, characters};
use crate::record::Outcome;
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
    /// Input tokens that have nothing to do with a cache, of a provider that counts them apart.
    uncached_input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    cache_read_tokens: Option<i64>,
    cache_write_tokens: Option<i64>,
    reasoning_tokens: Option<i64>,
    cost: Option<Cost>,
    text: Option<String>,
    /// Characters of the text, also of what is not kept.
    text_length: i64,
    messages: Vec<Message>,
    /// Messages in pieces, as a stream's chunks have them.
    pieces: Pieces,
    /// Whether a finish reason's place is its choice's; where a choice has none, its place is an empty text.
    by_choice: bool,
    /// Whether a chunk bears any content, where its shape tells.
    bears_content: Option<bool>,
    /// `error.type` of an error that came in place of a reply.
    error: Option<String>,
    /// Whether a chunk says all content of the chunks before it again.
    replaces: bool,
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

    /// Why this choice ended.
    #[cfg(feature = "pipeline")]
    pub(super) fn finish_choice(mut self, choice: usize, reason: Option<&str>) -> Self {
        if let Some(reason) = reason {
            self.by_choice = true;
            self.set_finish_reason(choice, reason.to_owned());
        }
        self
    }

    fn set_finish_reason(&mut self, choice: usize, reason: String) {
        if choice < ITEMS && !reason.is_empty() {
            let length = self.finish_reasons.len().max(choice + 1);
            self.finish_reasons.resize(length, String::new());
            self.finish_reasons[choice] = reason;
        }
    }

    /// A chunk of a known shape, with content only where a fragment is added.
    #[cfg(feature = "pipeline")]
    pub(super) fn chunk(mut self) -> Self {
        self.bears_content = self.bears_content.or(Some(false));
        self
    }

    /// This chunk's content stands for all that came before.
    #[cfg(feature = "pipeline")]
    pub(super) fn replacing(mut self) -> Self {
        self.replaces = true;
        self
    }

    /// Input tokens without cached ones.
    #[cfg(feature = "pipeline")]
    pub(super) fn uncached_input_tokens(mut self, count: Option<i64>) -> Self {
        self.uncached_input_tokens = count.or(self.uncached_input_tokens);
        self
    }

    /// All input tokens.
    fn all_input_tokens(&self) -> Option<i64> {
        let cached = [self.cache_read_tokens, self.cache_write_tokens];
        let add = |uncached| cached.into_iter().flatten().fold(uncached, i64::saturating_add);
        self.input_tokens.or(self.uncached_input_tokens.map(add))
    }

    /// An error in place of a reply.
    #[cfg(feature = "pipeline")]
    pub(super) fn failed(mut self, error_type: impl Into<String>) -> Self {
        self.error = Some(error_type.into());
        self.chunk()
    }

    /// Whether this chunk may be the first of a stream: it bears content, or no one can tell.
    pub(super) fn may_be_first(&self) -> bool {
        self.bears_content != Some(false)
    }

    /// A fragment of this choice's message, at this place in it. Its length is counted; it is kept only where a
    /// reply's content is.
    #[cfg(feature = "pipeline")]
    pub(super) fn fragment(mut self, choice: usize, place: usize, fragment: Fragment<'_>) -> Self {
        if let Fragment::Text(text) = fragment {
            self.text_length = self.text_length.saturating_add(characters(text));
        }
        self.bears_content = Some(self.bears_content == Some(true) || !fragment.is_empty());
        if is_kept() {
            self.pieces.add(choice, place, fragment);
        }
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
        if chunk.replaces {
            self.replaces = true;
            self.text_length = 0;
            self.pieces = Pieces::default();
        }
        self.id = chunk.id.or(self.id.take());
        self.model = chunk.model.or(self.model.take());
        self.input_tokens = chunk.input_tokens.or(self.input_tokens);
        self.uncached_input_tokens = chunk.uncached_input_tokens.or(self.uncached_input_tokens);
        self.output_tokens = chunk.output_tokens.or(self.output_tokens);
        self.cache_read_tokens = chunk.cache_read_tokens.or(self.cache_read_tokens);
        self.cache_write_tokens = chunk.cache_write_tokens.or(self.cache_write_tokens);
        self.reasoning_tokens = chunk.reasoning_tokens.or(self.reasoning_tokens);
        self.cost = chunk.cost.or(self.cost);
        self.error = chunk.error.or(self.error.take());
        self.bears_content = match (self.bears_content, chunk.bears_content) {
            (Some(own), Some(its)) => Some(own || its),
            (own, its) => its.or(own),
        };
        self.merge_finish_reasons(chunk.finish_reasons, chunk.by_choice);
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
        if self.pieces.is_empty() {
            self.pieces = chunk.pieces;
        } else {
            self.pieces.merge(&chunk.pieces);
        }
        self.text_length = length;
    }

    fn merge_finish_reasons(&mut self, reasons: Vec<String>, by_choice: bool) {
        if by_choice {
            self.by_choice = true;
            for (choice, reason) in reasons.into_iter().enumerate() {
                self.set_finish_reason(choice, reason);
            }
        } else {
            let room = ITEMS.saturating_sub(self.finish_reasons.len());
            self.finish_reasons.extend(reasons.into_iter().take(room));
        }
    }

    /// Writes what is known onto the span.
    pub(super) fn record(mut self, end: &mut End<'_>) {
        if let Some(error) = self.error.take().filter(|_| !end.has_failed()) {
            end.error_type(error);
            end.outcome(Outcome::Error);
        }
        end.set(gen_ai::RESPONSE_ID, &self.id);
        end.set(gen_ai::RESPONSE_MODEL, &self.model);
        let messages = self.take_messages(end);
        self.finish_reasons.retain(|reason| !reason.is_empty());
        if !self.finish_reasons.is_empty() {
            end.set(gen_ai::RESPONSE_FINISH_REASONS, &self.finish_reasons);
        }
        end.set(gen_ai::USAGE_INPUT_TOKENS, &self.all_input_tokens());
        end.set(gen_ai::USAGE_OUTPUT_TOKENS, &self.output_tokens);
        end.set(gen_ai::USAGE_CACHE_READ_INPUT_TOKENS, &self.cache_read_tokens);
        end.set(gen_ai::USAGE_CACHE_WRITE_INPUT_TOKENS, &self.cache_write_tokens);
        end.set(gen_ai::USAGE_REASONING_OUTPUT_TOKENS, &self.reasoning_tokens);
        if let Some(cost) = self.cost {
            end.set(gen_ai::USAGE_COST, &cost.to_f64());
            end.set(own::COST_USD, &cost.to_string());
        }
        if let Some(messages) = messages {
            end.set(own::RESPONSE_LENGTH, &self.text_length);
            if !messages.is_empty() {
                end.set(gen_ai::OUTPUT_MESSAGES, &message::to_json(&messages));
            }
        }
    }

    /// The messages that may be recorded; nothing where the response has no content at all.
    fn take_messages(&mut self, end: &mut End<'_>) -> Option<Vec<Message>> {
        let pieces = std::mem::take(&mut self.pieces);
        if self.text.is_none() && self.messages.is_empty() && pieces.is_empty() && self.text_length == 0 {
            return None;
        }
        if !mode_at_end(end).captures() {
            return Some(Vec::new());
        }
        let mut messages = std::mem::take(&mut self.messages);
        if let Some(text) = self.text.take() {
            messages.insert(0, Message::assistant(text));
        }
        give_finish_reasons(&mut messages, &self.finish_reasons, self.by_choice);
        messages.extend(pieces.into_messages(&self.finish_reasons));
        Some(messages)
    }
}

/// Each message has its own reason where there are as many; one reason belongs to the last message.
fn give_finish_reasons(messages: &mut [Message], reasons: &[String], by_choice: bool) {
    if by_choice || messages.len() == reasons.len() {
        for (message, reason) in messages.iter_mut().zip(reasons) {
            message.end_with(reason);
        }
    } else if let ([.., last], [reason]) = (messages, reasons) {
        last.end_with(reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
