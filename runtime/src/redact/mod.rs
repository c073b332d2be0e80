//! Replaces what must not leave the process, by key and by value.
//!
//! Records come in as the recorder and the users' hooks left them; they go out to the limits and the
//! destinations. Always on. It fails closed: where a rule panics, the value is withheld.

#![allow(
    dead_code,
    reason = "without a pipeline only values for `tracing` are redacted"
)]

mod edit;
mod key;
mod pair;
mod place;
mod quote;
mod record;
mod scan;
mod token;
mod url;
mod value;
mod vocabulary;

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;

use crate::value::{Key, Value};
use key::KeyRules;
use std::borrow::Cow;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What stands for a value that was replaced.
pub(crate) const MARK: &str = "[REDACTED]";
/// What stands for a value in a URL, as the semantic conventions write it.
const URL_MARK: &str = "REDACTED";
/// What stands for a value that could not be redacted.
pub(crate) const FAILED: &str = "[REDACTION_FAILED]";

type Rule = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What is replaced before anything is exported: by key, whatever the value, and by value, whatever the key.
///
/// The default knows the keys of passwords, tokens, API keys, cookies and the like, and the shapes of the
/// commonest credentials: issuers' prefixes, JWTs, private keys, `Authorization` values, URLs with userinfo.
///
/// ```ignore
/// let redactor = Redactor::default()
///     .key("pan")
///     .allow_key("session.token")
///     .rule(|text| text.contains("ACME-").then(|| "[customer number]".to_owned()));
/// ```
#[derive(Clone)]
pub struct Redactor {
    enabled: bool,
    keys: KeyRules,
    rules: Vec<Rule>,
}

impl Default for Redactor {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor")
            .field("enabled", &self.enabled)
            .field("keys", &self.keys)
            .field("rules", &self.rules.len())
            .finish()
    }
}

impl Redactor {
    const fn new() -> Self {
        Self {
            enabled: true,
            keys: KeyRules::new(),
            rules: Vec::new(),
        }
    }

    /// Also replaces the value of every key that holds these words: `pan` matches `card.pan` and `cardPan`, not
    /// `company`. Case and separators do not matter.
    #[must_use]
    pub fn key(mut self, words: &str) -> Self {
        self.keys.add(words);
        self
    }

    /// Exempts exactly this key, case included, from the rules by key. The rules by value still apply.
    #[must_use]
    pub fn allow_key(mut self, key: &str) -> Self {
        self.keys.allow(key);
        self
    }

    /// Adds a rule by value: it is given each text and returns what to put in its place, or `None` to leave it.
    ///
    /// Runs before the built-in rules, which see what it returns. Called on the pipeline's thread; if it panics,
    /// the value becomes `[REDACTION_FAILED]`.
    #[must_use]
    pub fn rule(mut self, rule: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.rules.push(Arc::new(rule));
        self
    }

    /// **Replaces nothing at all**: passwords, tokens and keys that are in your values reach every destination
    /// and every disk they write to. Only for finding out, on your own machine and with made-up data, what a
    /// rule replaces. Never in production.
    #[must_use]
    pub fn disabled_for_debugging() -> Self {
        Self {
            enabled: false,
            ..Self::new()
        }
    }

    /// The text without what the value rules find.
    pub(crate) fn redact_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.text(text, &mut Redactions::default())
    }

    /// The value of `key` as text without what the key and value rules find.
    pub(crate) fn redact_keyed<'a>(&self, key: &str, text: &'a str) -> Cow<'a, str> {
        self.keyed(key, text, &mut Redactions::default())
    }

    /// Redacts a value in place.
    pub(crate) fn redact_value(&self, key: &str, value: &mut Value) -> Redactions {
        let mut counts = Redactions::default();
        record::value(self, key, value, &mut counts);
        counts
    }

    /// What has to be done with every value of this key. Looks at each of its words: worth remembering.
    pub(crate) fn treatment(&self, key: &str) -> Treatment {
        match url::part(key) {
            _ if !self.enabled => Treatment::Pass,
            _ if self.keys.is_sensitive(key) => Treatment::Replace,
            Some(_) => Treatment::SearchUrl,
            None => Treatment::Search,
        }
    }

    /// A text under a key with this treatment, without what the rules find.
    #[inline]
    pub(crate) fn treat<'a>(
        &self,
        treatment: Treatment,
        text: &'a str,
        counts: &mut Redactions,
    ) -> Cow<'a, str> {
        match treatment {
            Treatment::Pass => Cow::Borrowed(text),
            _ => self.text(text, counts),
        }
    }

    fn keyed<'a>(&self, key: &str, text: &'a str, counts: &mut Redactions) -> Cow<'a, str> {
        if !self.enabled {
            return Cow::Borrowed(text);
        }
        self.guarded(counts, |counts| {
            if self.keys.is_sensitive(key) {
                if text == MARK {
                    return Cow::Borrowed(text);
                }
                counts.redacted += 1;
                return Cow::Borrowed(MARK);
            }
            match url::part(key) {
                Some(part) => {
                    let (parts, count) = url::sanitise(text, part, &self.keys);
                    counts.redacted += count;
                    let clean = self.apply(&parts, counts);
                    // A mark may have ended a parameter's name or value.
                    let (clean, count) = url::sanitise(&clean, part, &self.keys);
                    counts.redacted += count;
                    Cow::Owned(clean.into_owned())
                }
                None => self.apply(text, counts),
            }
        })
    }

    fn text<'a>(&self, text: &'a str, counts: &mut Redactions) -> Cow<'a, str> {
        if !self.enabled || text.is_empty() {
            return Cow::Borrowed(text);
        }
        self.guarded(counts, |counts| self.apply(text, counts))
    }

    /// Runs `redact`; a panic in it withholds the value.
    fn guarded<'a>(
        &self,
        counts: &mut Redactions,
        redact: impl FnOnce(&mut Redactions) -> Cow<'a, str>,
    ) -> Cow<'a, str> {
        let mut own = Redactions::default();
        match catch_unwind(AssertUnwindSafe(|| redact(&mut own))) {
            Ok(clean) => {
                *counts += own;
                clean
            }
            Err(payload) => {
                // Dropping a payload may run the user's code, and panic again.
                std::mem::forget(payload);
                counts.failed += 1;
                Cow::Borrowed(FAILED)
            }
        }
    }

    /// The users' rules in order, then the built-in ones.
    fn apply<'a>(&self, text: &'a str, counts: &mut Redactions) -> Cow<'a, str> {
        let mut replaced: Option<String> = None;
        for rule in &self.rules {
            if let Some(clean) = rule(replaced.as_deref().unwrap_or(text)) {
                counts.redacted += 1;
                replaced = Some(clean);
            }
        }
        let (clean, count) = match replaced {
            None => scan::redact(text, &self.keys),
            Some(own) => {
                let (clean, count) = scan::redact(&own, &self.keys);
                (Cow::Owned(clean.into_owned()), count)
            }
        };
        counts.redacted += count;
        clean
    }

    fn redact_key(&self, key: &mut Key, counts: &mut Redactions) {
        if let Cow::Owned(clean) = self.text(key.as_str(), counts) {
            *key = clean.into();
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Treatment {
    Pass,
    Search,
    SearchUrl,
    Replace,
}

impl Treatment {
    /// Whether every value of the key is replaced, whatever it is.
    pub(crate) fn replaces(self) -> bool {
        matches!(self, Self::Replace)
    }

    /// Whether texts of the key are treated like those of most keys.
    pub(crate) fn is_ordinary(self) -> bool {
        matches!(self, Self::Pass | Self::Search)
    }
}

/// What one call replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Redactions {
    /// Places replaced.
    pub(crate) redacted: u64,
    /// Values withheld because a rule panicked.
    pub(crate) failed: u64,
}

impl std::ops::AddAssign for Redactions {
    fn add_assign(&mut self, other: Self) {
        self.redacted += other.redacted;
        self.failed += other.failed;
    }
}

/// Redacts by the default rules; for values that leave by way of `tracing`, where nothing is configured.
pub(crate) fn redact_inline<'a>(key: &str, text: &'a str) -> Cow<'a, str> {
    static DEFAULT: Redactor = Redactor::new();
    DEFAULT.redact_keyed(key, text)
}
