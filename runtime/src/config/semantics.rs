//! What is written: content of LLM calls, exceptions as events or logs, which generation of names.

use super::env::{Env, list, one_of};

/// `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`: where prompts and answers go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Content {
    /// Nowhere.
    #[default]
    Off,
    /// Attributes of the span.
    Span,
    /// Events, given as log records.
    Event,
    /// Both.
    SpanAndEvent,
}

/// `OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN`: how an exception is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ExceptionSignal {
    /// As an event of the span.
    #[default]
    Events,
    /// As a log record.
    Logs,
    /// As both.
    LogsAndEvents,
}

/// What records say and how they say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Semantics {
    pub(crate) content: Content,
    pub(crate) exceptions: ExceptionSignal,
    /// `OTEL_SEMCONV_STABILITY_OPT_IN`, in lower case.
    pub(crate) stability: Vec<String>,
    /// Whether the names of the systems that Spanwright replaces are written too.
    pub(crate) legacy_names: bool,
    /// Whether exceptions carry a back trace.
    pub(crate) backtrace: bool,
    /// Off: no argument, result or content is captured, whatever annotations ask for.
    pub(crate) capture: bool,
}

impl Semantics {
    pub(super) fn read(env: &mut Env<'_>) -> Self {
        Self {
            content: content(env),
            exceptions: exceptions(env),
            stability: stability(env),
            legacy_names: env.boolean("SPANWRIGHT_LEGACY_NAMES").unwrap_or(false),
            backtrace: env.boolean("SPANWRIGHT_BACKTRACE").unwrap_or(false),
            capture: env
                .parsed("SPANWRIGHT_CAPTURE", "off", |text| {
                    one_of(text, &[("on", true), ("off", false)])
                })
                // Whoever set it wanted less captured, not more.
                .unwrap_or_else(|| !env.is_set("SPANWRIGHT_CAPTURE")),
        }
    }
}

/// The stable names are written in any case, and those before them never: who asks for both is told.
fn stability(env: &mut Env<'_>) -> Vec<String> {
    const VARIABLE: &str = "OTEL_SEMCONV_STABILITY_OPT_IN";
    let Some(text) = env.text(VARIABLE) else {
        return Vec::new();
    };
    let words: Vec<_> = list(&text).map(str::to_ascii_lowercase).collect();
    if words.iter().any(|word| word.ends_with("/dup")) {
        env.note(
            VARIABLE,
            "only the stable names are written, not those before them",
        );
    }
    words
}

fn content(env: &mut Env<'_>) -> Content {
    env.parsed(
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
        "NO_CONTENT",
        |text| {
            one_of(
                text,
                &[
                    ("NO_CONTENT", Content::Off),
                    ("SPAN_ONLY", Content::Span),
                    ("EVENT_ONLY", Content::Event),
                    ("SPAN_AND_EVENT", Content::SpanAndEvent),
                    ("true", Content::Span),
                    ("false", Content::Off),
                ],
            )
        },
    )
    .unwrap_or_default()
}

/// The variable is a list, of which only the exception's two words are known.
fn exceptions(env: &mut Env<'_>) -> ExceptionSignal {
    env.parsed("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", "span events", |text| {
        let words: Result<Vec<_>, _> = list(text)
            .map(|word| {
                let known = [
                    ("logs", ExceptionSignal::Logs),
                    ("logs/dup", ExceptionSignal::LogsAndEvents),
                ];
                one_of(word, &known)
            })
            .collect();
        let words = words?;
        // `logs/dup` wins over `logs`, as the conventions ask of such lists.
        Ok(words
            .iter()
            .find(|word| **word == ExceptionSignal::LogsAndEvents)
            .or(words.first())
            .copied()
            .unwrap_or_default())
    })
    .unwrap_or_default()
}
