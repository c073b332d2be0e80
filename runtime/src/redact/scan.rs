//! Value rules: one pass over a text, in which a word's first byte and the byte after its run say which detectors
//! are worth asking.
//!
//! A detector looks a bounded distance ahead unless it hits, and what it hit is not looked at again; so the pass
//! is linear whatever the text. A further kind of secret is one more function in [`DETECTORS`].

use super::edit::{self, Hit};
use super::place::Place;
use super::quote::quote_at;
use super::rule::{RedactionRule, Redactions, RuleSet};
use super::work::looked;
use super::{Rules, address, iban, number, pair, token, url};
use crate::capture::{CUT, WAS_CUT};
use std::borrow::Cow;

/// A kind of secret: the rule that must be on, at which places it can begin, and what tells it.
struct Detector {
    rule: RedactionRule,
    places: u16,
    find: fn(Place<'_>) -> Option<Hit>,
}

// Places that the first byte of a word tells.
const PREFIX: u16 = 1;
const LOWER_E: u16 = 1 << 1;
const UPPER_B: u16 = 1 << 2;
const BOT: u16 = 1 << 3;
const SCHEME: u16 = 1 << 4;
const DIGIT: u16 = 1 << 5;
const UPPER: u16 = 1 << 6;
const HEX: u16 = 1 << 7;
// Places that the byte after a run tells, for the run's first word.
const PAIR: u16 = 1 << 8;
const COLON: u16 = 1 << 9;
const SIGN: u16 = 1 << 10;

const fn detector(rule: RedactionRule, places: u16, find: fn(Place<'_>) -> Option<Hit>) -> Detector {
    Detector { rule, places, find }
}

/// Asked in this order; the first hit wins.
const DETECTORS: [Detector; 13] = [
    detector(RedactionRule::ApiKey, PREFIX, token::prefixed),
    detector(RedactionRule::Jwt, LOWER_E, token::jwt),
    detector(RedactionRule::PrivateKey, UPPER_B, token::private_key),
    detector(RedactionRule::ApiKey, BOT, token::telegram),
    detector(RedactionRule::Authorization, SCHEME, token::scheme),
    detector(RedactionRule::Card, DIGIT, number::card),
    detector(RedactionRule::Ssn, DIGIT, number::ssn),
    detector(RedactionRule::Iban, UPPER, iban::iban),
    detector(RedactionRule::Url, COLON, url::userinfo),
    detector(RedactionRule::Key, PAIR, pair::pair),
    detector(RedactionRule::Email, SIGN, address::email),
    detector(RedactionRule::Phone, DIGIT, number::phone),
    detector(RedactionRule::Ip, HEX, address::ip),
];

/// The detectors that are asked at these places, by their bits.
const fn asked(places: u16) -> u16 {
    let (mut mask, mut at) = (0, 0);
    while at < DETECTORS.len() {
        if DETECTORS[at].places & places != 0 {
            mask |= 1 << at;
        }
        at += 1;
    }
    mask
}

/// The detectors whose rule is on.
fn enabled(set: RuleSet) -> u16 {
    let on = |(at, detector): (usize, &Detector)| u16::from(set.has(detector.rule)) << at;
    DETECTORS.iter().enumerate().map(on).sum()
}

/// Detectors by the first byte of a word.
static FIRST: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_usize;
    while byte < 256 {
        let own = byte as u8;
        let mut places = 0;
        if token::begins_prefix(own) {
            places |= PREFIX;
        }
        if own.is_ascii_digit() {
            places |= DIGIT | BOT;
        }
        if own.is_ascii_uppercase() {
            places |= UPPER;
        }
        if own.is_ascii_hexdigit() {
            places |= HEX;
        }
        places |= match own {
            b'e' => LOWER_E,
            b'B' => UPPER_B | SCHEME,
            b'b' => BOT | SCHEME,
            _ => 0,
        };
        table[byte] = asked(places);
        byte += 1;
    }
    table
};

/// Detectors by the byte after a run.
static AFTER: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_usize;
    while byte < 256 {
        table[byte] = asked(match byte as u8 {
            b':' => PAIR | COLON,
            b'%' => PAIR | COLON | SIGN,
            b'"' | b'`' | b'\\' | b']' | b'*' | b'>' | b' ' | b'\t' | b'=' => PAIR,
            b'\'' => PAIR | SIGN,
            b'@' | b'+' | 0x80.. => SIGN,
            _ => 0,
        });
        byte += 1;
    }
    table
};

/// Whether a text is too short for any token and has nothing that could part a key from its value: most values are
/// such, and need no more than this look.
pub(super) fn is_plain(text: &str, set: RuleSet) -> bool {
    text.len() < SHORTEST_TOKEN
        && !set.has(RedactionRule::Ip)
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/'))
}

/// Most bytes between a key and its value's quote, and of a key, where a value's end is doubted.
const LONGEST_SEPARATOR: usize = 16;
const LONGEST_KEY: usize = 64;

/// No detector takes a token below this for one, but for IP addresses.
const SHORTEST_TOKEN: usize = 11;

/// Bytes that a text loses at its end where it was cut: what began there may be a secret's beginning.
pub(super) const UNCERTAIN: usize = 1024;

/// The text without what the rules by value find.
///
/// A mark beside the rest of a text may make a match that was none before (a bracket ends a run), so a text that was
/// changed is read again, a fixed number of times.
pub(super) fn redact<'a>(text: &'a str, rules: &Rules, counts: &mut Redactions) -> Cow<'a, str> {
    if is_plain(text, rules.set) {
        return Cow::Borrowed(text);
    }
    let (whole, cut) = match text.strip_suffix(CUT) {
        Some(begun) => (begun, true),
        None => (text, false),
    };
    let end = if cut {
        // A text with a smaller bound than a captured value loses half.
        whole.floor_char_boundary(whole.len() - UNCERTAIN.min(whole.len() / 2))
    } else {
        whole.len()
    };
    let mut clean = replace(whole, end, rules, cut, counts);
    const AGAIN: usize = 4;
    for _ in 0..AGAIN {
        let Some(owned) = clean.1.then_some(&*clean.0) else {
            break;
        };
        let again = replace(owned, owned.len(), rules, false, counts);
        clean = (Cow::Owned(again.0.into_owned()), again.1);
    }
    match (clean.0, cut) {
        (clean, false) => clean,
        (clean, true) => Cow::Owned(clean.into_owned() + WAS_CUT),
    }
}

/// One pass; says whether anything was found before `end`, where the text ends.
fn replace<'a>(
    text: &'a str,
    end: usize,
    rules: &Rules,
    cut: bool,
    counts: &mut Redactions,
) -> (Cow<'a, str>, bool) {
    let mut hits = hits(text, rules, cut);
    hits.retain(|hit| hit.start < end);
    hits.iter().for_each(|hit| counts.count(hit.rule));
    (edit::apply(text, &hits, end, &rules.modes), !hits.is_empty())
}

/// All that the rules find, in order and without overlaps. `cut` says that the text's end was cut off.
fn hits(text: &str, rules: &Rules, cut: bool) -> Vec<Hit> {
    let bytes = text.as_bytes();
    let mut hits: Vec<Hit> = Vec::new();
    let enabled = enabled(rules.set);
    // What is before the word, and where an escape ends that its letters follow.
    let (mut at, mut run, mut before, mut escaped) = (0, (0, 0), None, usize::MAX);
    while let Some(byte) = bytes.get(at).copied() {
        if !is(byte, WORD) {
            escaped = match byte {
                b'\\' | b'%' => escape_end(bytes, at).unwrap_or(escaped),
                _ => escaped,
            };
            at += 1;
            continue;
        }
        let soft = at == escaped;
        if at >= run.1 {
            let adjacent = run.1 > 0 && run.1 + 1 == at && bytes[run.1] == b' ';
            before = adjacent.then_some(run);
            run = (at, run_end(bytes, at));
            looked(run.1 - at);
        } else if soft {
            run.0 = at;
            before = None;
        }
        let after = match bytes.get(run.1) {
            Some(after) if at == run.0 => AFTER[usize::from(*after)],
            _ => 0,
        };
        let detectors = (FIRST[usize::from(byte)] | after) & enabled;
        let place = Place {
            text,
            keys: &rules.keys,
            rules: rules.set,
            at,
            soft,
            run_start: run.0,
            run_end: run.1,
            before,
            cut,
        };
        match ask(place, detectors) {
            Some(mut hit) => {
                let known = hits.last().map_or(0, |last| last.end);
                let begins = hit.start;
                hit.start = begins.max(known);
                at = hit.end.max(known).max(at + 1);
                escaped = (at..at + 3)
                    .find(|at| follows_escape(bytes, *at))
                    .unwrap_or(usize::MAX);
                if at != escaped && bytes[at - 1].is_ascii_alphanumeric() {
                    at = word_end(bytes, at, escaped);
                }
                if hit.end > known {
                    hits.push(hit);
                    at = doubted_key(bytes, begins.max(known).max(place.at + 1), hit.end).unwrap_or(at);
                }
            }
            None => at = word_end(bytes, at, escaped),
        }
    }
    hits
}

/// Where a key may begin whose value a quote opens that was taken for the end of another value, which began at `from`:
/// in `token='\nAPI_KEY='secret'` the first value is no longer than its line. A quote that a comma or the like follows
/// did close.
fn doubted_key(bytes: &[u8], from: usize, end: usize) -> Option<usize> {
    let quote = quote_at(bytes, end)?;
    let after = bytes.get(end + quote.slashes + 1)?;
    if after.is_ascii_whitespace() || b",;:.&)]}>\\".contains(after) {
        return None;
    }
    let back = |end: usize, most: usize, class: u8| {
        let before = bytes[from..end].iter().rev().take(most);
        end - before
            .take_while(|byte| is(**byte, RUN) == (class == RUN))
            .count()
    };
    let separator = back(end, LONGEST_SEPARATOR, 0);
    let mut key = back(separator, LONGEST_KEY, RUN);
    if key == separator || separator == end {
        return None;
    }
    if key > from && bytes[key - 1] == b' ' {
        // `api key: …`
        key = back(key - 1, LONGEST_KEY, RUN);
    }
    // The letters of an escape are none of the key's.
    let escape = key > from && matches!(bytes[key - 1], b'\\' | b'%');
    Some(key - usize::from(escape))
}

#[inline]
fn ask(place: Place<'_>, mut detectors: u16) -> Option<Hit> {
    while detectors != 0 {
        looked(1);
        let hit = (DETECTORS[detectors.trailing_zeros() as usize].find)(place);
        if hit.is_some() {
            return hit;
        }
        detectors &= detectors - 1;
    }
    None
}

/// Where the letters and digits from `at` on end, or an escape among them.
fn word_end(bytes: &[u8], at: usize, escaped: usize) -> usize {
    let length = bytes[at..].iter().take_while(|byte| is(**byte, WORD)).count();
    if escaped > at {
        escaped.min(at + length)
    } else {
        at + length
    }
}

/// Where the escape (`\n`, `%20`) ends that begins here.
fn escape_end(bytes: &[u8], at: usize) -> Option<usize> {
    [2, 3]
        .map(|length| at + length)
        .into_iter()
        .find(|end| follows_escape(bytes, *end))
}

/// Whether what is just before belongs to an escape, so that a word begins here.
fn follows_escape(bytes: &[u8], at: usize) -> bool {
    let back = |n: usize| at.checked_sub(n).and_then(|at| bytes.get(at).copied());
    let letter = back(2) == Some(b'\\') && back(1).is_some_and(|byte| b"nrtbf".contains(&byte));
    let percent = back(3) == Some(b'%')
        && back(2).is_some_and(|byte| byte.is_ascii_hexdigit())
        && back(1).is_some_and(|byte| byte.is_ascii_hexdigit());
    letter || percent
}

fn run_end(bytes: &[u8], from: usize) -> usize {
    from + bytes[from..].iter().take_while(|byte| is(**byte, RUN)).count()
}

/// Letters and digits.
const WORD: u8 = 1;
/// What a run is made of.
const RUN: u8 = 2;

static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_usize;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => WORD | RUN,
            b'_' | b'.' | b'-' => RUN,
            _ => 0,
        };
        byte += 1;
    }
    table
};

#[inline]
fn is(byte: u8, class: u8) -> bool {
    CLASS[usize::from(byte)] & class != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn what_is_plain_has_no_hit(text in "(sk-|ghp_|eyJ|AKIA|hf_|xox[abp]-|glpat-|pk_live_|npm_|password|token|--|[0-9]{3}-[0-9]{2}-)?[A-Za-z0-9_./-]{0,15}") {
            let rules = Rules::new();
            prop_assert!(!is_plain(&text, rules.set) || hits(&text, &rules, false).is_empty(), "{}", text);
        }
    }
}
