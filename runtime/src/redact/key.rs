//! Key rules: a key is sensitive by its words, never by a part of a word.
//!
//! In goes a key as anybody writes it (`x-api-key`, `apiKey`, `X_API_KEY`, `db.password`), out comes whether its
//! value must be replaced. `prompt_tokens`, `author` and `keyboard` hold no sensitive word.

use super::mode::RedactionMode;
use super::vocabulary::{asks, describes, is_pair, is_word, measures_tokens};

/// Longest word that can be in the vocabulary's lists.
const LONGEST: usize = 24;

/// The built-in words, and what a user added or allowed.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyRules {
    added: Vec<Added>,
    /// Exact keys that no key rule applies to.
    allowed: Vec<String>,
}

#[derive(Clone, Debug)]
struct Added {
    /// Words in lower case.
    sequence: Vec<String>,
    mode: Option<RedactionMode>,
}

impl KeyRules {
    pub(super) const fn new() -> Self {
        Self {
            added: Vec::new(),
            allowed: Vec::new(),
        }
    }

    /// Every key that holds these words in this order is sensitive, and its values are replaced in this way.
    pub(super) fn add(&mut self, key: &str, mode: Option<RedactionMode>) {
        let sequence: Vec<String> = words(key).map(str::to_ascii_lowercase).collect();
        if !sequence.is_empty() {
            self.added.push(Added { sequence, mode });
        }
    }

    /// This very key is not sensitive.
    pub(super) fn allow(&mut self, key: &str) {
        self.allowed.push(key.to_owned());
    }

    pub(super) fn is_allowed(&self, key: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed == key)
    }

    /// Whether the value under this key must be replaced whatever it is. Linear; does not allocate.
    pub(super) fn is_sensitive(&self, key: &str) -> bool {
        !self.is_allowed(key)
            && (is_built_in(key) || self.added.iter().any(|added| holds(key, &added.sequence)))
    }

    /// How the value under this key is replaced, where the user said so; what was said last holds.
    pub(super) fn mode_of(&self, key: &str) -> Option<RedactionMode> {
        let of_key = |added: &&Added| added.mode.is_some() && holds(key, &added.sequence);
        self.added.iter().rev().find(of_key).and_then(|added| added.mode)
    }
}

/// Whether `key` holds the words of `sequence` one after the other.
fn holds(key: &str, sequence: &[String]) -> bool {
    let mut rest = words(key);
    loop {
        let mut ahead = rest.clone();
        if sequence
            .iter()
            .all(|own| ahead.next().is_some_and(|word| word.eq_ignore_ascii_case(own)))
        {
            return true;
        }
        if rest.next().is_none() {
            return false;
        }
    }
}

fn is_built_in(key: &str) -> bool {
    let mut found = segments(key).any(|segment| is_word(Lower::of(segment).as_bytes()));
    let (mut first, mut previous, mut count) = (Lower::EMPTY, Lower::EMPTY, 0_usize);
    for word in words(key) {
        let word = Lower::of(word);
        if count == 0 {
            first = word;
        }
        found = found || is_word(word.as_bytes()) || is_pair(previous.as_bytes(), word.as_bytes());
        found = found || (word.as_bytes() == b"token" && !measures_tokens(previous.as_bytes()));
        previous = word;
        count += 1;
    }
    if count == 1 && previous.as_bytes() == b"pin" {
        return true;
    }
    found && !describes(previous.as_bytes()) && !asks(first.as_bytes())
}

/// Whether two words of prose, as in `api key: …`, name a secret together.
pub(super) fn is_sensitive_pair(first: &str, second: &str) -> bool {
    is_pair(Lower::of(first).as_bytes(), Lower::of(second).as_bytes())
}

/// Whether the word before `token` says that a language's or a model's token is meant, not a credential.
pub(super) fn is_token_of_text(before: &str) -> bool {
    measures_tokens(Lower::of(before).as_bytes())
}

/// A word in lower case on the stack; a word too long for the lists is empty.
#[derive(Clone, Copy)]
struct Lower {
    bytes: [u8; LONGEST],
    len: usize,
}

impl Lower {
    const EMPTY: Self = Self {
        bytes: [0; LONGEST],
        len: 0,
    };

    fn of(word: &str) -> Self {
        let mut lower = Self::EMPTY;
        if word.len() <= LONGEST {
            for (to, from) in lower.bytes.iter_mut().zip(word.bytes()) {
                *to = from.to_ascii_lowercase();
            }
            lower.len = word.len();
        }
        lower
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// The parts of a key between its separators, whatever their case: `PassWord` is one.
fn segments(key: &str) -> impl Iterator<Item = &str> {
    key.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric())
}

/// The words of a key: parts between separators, cut again where case or digits begin a new one.
pub(super) fn words(key: &str) -> Words<'_> {
    Words { key, at: 0 }
}

#[derive(Clone)]
pub(super) struct Words<'a> {
    key: &'a str,
    at: usize,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let bytes = self.key.as_bytes();
        let start = self.at + bytes[self.at..].iter().position(|byte| is_part(*byte))?;
        let mut end = start + 1;
        while end < bytes.len() && is_part(bytes[end]) && !begins_word(bytes, end) {
            end += 1;
        }
        self.at = end;
        Some(&self.key[start..end])
    }
}

/// Whether a new word begins at `at` inside a part: `aB`, `a1`, `1a`, and the `Bc` of `ABc`.
fn begins_word(bytes: &[u8], at: usize) -> bool {
    let (before, here) = (bytes[at - 1], bytes[at]);
    let camel = before.is_ascii_lowercase() && here.is_ascii_uppercase();
    let digits = here.is_ascii() && before.is_ascii() && before.is_ascii_digit() != here.is_ascii_digit();
    let after_acronym = before.is_ascii_uppercase()
        && here.is_ascii_uppercase()
        && bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    camel || digits || after_acronym
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_cut_at_separators_case_and_digits() {
        let cut = |key| words(key).collect::<Vec<_>>().join(" ");
        assert_eq!(cut("x-api_key.v2/a b"), "x api key v 2 a b");
        assert_eq!(cut("apiKey"), "api Key");
        assert_eq!(cut("APIKeyID"), "API Key ID");
        assert_eq!(cut("X_API_KEY"), "X API KEY");
        assert_eq!(cut("schlüssel"), "schlüssel");
    }

    #[test]
    fn sensitive_keys_match_however_they_are_written() {
        let keys = "x-api-key|apiKey|X_API_KEY|APIKEY|api key|Authorization|AUTHORIZATION|db.password|\
             accessToken|access_token|ACCESS-TOKEN|password|PassWord|PaSsWoRd|passwd|user.pwd|\
             passphrase|client_secret|clientSecret|credentials|aws_secret_access_key|AWSAccessKeyId|\
             http.request.header.authorization|http.request.header.cookie|\
             http.response.header.set-cookie|x-amz-security-token|session_token|csrf_token|\
             X-XSRF-TOKEN|otp|pin|card.pin|ssn|jwt|bearer|privateKey|private-key|connection_string|\
             ConnectionString|auth_header|password1|secret_2|password_hash|token|api_tokens|\
             credit_card|cvv2|idToken";
        for key in keys.split('|') {
            assert!(KeyRules::new().is_sensitive(key), "{key}");
        }
    }

    #[test]
    fn other_keys_do_not_match() {
        let keys = "|.|prompt_tokens|max_tokens|gen_ai.usage.input_tokens|gen_ai.client.token.usage|\
             gen_ai.token.type|author|authority|tokenizer|session.id|keyboard|monkey|secretary|key|\
             primary_key|partition.key|public_key|time_to_first_token|time_per_output_token|maxTokens|\
             next_page_token|token_count|has_password|password_length|token_type|\
             aws.secretsmanager.secret.arn|cookie.name|compass|passenger|pinned|spinner|opt|user.id|\
             http.request.method|db.query.text|code.function.name|secretsmanager|auth.method";
        for key in keys.split('|') {
            assert!(!KeyRules::new().is_sensitive(key), "{key}");
        }
    }

    #[test]
    fn users_add_by_words_and_allow_by_the_exact_key() {
        let mut rules = KeyRules::new();
        rules.add("pan", None);
        rules.add("customer.tax-id", None);
        rules.allow("login.token");
        assert!(rules.is_sensitive("card.PAN") && rules.is_sensitive("card_pan"));
        assert!(!rules.is_sensitive("company") && !rules.is_sensitive("panel"));
        assert!(rules.is_sensitive("acme.customerTaxId") && !rules.is_sensitive("customer.id"));
        assert!(!rules.is_sensitive("login.token") && rules.is_sensitive("Login.token"));
    }

    proptest! {
        #[test]
        fn any_key_is_judged_without_a_panic(key in ".{0,80}") {
            let mut rules = KeyRules::new();
            rules.add(&key, None);
            let has_words = words(&key).next().is_some();
            prop_assert!(!has_words || rules.is_sensitive(&key));
        }
    }
}
