//! Whether the content of prompts, replies and tool calls is captured, and where it goes.
//!
//! In: `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` (read by `init`), and a site's `content = …`. Out: a
//! [`Mode`] for each span. The default is that no content is captured.

use crate::recorder::{End, Span};
use crate::semconv::own;
use std::sync::atomic::{AtomicU8, Ordering};

/// A site's `content = …`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// As the environment says.
    #[default]
    Env,
    /// No content.
    Off,
    /// On the span.
    Attributes,
    /// On a log record beside the span.
    Events,
}

/// Where content goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nowhere: it is not captured.
    #[default]
    Off,
    /// On the span.
    Attributes,
    /// On a log record beside the span.
    Events,
    /// On both.
    Both,
}

impl Mode {
    /// Reads the variable's value, in any case: `NO_CONTENT`, `SPAN_ONLY`, `EVENT_ONLY` or `SPAN_AND_EVENT`, and the
    /// older `true` and `false`.
    pub(crate) fn from_env_value(value: &str) -> Option<Self> {
        Some(match value.trim().to_ascii_lowercase().as_str() {
            "no_content" | "false" => Self::Off,
            "span_only" | "true" => Self::Attributes,
            "event_only" => Self::Events,
            "span_and_event" => Self::Both,
            _ => return None,
        })
    }

    pub(crate) const fn captures(self) -> bool {
        !matches!(self, Self::Off)
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Attributes => "attributes",
            Self::Events => "events",
            Self::Both => "both",
        }
    }

    pub(super) fn from_str(text: &str) -> Option<Self> {
        [Self::Off, Self::Attributes, Self::Events, Self::Both].into_iter().find(|mode| mode.as_str() == text)
    }
}

static PROCESS_MODE: AtomicU8 = AtomicU8::new(0);

/// What the environment says; no content until `init` has read it.
pub(crate) fn content_mode() -> Mode {
    match PROCESS_MODE.load(Ordering::Relaxed) {
        1 => Mode::Attributes,
        2 => Mode::Events,
        3 => Mode::Both,
        _ => Mode::Off,
    }
}

/// Sets what [`content_mode`] answers.
pub(crate) fn set_content_mode(mode: Mode) {
    PROCESS_MODE.store(mode as u8, Ordering::Relaxed);
}

/// Sets where this span's content goes. Comes before the content itself.
pub fn content(span: &mut Span, content: Content) {
    let mode = match content {
        Content::Env => return,
        Content::Off => Mode::Off,
        Content::Attributes => Mode::Attributes,
        Content::Events => Mode::Events,
    };
    span.set(own::CONTENT, mode.as_str());
}

/// Where a starting span's content goes. What goes to a log record is marked, for the pipeline to move it there.
pub(crate) fn mode_at_start(span: &mut Span) -> Mode {
    if let Some(mode) = span.text(own::CONTENT).as_deref().and_then(Mode::from_str) {
        return mode;
    }
    let mode = content_mode();
    if matches!(mode, Mode::Events | Mode::Both) {
        span.set(own::CONTENT, mode.as_str());
    }
    mode
}

/// Where an ending span's content goes, as [`mode_at_start`].
pub(crate) fn mode_at_end(end: &mut End<'_>) -> Mode {
    if let Some(mode) = end.text(own::CONTENT).as_deref().and_then(Mode::from_str) {
        return mode;
    }
    let mode = content_mode();
    if matches!(mode, Mode::Events | Mode::Both) {
        end.set(own::CONTENT, mode.as_str());
    }
    mode
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variables_values() {
        assert_eq!(Mode::from_env_value("SPAN_AND_EVENT"), Some(Mode::Both));
        assert_eq!(Mode::from_env_value("span_only"), Some(Mode::Attributes));
        assert_eq!(Mode::from_env_value("EVENT_ONLY"), Some(Mode::Events));
        assert_eq!(Mode::from_env_value("True"), Some(Mode::Attributes));
        assert_eq!(Mode::from_env_value("false"), Some(Mode::Off));
        assert_eq!(Mode::from_env_value("NO_CONTENT"), Some(Mode::Off));
        assert_eq!(Mode::from_env_value("yes please"), None);
    }

    #[test]
    fn modes_have_names() {
        for mode in [Mode::Off, Mode::Attributes, Mode::Events, Mode::Both] {
            assert_eq!(Mode::from_str(mode.as_str()), Some(mode));
        }
    }
}
