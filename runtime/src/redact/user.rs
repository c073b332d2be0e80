//! The user's own rules by value: closures, and regular expressions where that feature is on.

use super::mode::RedactionMode;
use super::rule::{RedactionRule, Redactions};
use std::sync::Arc;

type Rule = dyn Fn(&str) -> Option<String> + Send + Sync;

/// One rule.
#[derive(Clone)]
pub(super) enum UserRule {
    /// Gives what to put in a text's place.
    Closure(Arc<Rule>),
    /// Each of its matches is replaced.
    #[cfg(feature = "regex")]
    Pattern(regex::Regex),
}

impl UserRule {
    /// The text as this rule wants it; `None` where it leaves it alone.
    pub(super) fn apply(&self, text: &str, mode: RedactionMode, counts: &mut Redactions) -> Option<String> {
        match self {
            Self::Closure(rule) => {
                let _ = mode;
                let clean = rule(text)?;
                counts.count(RedactionRule::Custom);
                Some(clean)
            }
            #[cfg(feature = "regex")]
            Self::Pattern(pattern) => replace_matches(pattern, text, mode, counts),
        }
    }
}

#[cfg(feature = "regex")]
fn replace_matches(
    pattern: &regex::Regex,
    text: &str,
    mode: RedactionMode,
    counts: &mut Redactions,
) -> Option<String> {
    let mut out: Option<String> = None;
    let mut from = 0;
    for found in pattern.find_iter(text).filter(|found| !found.is_empty()) {
        if super::mode::is_mark(found.as_str()) {
            continue;
        }
        let out = out.get_or_insert_with(|| String::with_capacity(text.len()));
        out.push_str(&text[from..found.start()]);
        out.push_str(&mode.replace(found.as_str(), false));
        counts.count(RedactionRule::Custom);
        from = found.end();
    }
    out.map(|out| out + &text[from..])
}

/// A pattern that is no regular expression.
#[cfg(feature = "regex")]
#[derive(Debug, thiserror::Error)]
#[error("not a regular expression; see docs.rs/regex for its syntax: {0}")]
pub struct PatternError(regex::Error);

/// Reads a pattern.
#[cfg(feature = "regex")]
pub(super) fn pattern(pattern: &str) -> Result<UserRule, PatternError> {
    regex::Regex::new(pattern)
        .map(UserRule::Pattern)
        .map_err(PatternError)
}

#[cfg(all(test, feature = "regex"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::*;

    #[test]
    fn what_a_pattern_matches_is_replaced() {
        let redactor = Redactor::default().pattern(r"ACME-\d+").unwrap();
        let mut value = Value::from("order ACME-17 of ACME-4");
        let counts = redactor.redact_value("a", &mut value);
        assert_eq!(value, Value::from("order [REDACTED] of [REDACTED]"));
        assert_eq!(counts.by(RedactionRule::Custom), 2);
        let masked = redactor.mode(RedactionRule::Custom, RedactionMode::Mask);
        assert_eq!(masked.redact_text("ACME-1234567890"), "********7890");
        let error = Redactor::default().pattern("(").unwrap_err();
        assert!(error.to_string().contains("unclosed group"), "{error}");
    }
}
