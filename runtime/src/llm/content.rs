//! Whether the content of prompts, replies and tool calls is captured, and where it goes.
//!
//! In: `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` (read by `init`), and a site's `content = …`. Out: a
//! [`Mode`] for each span. The default is that no content is captured.

use crate::recorder::{End, Span};
use crate::semconv::own;
use std::cell::Cell;
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
#[allow(dead_code, reason = "some are set only where a pipeline is built")]
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
        [Self::Off, Self::Attributes, Self::Events, Self::Both]
            .into_iter()
            .find(|mode| mode.as_str() == text)
    }
}

static PROCESS_MODE: AtomicU8 = AtomicU8::new(0);

/// The value of [`PROCESS_MODE`] that sites cannot override.
const FORBIDDEN: u8 = u8::MAX;

/// What the environment says; no content until `init` has read it.
pub(crate) fn content_mode() -> Mode {
    match PROCESS_MODE.load(Ordering::Relaxed) {
        1 => Mode::Attributes,
        2 => Mode::Events,
        3 => Mode::Both,
        _ => Mode::Off,
    }
}

/// Sets what [`content_mode`] answers; `None` forbids content whatever a site says.
#[allow(dead_code, reason = "called only where a pipeline is built")]
pub(crate) fn set_content_mode(mode: Option<Mode>) {
    PROCESS_MODE.store(mode.map_or(FORBIDDEN, |mode| mode as u8), Ordering::Relaxed);
}

fn is_forbidden() -> bool {
    PROCESS_MODE.load(Ordering::Relaxed) == FORBIDDEN
}

/// Sets where this span's content goes. Comes before the content itself.
pub fn content(span: &mut Span, content: Content) {
    let mode = match content {
        Content::Env => return,
        Content::Off => Mode::Off,
        _ if is_forbidden() => Mode::Off,
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

/// Whether an ending span's content is captured; changes nothing on it.
pub(super) fn captures(end: &End<'_>) -> bool {
    let captures = |text: &str| Mode::from_str(text).map(Mode::captures);
    end.with_text(own::CONTENT, captures)
        .flatten()
        .unwrap_or_else(|| content_mode().captures())
}

thread_local! {
    /// Whether the content of the reply that is read at this moment is kept.
    static KEPT: Cell<bool> = const { Cell::new(true) };
}

/// Whether content that is read now is kept: a stream that may not record any keeps none meanwhile.
#[cfg(feature = "pipeline")]
pub(super) fn is_kept() -> bool {
    KEPT.get()
}

/// Runs the reader of a chunk, whose content is kept or not.
pub(super) fn keeping<R>(keep: bool, read: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            KEPT.set(self.0);
        }
    }
    let _restore = Restore(KEPT.replace(keep));
    read()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_have_names() {
        for mode in [Mode::Off, Mode::Attributes, Mode::Events, Mode::Both] {
            assert_eq!(Mode::from_str(mode.as_str()), Some(mode));
        }
    }
}
