//! Value rules: one pass over a text, with every detector asked at each word's start.
//!
//! A detector looks a bounded distance ahead unless it hits, and what it hit is not looked at again; so the pass
//! is linear whatever the text. A further kind of secret is one more function in [`DETECTORS`].

use super::edit::{self, Hit};
use super::key::KeyRules;
use super::place::Place;
use super::{pair, token, url};
use std::borrow::Cow;

type Detector = fn(Place<'_>) -> Option<Hit>;

/// Asked in this order; the first hit wins.
const DETECTORS: [Detector; 7] = [
    token::prefixed,
    token::jwt,
    token::private_key,
    token::telegram,
    token::scheme,
    url::userinfo,
    pair::pair,
];

/// The text without what the value rules find, and how many places were replaced.
///
/// A mark beside the rest of a text may make a match that was none before (a bracket ends a run), so a text that was
/// changed is read again, a fixed number of times.
pub(super) fn redact<'a>(text: &'a str, keys: &KeyRules) -> (Cow<'a, str>, u64) {
    if is_plain(text) {
        return (Cow::Borrowed(text), 0);
    }
    const AGAIN: usize = 4;
    let first = hits(text, keys);
    let mut clean = edit::apply(text, &first);
    let mut count = first.len() as u64;
    let mut last = first.len();
    for _ in 0..AGAIN {
        if last == 0 {
            break;
        }
        let more = hits(&clean, keys);
        last = more.len();
        count += more.len() as u64;
        if last > 0 {
            clean = Cow::Owned(edit::apply(&clean, &more).into_owned());
        }
    }
    (clean, count)
}

/// Whether a text is too short for any token and has nothing that could part a key from its value: most values are
/// such, and need no more than this look.
fn is_plain(text: &str) -> bool {
    text.len() < SHORTEST_TOKEN
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/'))
}

/// No detector takes a token below this for one.
const SHORTEST_TOKEN: usize = 12;

fn hits(text: &str, keys: &KeyRules) -> Vec<Hit> {
    let bytes = text.as_bytes();
    let mut hits: Vec<Hit> = Vec::new();
    let (mut at, mut run, mut before) = (0, (0, 0), None);
    while at < bytes.len() {
        let soft = follows_escape(bytes, at);
        if !bytes[at].is_ascii_alphanumeric() || !(soft || begins_word(bytes, at)) {
            at += 1;
            continue;
        }
        if at >= run.1 {
            let adjacent = run.1 > 0 && run.1 + 1 == at && bytes[run.1] == b' ';
            before = adjacent.then_some(run);
            run = (at, run_end(bytes, at));
        } else if soft {
            run.0 = at;
            before = None;
        }
        let place = Place {
            text,
            keys,
            at,
            run_start: run.0,
            run_end: run.1,
            before,
        };
        match DETECTORS.iter().find_map(|detect| detect(place)) {
            Some(mut hit) => {
                hit.start = hit.start.max(hits.last().map_or(0, |last| last.end));
                at = hit.end.max(at + 1);
                hits.push(hit);
            }
            None => at += 1,
        }
    }
    hits
}

fn begins_word(bytes: &[u8], at: usize) -> bool {
    at == 0 || !bytes[at - 1].is_ascii_alphanumeric()
}

/// Whether a letter or digit just before belongs to an escape (`\n`, `%20`), so that a word begins here.
fn follows_escape(bytes: &[u8], at: usize) -> bool {
    let back = |n: usize| at.checked_sub(n).map(|i| bytes[i]);
    let letter = back(2) == Some(b'\\') && back(1).is_some_and(|b| b"nrtbf".contains(&b));
    let percent = back(3) == Some(b'%')
        && back(2).is_some_and(|b| b.is_ascii_hexdigit())
        && back(1).is_some_and(|b| b.is_ascii_hexdigit());
    letter || percent
}

fn run_end(bytes: &[u8], from: usize) -> usize {
    from + bytes[from..].iter().take_while(|byte| is_run(**byte)).count()
}

fn is_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn what_is_plain_has_no_hit(text in "(sk-|ghp_|eyJ|AKIA|hf_|xox[abp]-|glpat-|pk_live_|npm_|password|token|--)?[A-Za-z0-9_./-]{0,15}") {
            prop_assert!(!is_plain(&text) || hits(&text, &KeyRules::default()).is_empty(), "{}", text);
        }
    }
}
