//! Pairs inside a text whose key is sensitive: `password=…`, `"apiKey": "…"`, `--token …`, `Cookie: …`.
//!
//! Finds the key at the start of a run, what separates it from its value, and hands both to [`value`](super::value),
//! which knows where a value ends.

use super::edit::{Form, Hit};
use super::place::Place;
use super::quote::{Quote, quote_at};
use super::rule::RedactionRule;
use super::value::{self, Ends, Found};
use super::{key, url};

/// What lies between a key and its value.
struct Separated {
    /// Where the value begins, before any white space.
    value: usize,
    /// The key's closing quote.
    quote: Option<Quote>,
    kind: Separator,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    Equals,
    Colon,
    /// `%3D` or `%3A`
    Encoded,
    /// `<password>…</password>`
    Element,
    /// `--password …`
    Flag,
    /// `("password", "…")`
    Tuple,
}

/// The value of a pair whose key is sensitive.
pub(super) fn pair(place: Place<'_>) -> Option<Hit> {
    if !place.begins_run() {
        return None;
    }
    let bytes = place.bytes();
    // Prose: a word, a space, a word.
    let prose = bytes[place.run_end] == b' '
        && bytes
            .get(place.run_end + 1)
            .is_some_and(u8::is_ascii_alphanumeric);
    if prose && place.at.checked_sub(1).is_none_or(|before| bytes[before] != b'-') {
        return None;
    }
    let separated = separator(place)?;
    let parameter = separated.kind == Separator::Equals
        && place.at > 0
        && matches!(bytes[place.at - 1], b'?' | b'&' | b'#');
    let query = parameter && url::is_sensitive_parameter(place.run(), place.keys);
    if !query && !is_sensitive(place, separated.kind) {
        return None;
    }
    let ends = match separated.kind {
        Separator::Encoded => Ends::Encoded,
        Separator::Element => Ends::Element,
        Separator::Tuple => Ends::Quoted,
        _ if is_header(place.run()) => Ends::Line,
        Separator::Flag => Ends::Word,
        Separator::Colon => Ends::Prose,
        Separator::Equals => Ends::Parameter,
    };
    let found = value::find(place.text, separated.value, ends, place.run())?;
    if separated.kind == Separator::Tuple && key::words(&place.text[found.start..found.end]).count() == 1 {
        // Two names beside each other are a list of names.
        let other = &place.text[found.start..found.end];
        if place.keys.is_sensitive(other) {
            return None;
        }
    }
    Some(hit(place, found, separated.quote, query))
}

fn hit(place: Place<'_>, found: Found, key: Option<Quote>, query: bool) -> Hit {
    let form = match key {
        _ if query => Form::Url,
        // A bare value under a key in double quotes is JSON's, and so must the mark be.
        Some(Quote {
            mark: b'"',
            slashes: slashes @ 0..=1,
        }) if found.bare => Form::Quoted(slashes as u8),
        _ => Form::Bare,
    };
    let rule = if query {
        RedactionRule::Url
    } else {
        RedactionRule::Key
    };
    let mut hit = Hit::new(found.start, found.end, rule).with_form(form);
    hit.mode = place.keys.mode_of(place.run());
    hit
}

/// Whether the run, or the run with the word before it, is a sensitive key.
fn is_sensitive(place: Place<'_>, kind: Separator) -> bool {
    let run = place.run();
    let before = place.before.map(|(start, end)| &place.text[start..end]);
    if place.keys.is_sensitive(run) {
        let of_text = run.eq_ignore_ascii_case("token") && before.is_some_and(key::is_token_of_text);
        return !of_text;
    }
    // `api key: …`
    kind == Separator::Colon && before.is_some_and(|before| key::is_sensitive_pair(before, run))
}

/// Headers whose value is the rest of the line.
fn is_header(run: &str) -> bool {
    ["authorization", "proxy-authorization", "cookie", "set-cookie"]
        .iter()
        .any(|name| {
            let cut = run.len().wrapping_sub(name.len());
            run.get(cut..).is_some_and(|end| end.eq_ignore_ascii_case(name))
        })
}

fn separator(place: Place<'_>) -> Option<Separated> {
    let bytes = place.bytes();
    let byte = |at: usize| bytes.get(at).copied();
    let mut at = place.run_end;
    let quote = quote_at(bytes, at);
    if let Some(quote) = quote {
        at += quote.slashes + 1;
    }
    // `user[password]=…`, `config["password"] = …`, `**Password**: …`
    at += bytes[at..]
        .iter()
        .take(2)
        .take_while(|b| matches!(b, b']' | b'*'))
        .count();
    let opened = place.at.checked_sub(1).map(|i| bytes[i]);
    if byte(at) == Some(b'>') && opened == Some(b'<') {
        return Some(Separated {
            value: at + 1,
            quote,
            kind: Separator::Element,
        });
    }
    let gap = bytes[at..]
        .iter()
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count();
    let after = at + gap;
    let (skip, kind) = match byte(after)? {
        b'=' if matches!(byte(after + 1), Some(b'=' | b'>')) => (2, Separator::Equals),
        b'=' => (1, Separator::Equals),
        b':' if byte(after + 1) == Some(b':') || bytes[after + 1..].starts_with(b"//") => return None,
        b':' if byte(after + 1) == Some(b'=') => (2, Separator::Equals),
        b':' => (1, Separator::Colon),
        b'%' if bytes[after + 1..].starts_with(b"3D") || bytes[after + 1..].starts_with(b"3d") => {
            (3, Separator::Encoded)
        }
        b'%' if bytes[after + 1..].starts_with(b"3A") || bytes[after + 1..].starts_with(b"3a") => {
            (3, Separator::Encoded)
        }
        b',' if quote.is_some_and(|quote| is_tuple(bytes, place.at, quote)) => (1, Separator::Tuple),
        _ if gap > 0 && quote.is_none() && is_flag(bytes, place.at) => (0, Separator::Flag),
        _ => return None,
    };
    Some(Separated {
        value: after + skip,
        quote,
        kind,
    })
}

/// Whether the quoted key that begins at `at` opens a tuple or a list: `("`.
fn is_tuple(bytes: &[u8], at: usize, quote: Quote) -> bool {
    at.checked_sub(quote.slashes + 2)
        .is_some_and(|before| matches!(bytes[before], b'(' | b'[') && bytes[at - 1] == quote.mark)
}

/// Whether the word at `at` is a command line's `--flag` or `-flag`.
fn is_flag(bytes: &[u8], at: usize) -> bool {
    let dashes = bytes[..at]
        .iter()
        .rev()
        .take(2)
        .take_while(|byte| **byte == b'-')
        .count();
    let before = at.checked_sub(dashes + 1).map(|i| bytes[i]);
    dashes > 0
        && before.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'('))
}
