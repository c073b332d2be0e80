//! Replaces what must not leave the process, by key and by value.
//!
//! Records come in as the recorder and the users' hooks left them; they go out to the limits and the
//! destinations. Always on. It fails closed: where a rule panics, the value is withheld.

#![allow(
    dead_code,
    reason = "without a pipeline only values for `tracing` are redacted"
)]

mod address;
mod edit;
mod hash;
mod iban;
mod key;
mod memory;
mod mode;
mod number;
mod pair;
mod place;
mod quote;
mod record;
mod rule;
mod scan;
mod token;
mod url;
mod user;
mod value;
mod vocabulary;
mod work;

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;

pub(crate) use hash::{HashKey, VARIABLE as HASH_KEY_VARIABLE, of as hash};
pub use mode::RedactionMode;
pub(crate) use number::is_below_cards;
pub use rule::RedactionRule;
pub(crate) use rule::{Redactions, Totals};
#[cfg(feature = "regex")]
pub use user::PatternError;

use crate::caught::caught;
use crate::value::{Key, Value};
use key::KeyRules;
use memory::{KnownKey, Memory};
use rule::{PerRule, RuleSet};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use user::UserRule;

/// What stands for a value that was replaced.
pub(crate) const MARK: &str = "[REDACTED]";
/// What stands for a value in a URL, as the semantic conventions write it.
const URL_MARK: &str = "REDACTED";
/// What stands for a value that could not be redacted.
pub(crate) const FAILED: &str = "[REDACTION_FAILED]";

/// What the built-in rules look for, and what they write in its place.
#[derive(Clone, Debug)]
struct Rules {
    keys: KeyRules,
    set: RuleSet,
    modes: PerRule<RedactionMode>,
}

impl Rules {
    const fn new() -> Self {
        Self {
            keys: KeyRules::new(),
            set: RuleSet::DEFAULT,
            modes: [RedactionMode::Remove; RedactionRule::ALL.len()],
        }
    }
}

/// What is replaced before anything is exported: by key, whatever the value, and by value, whatever the key.
///
/// The default knows the keys of passwords, tokens, API keys, cookies and the like, and these values wherever they
/// stand: credentials with an issuer's prefix, JWTs, private keys, `Authorization` values, URLs with userinfo,
/// payment cards, IBANs, social security numbers with hyphens, and e-mail addresses. Telephone numbers and IP
/// addresses are asked for by [`with`](Self::with).
///
/// ```
/// use spanwright::{RedactionMode, RedactionRule, Redactor};
///
/// let redactor = Redactor::default()
///     .key("pan")
///     .key_mode("customer.number", RedactionMode::Hash)
///     .allow_key("session.token")
///     .with(RedactionRule::Phone)
///     .mode(RedactionRule::Card, RedactionMode::Mask)
///     .rule(|text| text.contains("ACME-").then(|| "[customer number]".to_owned()));
/// # let _ = redactor;
/// ```
#[derive(Clone)]
pub struct Redactor {
    enabled: bool,
    rules: Rules,
    /// The user's, in order.
    own: Vec<UserRule>,
    memory: Memory,
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
            .field("rules", &self.rules)
            .field("own", &self.own.len())
            .finish()
    }
}

impl Redactor {
    const fn new() -> Self {
        Self {
            enabled: true,
            rules: Rules::new(),
            own: Vec::new(),
            memory: Memory::new(),
        }
    }

    /// Also replaces the value of every key that holds these words: `pan` matches `card.pan` and `cardPan`, not
    /// `company`. Case and separators do not matter.
    #[must_use]
    pub fn key(mut self, words: &str) -> Self {
        self.rules.keys.add(words, None);
        self.memory = Memory::new();
        self
    }

    /// As [`key`](Self::key), and says what is written in place of these values. Words that are known already
    /// (`password`) may be given too.
    #[must_use]
    pub fn key_mode(mut self, words: &str, mode: RedactionMode) -> Self {
        self.rules.keys.add(words, Some(mode));
        self.memory = Memory::new();
        self
    }

    /// Exempts exactly this key, case included, from the rules by key. The rules by value still apply. An id that is
    /// given to [`session()`](crate::session) under it (`user.id`, `session.id`, `tenant.id`) passes as it is.
    #[must_use]
    pub fn allow_key(mut self, key: &str) -> Self {
        self.rules.keys.allow(key);
        self.memory = Memory::new();
        self
    }

    /// Switches a rule on. All are, but [`RedactionRule::Phone`] and [`RedactionRule::Ip`].
    #[must_use]
    pub fn with(mut self, rule: RedactionRule) -> Self {
        self.rules.set = self.rules.set.with(rule);
        self.memory = Memory::new();
        self
    }

    /// Switches a rule by value off. What keys say of their values, [`RedactionRule::Key`] within texts left out,
    /// stays in force.
    #[must_use]
    pub fn without(mut self, rule: RedactionRule) -> Self {
        self.rules.set = self.rules.set.without(rule);
        self.memory = Memory::new();
        self
    }

    /// What is written in place of what this rule finds; default [`RedactionMode::Remove`].
    #[must_use]
    pub fn mode(mut self, rule: RedactionRule, mode: RedactionMode) -> Self {
        self.rules.modes[rule as usize] = mode;
        self.memory = Memory::new();
        self
    }

    /// Adds a rule by value: it is given each text and returns what to put in its place, or `None` to leave it.
    ///
    /// Runs before the built-in rules, which see what it returns. Called on the pipeline's thread; if it panics,
    /// the value becomes `[REDACTION_FAILED]`.
    #[must_use]
    pub fn rule(mut self, rule: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.own.push(UserRule::Closure(Arc::new(rule)));
        self.memory = Memory::new();
        self
    }

    /// Adds a rule by regular expression: what it matches is replaced, by the mode of [`RedactionRule::Custom`].
    /// Matching takes time linear in the text.
    ///
    /// # Errors
    /// Where the pattern is no regular expression; the message shows what is wrong with it.
    #[cfg(feature = "regex")]
    pub fn pattern(mut self, pattern: &str) -> Result<Self, PatternError> {
        self.own.push(user::pattern(pattern)?);
        self.memory = Memory::new();
        Ok(self)
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

    /// Whether an id that is given under this key may leave as it is.
    pub(crate) fn passes_id(&self, key: &str) -> bool {
        !self.enabled || self.rules.keys.is_allowed(key)
    }

    /// What has to be done with every value of this key.
    pub(crate) fn treatment(&self, key: &str) -> Treatment {
        Treatment(self.known(key).does)
    }

    fn known(&self, key: &str) -> KnownKey {
        if !self.enabled {
            return KnownKey {
                does: Does::Pass,
                is_clean: true,
            };
        }
        self.memory.of(key, || KnownKey {
            does: if self.rules.keys.is_sensitive(key) {
                Does::Replace(self.key_mode_of(key))
            } else {
                url::part(key).map_or(Does::Search, Does::SearchUrl)
            },
            // A user's rule may say something else the next time.
            is_clean: self.own.is_empty() && *self.redact_text(key) == *key,
        })
    }

    /// Whether a text that was clean once is so for ever: the users' own code may say otherwise.
    pub(crate) fn is_constant(&self) -> bool {
        self.own.is_empty()
    }

    /// A text under a key with this treatment, without what the rules find.
    #[inline]
    pub(crate) fn treat<'a>(
        &self,
        treatment: Treatment,
        text: &'a str,
        counts: &mut Redactions,
    ) -> Cow<'a, str> {
        match treatment.0 {
            Does::Pass => Cow::Borrowed(text),
            Does::Search => self.text(text, counts),
            Does::SearchUrl(part) => self.guarded(counts, |counts| self.url(text, part, counts)),
            Does::Replace(mode) => self.whole(text, mode, counts),
        }
    }

    fn keyed<'a>(&self, key: &str, text: &'a str, counts: &mut Redactions) -> Cow<'a, str> {
        self.treat(self.treatment(key), text, counts)
    }

    fn key_mode_of(&self, key: &str) -> RedactionMode {
        let own = self.rules.keys.mode_of(key);
        own.unwrap_or(self.rules.modes[RedactionRule::Key as usize])
    }

    /// The mark for all of a text.
    fn whole<'a>(&self, text: &'a str, mode: RedactionMode, counts: &mut Redactions) -> Cow<'a, str> {
        if mode::is_mark(text) {
            return Cow::Borrowed(text);
        }
        counts.count(RedactionRule::Key);
        mode.replace(text, false)
    }

    fn url<'a>(&self, text: &'a str, part: url::Part, counts: &mut Redactions) -> Cow<'a, str> {
        let clean = self.sanitise(text, part, counts);
        let clean = self.apply(&clean, counts);
        // A mark may have ended a parameter's name or value.
        Cow::Owned(self.sanitise(&clean, part, counts).into_owned())
    }

    fn sanitise<'a>(&self, text: &'a str, part: url::Part, counts: &mut Redactions) -> Cow<'a, str> {
        let hits = url::hits(text, part, &self.rules.keys);
        hits.iter().for_each(|hit| counts.count(hit.rule));
        edit::apply(text, &hits, text.len(), &self.rules.modes)
    }

    #[inline]
    fn text<'a>(&self, text: &'a str, counts: &mut Redactions) -> Cow<'a, str> {
        if !self.enabled || (self.own.is_empty() && scan::is_plain(text, self.rules.set)) {
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
        let before = *counts;
        caught(|| redact(counts)).unwrap_or_else(|| {
            *counts = before;
            counts.failed += 1;
            Cow::Borrowed(FAILED)
        })
    }

    /// The users' rules in order, then the built-in ones.
    fn apply<'a>(&self, text: &'a str, counts: &mut Redactions) -> Cow<'a, str> {
        let mut replaced: Option<String> = None;
        let mode = self.rules.modes[RedactionRule::Custom as usize];
        for rule in &self.own {
            if let Some(clean) = rule.apply(replaced.as_deref().unwrap_or(text), mode, counts) {
                replaced = Some(clean);
            }
        }
        match replaced {
            None => scan::redact(text, &self.rules, counts),
            Some(own) => Cow::Owned(scan::redact(&own, &self.rules, counts).into_owned()),
        }
    }

    fn redact_key(&self, key: &mut Key, counts: &mut Redactions) {
        if self.known(key).is_clean {
            return;
        }
        if let Cow::Owned(clean) = self.text(key.as_str(), counts) {
            *key = clean.into();
        }
    }
}

/// What [`Redactor::treat`] does with the values of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Treatment(Does);

impl Treatment {
    /// Whether every value of the key is replaced, whatever it is.
    pub(crate) fn replaces(self) -> bool {
        matches!(self.0, Does::Replace(_))
    }

    /// Whether texts of the key are treated like those of most keys.
    pub(crate) fn is_ordinary(self) -> bool {
        matches!(self.0, Does::Pass | Does::Search)
    }
}

#[derive(Clone, Copy, Debug)]
enum Does {
    Pass,
    /// Looks for secrets in the text.
    Search,
    /// Looks for them in a URL.
    SearchUrl(url::Part),
    /// Replaces all of it.
    Replace(RedactionMode),
}

/// Redacts by the default rules; for values that leave by way of `tracing`, where nothing is configured.
pub(crate) fn redact_inline<'a>(key: &str, text: &'a str) -> Cow<'a, str> {
    static DEFAULT: Redactor = Redactor::new();
    DEFAULT.redact_keyed(key, text)
}
