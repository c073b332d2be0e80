//! URLs: userinfo, and the values of query and fragment parameters that sign or authorise.
//!
//! Follows the HTTP semantic conventions for `url.full` and `url.query`: the key stays, the value becomes
//! `REDACTED`, and userinfo becomes `REDACTED:REDACTED`.

use super::edit::{Form, Hit};
use super::key::KeyRules;
use super::place::Place;
use super::rule::RedactionRule;
use super::work::looked;
use super::{MARK, URL_MARK, mode};
use std::borrow::Cow;

/// Parameters the semantic conventions name, and OAuth's and Azure's of the same use.
const PARAMETERS: [&str; 9] = [
    "AWSAccessKeyId",
    "Signature",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "X-Goog-Signature",
    "X-Goog-Credential",
    "sig",
    "code_verifier",
];

/// How far a malformed authority is followed in search of its `@`.
const MALFORMED: usize = 128;

/// What an attribute holds of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Full,
    /// A query or a fragment alone.
    Query,
}

/// Which part of a URL the attribute with this key holds.
pub(super) fn part(key: &str) -> Option<Part> {
    match key {
        "url.query" | "url.fragment" => Some(Part::Query),
        "http.url" | "http.target" | "http.request.header.referer" | "http.response.header.location" => {
            Some(Part::Full)
        }
        _ => key.starts_with("url.").then_some(Part::Full),
    }
}

/// What authorises in the URL, or in its query.
pub(super) fn hits(text: &str, part: Part, keys: &KeyRules) -> Vec<Hit> {
    let mut hits = Vec::new();
    let bytes = text.as_bytes();
    let mut query = 0;
    if part == Part::Full {
        hits.extend(
            text.find("//")
                .and_then(|at| userinfo_at(bytes, at + 2, Around::Nothing)),
        );
        query = hits.last().map_or(0, |hit| hit.end);
        match bytes[query..].iter().position(|byte| matches!(byte, b'?' | b'#')) {
            Some(at) => query += at + 1,
            None => query = bytes.len(),
        }
    }
    parameters(text, query, keys, &mut hits);
    hits
}

/// Adds the values of sensitive parameters from `from` on. `?` and `#` begin another list of parameters.
fn parameters(text: &str, from: usize, keys: &KeyRules, hits: &mut Vec<Hit>) {
    let mut at = from;
    for pair in text[from..].split(['&', ';', '?', '#']) {
        if let Some((name, value)) = pair.split_once('=') {
            let start = at + name.len() + 1;
            // What follows a mark of ours is for the value rules.
            let hidden = value.is_empty()
                || mode::is_mark(value)
                || value.trim_start_matches(['"', '\\']).starts_with(MARK);
            if !hidden && is_sensitive_parameter(name, keys) {
                let mut hit = Hit::new(start, start + value.len(), RedactionRule::Url).with_form(Form::Url);
                hit.mode = keys.mode_of(name);
                hits.push(hit);
            }
        }
        at += pair.len() + 1;
    }
}

/// Whether the value of this query parameter is hidden. The name may be percent-encoded.
pub(super) fn is_sensitive_parameter(name: &str, keys: &KeyRules) -> bool {
    let name = decoded(name);
    PARAMETERS.iter().any(|own| name.eq_ignore_ascii_case(own)) || keys.is_sensitive(&name)
}

fn decoded(name: &str) -> Cow<'_, str> {
    if !name.contains('%') {
        return Cow::Borrowed(name);
    }
    let (bytes, mut out, mut at) = (name.as_bytes(), Vec::with_capacity(name.len()), 0);
    while at < bytes.len() {
        let digit = |n: usize| bytes.get(at + n).and_then(|byte| char::from(*byte).to_digit(16));
        match (bytes[at], digit(1), digit(2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// The userinfo of a URL inside a text; the place is its scheme.
pub(super) fn userinfo(place: Place<'_>) -> Option<Hit> {
    if !place.begins_run() {
        return None;
    }
    let bytes = place.bytes();
    let rest = &bytes[place.run_end..];
    let skip = [&b"://"[..], b":\\/\\/", b"%3A%2F%2F"]
        .iter()
        .find(|separator| rest.starts_with(separator))?
        .len();
    let start = place.run_end + skip;
    let hit = match bytes[start - 1] {
        b'F' => encoded_userinfo_at(bytes, start),
        _ => userinfo_at(bytes, start, Around::Text),
    }?;
    // `git@` is everybody's.
    (&bytes[hit.start..hit.end] != b"git").then_some(hit)
}

/// As [`userinfo_at`], in a URL that is a parameter of another: `%40` is `@` there, and `%2F` is `/`.
fn encoded_userinfo_at(bytes: &[u8], start: usize) -> Option<Hit> {
    let rest = &bytes[start..];
    let authority = |at: &usize| {
        let byte = rest[*at];
        let ends = byte == b'%'
            && [&b"%2F"[..], b"%2f", b"%3F", b"%3f", b"%23"]
                .iter()
                .any(|end| rest[*at..].starts_with(end));
        !ends && !byte.is_ascii_whitespace() && !b"\"'`<>&/?#".contains(&byte)
    };
    let length = (0..rest.len()).take_while(authority).count();
    looked(length);
    let authority = &rest[..length];
    let encoded = authority.windows(3).rposition(|part| part == b"%40");
    let end = encoded.max(authority.iter().rposition(|byte| *byte == b'@'))?;
    let info = &authority[..end];
    let pair = info.contains(&b':') || info.windows(3).any(|part| part.eq_ignore_ascii_case(b"%3a"));
    (end > 0 && !is_mark(info))
        .then(|| Hit::new(start, start + end, RedactionRule::Url).with_form(Form::Userinfo { pair }))
}

fn is_mark(info: &[u8]) -> bool {
    info == b"REDACTED:REDACTED" || info == URL_MARK.as_bytes()
}

/// What a URL stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    /// An attribute of its own: a quote is a part of it.
    Nothing,
    Text,
}

/// The userinfo of the authority that begins at `start`.
fn userinfo_at(bytes: &[u8], start: usize, around: Around) -> Option<Hit> {
    let rest = &bytes[start..];
    let quote = |byte: &u8| around == Around::Text && matches!(byte, b'"' | b'`' | b'<' | b'>');
    let outside = |byte: &u8| byte.is_ascii_whitespace() || quote(byte);
    let length = rest
        .iter()
        .position(|byte| {
            let single = around == Around::Text && *byte == b'\'';
            outside(byte) || single || matches!(byte, b'/' | b'?' | b'#' | b'\\')
        })
        .unwrap_or(rest.len());
    looked(length);
    let mut at = rest[..length].iter().rposition(|byte| *byte == b'@');
    if at.is_none() && has_bad_port(rest, length) {
        // `user:p/ss@host`: a password that should have been encoded; `user:p'ss@host`: one that need not be.
        let more = rest
            .iter()
            .take(length + MALFORMED)
            .take_while(|byte| !outside(byte))
            .count();
        at = rest[..more].iter().rposition(|byte| *byte == b'@');
    }
    let end = at.filter(|at| *at > 0)?;
    let info = &rest[..end];
    if is_mark(info) {
        return None;
    }
    Some(
        Hit::new(start, start + end, RedactionRule::Url).with_form(Form::Userinfo {
            pair: info.contains(&b':'),
        }),
    )
}

/// Whether what follows the first colon of the authority, which has this length, cannot be a port.
fn has_bad_port(rest: &[u8], length: usize) -> bool {
    let authority = &rest[..length];
    let Some(colon) = authority.iter().position(|byte| *byte == b':') else {
        return false;
    };
    let port = &authority[colon + 1..];
    let quoted = port.is_empty() && rest.get(length) == Some(&b'\'');
    !authority.starts_with(b"[") && (quoted || !port.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::super::{Rules, edit};
    use super::*;

    fn clean(text: &str, part: Part) -> String {
        let rules = Rules::new();
        edit::apply(text, &hits(text, part, &rules.keys), text.len(), &rules.modes).into_owned()
    }

    fn full(text: &str) -> String {
        clean(text, Part::Full)
    }

    #[test]
    fn userinfo_is_hidden() {
        assert_eq!(
            full("https://bob:hunter2@example.com/a"),
            "https://REDACTED:REDACTED@example.com/a"
        );
        assert_eq!(full("https://token@example.com"), "https://REDACTED@example.com");
        assert_eq!(
            full("redis://:hunter2@cache:6379/0"),
            "redis://REDACTED:REDACTED@cache:6379/0"
        );
        assert_eq!(full("amqp://a:p@ss@host/v"), "amqp://REDACTED:REDACTED@host/v");
        assert_eq!(full("amqp://a:p/s?s@host/v"), "amqp://REDACTED:REDACTED@host/v");
        // Found by fuzzing: a quote may stand in a password.
        assert_eq!(full("amqp://a:'1\"s@host/v"), "amqp://REDACTED:REDACTED@host/v");
    }

    #[test]
    fn parameters_keep_their_key() {
        assert_eq!(
            full("https://s3/x?X-Amz-Signature=ab12&part=1&X-Amz-Credential=AK%2F1&sig=z&AWSAccessKeyId=A"),
            "https://s3/x?X-Amz-Signature=REDACTED&part=1&X-Amz-Credential=REDACTED&sig=REDACTED&AWSAccessKeyId=REDACTED"
        );
        assert_eq!(full("/cb?api%5Fkey=1&page=2"), "/cb?api%5Fkey=REDACTED&page=2");
        assert_eq!(
            full("https://a/cb#access_token=xyz&state=1"),
            "https://a/cb#access_token=REDACTED&state=1"
        );
        assert_eq!(
            full("https://a/#/cb?id_token=xyz"),
            "https://a/#/cb?id_token=REDACTED"
        );
        let query = clean("token=a&q=b;password=c", Part::Query);
        assert_eq!(query, "token=REDACTED&q=b;password=REDACTED");
    }

    #[test]
    fn other_urls_stay() {
        for url in [
            "",
            "/",
            "https://example.com/a?q=1&max_tokens=5#top",
            "http://[::1]:8080/x",
            "https://medium.com/@user",
            "https://example.com:443/@scope/pkg?page_token=3",
            "ftp://host/a;type=i",
        ] {
            assert_eq!(full(url), url);
        }
    }
}
