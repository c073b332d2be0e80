//! What is asked of a model. In: the options of `#[trace_llm_call]`. Out: attributes and the span's name.

use super::content::mode_at_start;
use super::message::{self, Message, Messages};
use super::text::{Text, characters};
use crate::capture::Capture;
use crate::caught::caught;
use crate::recorder::Span;
use crate::semconv::{gen_ai, own};
use std::borrow::Cow;

/// `gen_ai.operation.name`. Comes first.
pub fn operation<T: Capture + ?Sized>(span: &mut Span, value: &T) {
    span.set(gen_ai::OPERATION_NAME, value);
    rename(span);
}

/// `gen_ai.provider.name`.
pub fn provider<T: Capture + ?Sized>(span: &mut Span, value: &T) {
    span.set(gen_ai::PROVIDER_NAME, value);
}

/// `gen_ai.request.model`, and the span's name: `{operation} {model}`.
pub fn model<T: Capture + ?Sized>(span: &mut Span, value: &T) {
    span.set(gen_ai::REQUEST_MODEL, value);
    rename(span);
}

fn rename(span: &mut Span) {
    let Some(operation) = span.text(gen_ai::OPERATION_NAME) else {
        return;
    };
    let name = match span.text(gen_ai::REQUEST_MODEL) {
        Some(model) => format!("{operation} {model}"),
        None => operation,
    };
    span.set_name(&name);
}

/// One of `request(…)`: `temperature` is `gen_ai.request.temperature`, and so on.
pub fn request<T: Capture + ?Sized>(span: &mut Span, name: &'static str, value: &T) {
    span.set(&request_key(name), value);
}

/// The attribute of a request's option; what the convention does not know goes below `gen_ai.request.` too.
fn request_key(name: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(match name {
        "temperature" => gen_ai::REQUEST_TEMPERATURE,
        "max_tokens" | "max_output_tokens" | "max_completion_tokens" => gen_ai::REQUEST_MAX_TOKENS,
        "top_p" => gen_ai::REQUEST_TOP_P,
        "top_k" => gen_ai::REQUEST_TOP_K,
        "frequency_penalty" => gen_ai::REQUEST_FREQUENCY_PENALTY,
        "presence_penalty" => gen_ai::REQUEST_PRESENCE_PENALTY,
        "seed" => gen_ai::REQUEST_SEED,
        "stop" | "stop_sequences" => gen_ai::REQUEST_STOP_SEQUENCES,
        "n" | "choice_count" => gen_ai::REQUEST_CHOICE_COUNT,
        "stream" => gen_ai::REQUEST_STREAM,
        "reasoning_level" | "reasoning_effort" => gen_ai::REQUEST_REASONING_LEVEL,
        "previous_response_id" => gen_ai::REQUEST_PREVIOUS_RESPONSE_ID,
        "encoding_formats" => gen_ai::REQUEST_ENCODING_FORMATS,
        "output_type" => gen_ai::OUTPUT_TYPE,
        name if name.starts_with("gen_ai.") => name,
        name => return Cow::Owned(format!("gen_ai.request.{name}")),
    })
}

/// `gen_ai.conversation.id`.
pub fn conversation<T: Capture + ?Sized>(span: &mut Span, value: &T) {
    span.set(gen_ai::CONVERSATION_ID, value);
}

/// `spanwright.persona`.
pub fn persona<T: Capture + ?Sized>(span: &mut Span, value: &T) {
    span.set(own::PERSONA, value);
}

/// The system prompt: `gen_ai.system_instructions`, where content capture allows.
pub fn system<T: Text + ?Sized>(span: &mut Span, value: &T) {
    if !span.recording() || !mode_at_start(span).captures() {
        return;
    }
    if let Some(text) = protected(|| value.text()).flatten() {
        span.set(gen_ai::SYSTEM_INSTRUCTIONS, &message::instructions_to_json(&text));
    }
}

/// The prompt's length in characters, always; and where content capture allows a preview, which the pipeline cuts to
/// 200 characters after redaction.
pub fn prompt<T: Text + ?Sized>(span: &mut Span, value: &T) {
    if !span.recording() {
        return;
    }
    let Some(text) = protected(|| value.text()).flatten() else {
        return;
    };
    span.set(own::PROMPT_LENGTH, &characters(&text));
    if mode_at_start(span).captures() {
        span.set(own::PROMPT_PREVIEW, text.as_ref());
    }
}

/// The messages' length in characters, always; and where content capture allows `gen_ai.input.messages`.
pub fn messages<T: Messages + ?Sized>(span: &mut Span, value: &T) {
    if !span.recording() {
        return;
    }
    let Some(messages) = protected(|| value.messages()) else {
        return;
    };
    let length = messages
        .iter()
        .map(Message::characters)
        .fold(0_i64, i64::saturating_add);
    span.set(own::PROMPT_LENGTH, &length);
    if !mode_at_start(span).captures() {
        return;
    }
    if !messages.is_empty() {
        span.set(gen_ai::INPUT_MESSAGES, &message::to_json(&messages));
    }
    if span.text(gen_ai::SYSTEM_INSTRUCTIONS).is_none()
        && let Some(text) = protected(|| value.instructions()).flatten()
    {
        span.set(gen_ai::SYSTEM_INSTRUCTIONS, &message::instructions_to_json(&text));
    }
    if let Some(tools) = protected(|| value.tool_definitions()).flatten() {
        span.set(gen_ai::TOOL_DEFINITIONS, &tools);
    }
}

/// Runs a user's conversion, which may panic.
fn protected<T>(convert: impl FnOnce() -> T) -> Option<T> {
    caught(convert)
}

#[cfg(all(test, feature = "pipeline"))]
mod tests {
    use super::super::content::{Content, content};
    use super::super::recorded::testing;
    use super::*;
    use crate::value::Value;

    #[test]
    fn a_call_is_named_and_described() {
        let mut span = testing::span();
        operation(&mut span, "chat");
        provider(&mut span, "openai");
        model(&mut span, "gpt-4o-mini");
        request(&mut span, "temperature", &0.2);
        request(&mut span, "max_tokens", &Some(100));
        request(&mut span, "seed", &None::<i64>);
        request(&mut span, "service_tier", "flex");
        assert_eq!(testing::name(&span), "chat gpt-4o-mini");
        assert_eq!(
            testing::attributes(&span),
            [
                ("gen_ai.operation.name".into(), "chat".into()),
                ("gen_ai.provider.name".into(), "openai".into()),
                ("gen_ai.request.model".into(), "gpt-4o-mini".into()),
                ("gen_ai.request.temperature".into(), Value::Float(0.2)),
                ("gen_ai.request.max_tokens".into(), Value::Int(100)),
                ("gen_ai.request.service_tier".into(), "flex".into()),
            ]
        );
    }

    #[test]
    fn content_is_off_unless_asked_for() {
        let mut span = testing::span();
        content(&mut span, Content::Off);
        prompt(&mut span, &"é".repeat(300));
        system(&mut span, "secret");
        let keys: Vec<String> = testing::attributes(&span)
            .iter()
            .map(|(key, _)| key.to_string())
            .collect();
        assert_eq!(keys, [own::CONTENT, own::PROMPT_LENGTH]);
        assert_eq!(testing::attributes(&span)[1].1, Value::Int(300));
    }

    #[test]
    fn content_is_captured_where_the_site_says_so() {
        let mut span = testing::span();
        content(&mut span, Content::Attributes);
        messages(&mut span, "hi");
        system(&mut span, &Some("be brief"));
        assert_eq!(
            span.text(gen_ai::INPUT_MESSAGES).as_deref(),
            Some(r#"[{"role":"user","parts":[{"type":"text","content":"hi"}]}]"#)
        );
        assert_eq!(
            span.text(gen_ai::SYSTEM_INSTRUCTIONS).as_deref(),
            Some(r#"[{"type":"text","content":"be brief"}]"#)
        );
    }
}
