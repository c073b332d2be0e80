//! Key rules: a key is sensitive by its words, never by a part of a word.
//!
//! In goes a key as anybody writes it (`x-api-key`, `apiKey`, `X_API_KEY`, `db.password`), out comes whether its
//! value must be replaced. `prompt_tokens`, `author` and `keyboard` hold no sensitive word.

/// Longest word that can be in one of the lists below.
const LONGEST: usize = 24;

/// The built-in words, and what a user added or allowed.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyRules {
    /// Word sequences, lower case.
    added: Vec<Vec<String>>,
    /// Exact keys that no key rule applies to.
    allowed: Vec<String>,
}

impl KeyRules {
    pub(super) const fn new() -> Self {
        Self {
            added: Vec::new(),
            allowed: Vec::new(),
        }
    }

    /// Every key that holds these words in this order is sensitive.
    pub(super) fn add(&mut self, key: &str) {
        let sequence: Vec<String> = words(key).map(str::to_ascii_lowercase).collect();
        if !sequence.is_empty() {
            self.added.push(sequence);
        }
    }

    /// This very key is not sensitive.
    pub(super) fn allow(&mut self, key: &str) {
        self.allowed.push(key.to_owned());
    }

    /// Whether the value under this key must be replaced whatever it is. Linear; does not allocate.
    pub(super) fn is_sensitive(&self, key: &str) -> bool {
        if self.allowed.iter().any(|allowed| allowed == key) {
            return false;
        }
        is_built_in(key) || self.added.iter().any(|sequence| holds(key, sequence))
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

/// Words that make a key sensitive wherever they stand.
fn is_word(word: &[u8]) -> bool {
    matches!(
        word,
        b"password"
            | b"passwords"
            | b"passwd"
            | b"pwd"
            | b"passphrase"
            | b"passphrases"
            | b"passcode"
            | b"secret"
            | b"secrets"
            | b"apikey"
            | b"apikeys"
            | b"xapikey"
            | b"authorization"
            | b"credential"
            | b"credentials"
            | b"creds"
            | b"cookie"
            | b"cookies"
            | b"setcookie"
            | b"csrf"
            | b"xsrf"
            | b"otp"
            | b"totp"
            | b"ssn"
            | b"jwt"
            | b"bearer"
            | b"privatekey"
            | b"accesskey"
            | b"secretkey"
            | b"authkey"
            | b"authheader"
            | b"clientsecret"
            | b"accesstoken"
            | b"refreshtoken"
            | b"idtoken"
            | b"sessiontoken"
            | b"authtoken"
            | b"apitoken"
            | b"connectionstring"
            | b"connstr"
            | b"cardnumber"
            | b"creditcard"
            | b"cvv"
            | b"cvc"
            | b"phpsessid"
            | b"jsessionid"
            | b"awsaccesskeyid"
            | b"mnemonic"
    )
}

/// Pairs of words that make a key sensitive together only.
fn is_pair(first: &[u8], second: &[u8]) -> bool {
    match second {
        b"key" | b"keys" => matches!(
            first,
            b"api"
                | b"access"
                | b"private"
                | b"secret"
                | b"signing"
                | b"encryption"
                | b"decryption"
                | b"master"
                | b"auth"
                | b"account"
                | b"shared"
                | b"subscription"
                | b"ssh"
                | b"deploy"
                | b"hmac"
                | b"aes"
                | b"rsa"
                | b"gpg"
                | b"pgp"
                | b"functions"
                | b"app"
                | b"application"
                | b"license"
        ),
        b"tokens" => matches!(
            first,
            b"auth" | b"access" | b"api" | b"refresh" | b"session" | b"bearer"
        ),
        b"header" => first == b"auth",
        b"auth" => matches!(first, b"basic" | b"proxy"),
        b"string" | b"strings" | b"str" => matches!(first, b"connection" | b"conn"),
        b"phrase" => matches!(first, b"pass" | b"seed" | b"recovery" | b"backup"),
        b"word" => first == b"pass",
        b"signature" => first == b"access",
        b"code" | b"codes" => matches!(
            first,
            b"security" | b"recovery" | b"backup" | b"verification" | b"mfa" | b"pin" | b"pass"
        ),
        b"answer" => first == b"security",
        b"security" => first == b"social",
        b"number" => matches!(first, b"card" | b"pin"),
        b"card" => first == b"credit",
        b"sid" => first == b"connect",
        b"pin" => matches!(
            first,
            b"user" | b"card" | b"sim" | b"atm" | b"bank" | b"debit" | b"security"
        ),
        _ => false,
    }
}

/// Words before `token` that make it a piece of text, a measure or a place in a listing.
fn measures_tokens(before: &[u8]) -> bool {
    matches!(
        before,
        b"prompt"
            | b"completion"
            | b"input"
            | b"output"
            | b"cached"
            | b"reasoning"
            | b"total"
            | b"max"
            | b"min"
            | b"per"
            | b"first"
            | b"last"
            | b"next"
            | b"page"
            | b"continuation"
            | b"cancellation"
            | b"eos"
            | b"bos"
            | b"pad"
            | b"unk"
            | b"unknown"
            | b"stop"
            | b"start"
            | b"end"
            | b"special"
            | b"mask"
            | b"sep"
            | b"cls"
            | b"unexpected"
            | b"expected"
            | b"sync"
    )
}

/// Last words that say the value is about the secret and is not the secret.
fn describes(last: &[u8]) -> bool {
    matches!(
        last,
        b"count" | b"counts" | b"usage" | b"used" | b"limit" | b"limits" | b"budget" | b"type" | b"types" | b"length"
            | b"len" | b"size" | b"bytes" | b"expiry" | b"expires" | b"expiration" | b"expired" | b"ttl" | b"age"
            | b"status" | b"policy" | b"url" | b"uri" | b"endpoint" | b"enabled" | b"disabled" | b"present"
            | b"required" | b"valid" | b"invalid" | b"name" | b"names" | b"version" | b"rate" | b"cost" | b"price"
            | b"strength" | b"ratio" | b"arn" | b"source" | b"provider" | b"method" | b"scheme" | b"mode" | b"kind"
            | b"format" | b"algorithm" | b"alg" | b"issuer" | b"audience" | b"scope" | b"scopes" | b"location"
            | b"file" | b"path" | b"dir" | b"store" | b"manager" | b"field" | b"prefix" | b"at" | b"in" | b"on"
            | b"time" | b"date" | b"ms" | b"seconds" | b"second" | b"sec" | b"duration" | b"requested" | b"verified"
            | b"changed" | b"domain" | b"consent" | b"server" | b"service" | b"per" | b"logprobs"
            // `src/token.rs:42`
            | b"rs" | b"py" | b"js" | b"ts" | b"tsx" | b"jsx" | b"java" | b"rb" | b"kt" | b"php" | b"cs" | b"cpp"
    )
}

/// First words of a yes-or-no or a number.
fn asks(first: &[u8]) -> bool {
    matches!(
        first,
        b"has" | b"is" | b"no" | b"needs" | b"requires" | b"use" | b"uses" | b"num" | b"missing"
    )
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
        rules.add("pan");
        rules.add("customer.tax-id");
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
            rules.add(&key);
            let has_words = words(&key).next().is_some();
            prop_assert!(!has_words || rules.is_sensitive(&key));
        }
    }
}
