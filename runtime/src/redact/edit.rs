//! What a detector reports, and how it is written into the text.

use super::URL_MARK;
use super::mode::RedactionMode;
use super::rule::{PerRule, RedactionRule};
use std::borrow::Cow;

/// What the mark stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Text, or a quoted value.
    Bare,
    /// JSON, where the value was no string, and these many backslashes precede its quotes.
    Quoted(u8),
    /// A URL.
    Url,
    /// A URL's `user:password`, or its `user` alone.
    Userinfo { pair: bool },
}

/// A range of a text, in bytes on character boundaries, and why it is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) rule: RedactionRule,
    pub(super) form: Form,
    /// Where the key has a mode of its own.
    pub(super) mode: Option<RedactionMode>,
}

impl Hit {
    pub(super) const fn new(start: usize, end: usize, rule: RedactionRule) -> Self {
        Self {
            start,
            end,
            rule,
            form: Form::Bare,
            mode: None,
        }
    }

    pub(super) const fn with_form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    fn write(&self, text: &str, modes: &PerRule<RedactionMode>, out: &mut String) {
        let secret = &text[self.start..self.end];
        let mode = self.mode.unwrap_or(modes[self.rule as usize]);
        match self.form {
            Form::Bare => out.push_str(&mode.replace(secret, false)),
            Form::Url => out.push_str(&mode.replace(secret, true)),
            // As the semantic conventions have it, whatever the mode.
            Form::Userinfo { pair: true } => out.push_str("REDACTED:REDACTED"),
            Form::Userinfo { pair: false } => out.push_str(URL_MARK),
            Form::Quoted(slashes) => {
                let quote = ["\"", "\\\""][usize::from(slashes.min(1))];
                out.push_str(quote);
                out.push_str(&mode.replace(secret, false));
                out.push_str(quote);
            }
        }
    }
}

/// Applies hits that rise and do not overlap, and leaves out what begins at `end` or later.
pub(super) fn apply<'a>(
    text: &'a str,
    hits: &[Hit],
    end: usize,
    modes: &PerRule<RedactionMode>,
) -> Cow<'a, str> {
    if hits.is_empty() {
        return Cow::Borrowed(&text[..end]);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for hit in hits.iter().filter(|hit| hit.start < end) {
        out.push_str(&text[from..hit.start]);
        hit.write(text, modes, &mut out);
        from = hit.end;
    }
    if from < end {
        out.push_str(&text[from..end]);
    }
    Cow::Owned(out)
}
