//! Where the value of a pair inside a text ends. In doubt it ends later: too much is replaced, never too little.

use super::mode;
use super::quote::{Quote, quote_at};
use super::work::looked;

/// How a value that is not quoted ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// At white space.
    Word,
    /// At white space; a word such as `required` is an answer and no value.
    Prose,
    /// At the line's end.
    Line,
    /// At white space, and in a URL at `#` too.
    Parameter,
    /// At `%26` too.
    Encoded,
    /// At the closing tag.
    Element,
    /// It must be quoted.
    Quoted,
}

/// A value's range without its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it is a number, a word or a structure, and not quoted.
    pub(super) bare: bool,
}

/// How far before a parameter its URL's scheme is looked for.
const URL: usize = 256;

/// Longest name looked for after a separator, as in `,user=`.
const NAME: usize = 64;

/// The value that begins at `from` or after white space; `None` where there is none to hide.
pub(super) fn find(text: &str, from: usize, ends: Ends, key: &str) -> Option<Found> {
    let bytes = text.as_bytes();
    if ends == Ends::Element {
        let end = bytes[from..]
            .iter()
            .position(|byte| *byte == b'<')
            .map_or(bytes.len(), |n| from + n);
        return found(text, from, end, false, Ends::Word, key);
    }
    let space = bytes[from..]
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    let start = from + space;
    let first = *bytes.get(start)?;
    let new_line = bytes[from..start].contains(&b'\n');
    if let Some((quote, content)) = opening(bytes, start) {
        let end = closing(bytes, content, quote);
        return found(text, content, end, false, ends, key);
    }
    if ends == Ends::Quoted {
        return None;
    }
    let mark = mode::mark_length(&text[start..]);
    let marked = mark > 0;
    if matches!(first, b'{' | b'[') && !marked {
        let end = bare_end(bytes, balanced(bytes, start), ends == Ends::Encoded);
        return found(text, start, end, true, ends, key);
    }
    if new_line
        || (matches!(ends, Ends::Word | Ends::Parameter)
            && space > 0
            && first == b'-'
            && !key.is_empty()
            && is_next_flag(bytes, start))
    {
        return None;
    }
    let end = match ends {
        Ends::Line => line_end(bytes, start + mark),
        _ => bare_end(bytes, start + mark, ends == Ends::Encoded),
    };
    let end = if marked || ends == Ends::Line {
        end
    } else {
        extended(bytes, start, end)
    };
    let end = match ends {
        Ends::Parameter => before_fragment(bytes, start, mark, end),
        _ => end,
    };
    found(text, start, end, true, ends, key)
}

fn found(text: &str, start: usize, end: usize, bare: bool, ends: Ends, key: &str) -> Option<Found> {
    looked(end - start);
    let value = &text[start..end];
    (!is_nothing(value, bare, ends, key)).then_some(Found { start, end, bare })
}

/// Values that hide nothing: none, a mark of ours, a placeholder.
fn is_nothing(value: &str, bare: bool, ends: Ends, key: &str) -> bool {
    let placeholder = match value.as_bytes() {
        [b'?' | b'$', rest @ ..] => rest.len() < 4 && rest.iter().all(u8::is_ascii_digit) && (value != "$"),
        [b':' | b'@', ..] => {
            let last = key.rsplit('.').next().unwrap_or(key);
            value[1..].eq_ignore_ascii_case(last)
        }
        _ => value == "%s",
    };
    let ours = mode::is_mark(value);
    let empty = matches!(value, "" | "null" | "None" | "nil" | "undefined" | "\"\"");
    let answer = bare
        && (ends == Ends::Prose || ends == Ends::Line)
        && matches!(
            value.trim_end_matches(['.', '!']),
            "required"
                | "missing"
                | "invalid"
                | "expired"
                | "empty"
                | "denied"
                | "granted"
                | "failed"
                | "ok"
                | "optional"
                | "string"
                | "String"
                | "str"
                | "&str"
                | "is"
                | "not"
                | "must"
                | "expected"
        );
    placeholder || ours || empty || answer
}

/// Whether the next thing on a command line is another flag and no value.
fn is_next_flag(bytes: &[u8], at: usize) -> bool {
    bytes[at..].starts_with(b"--") || bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic)
}

/// The quote a value opens with, also after a letter or two as in `r"…"`, and where its content begins.
fn opening(bytes: &[u8], at: usize) -> Option<(Quote, usize)> {
    let prefix = bytes[at..]
        .iter()
        .take(2)
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let quote = quote_at(bytes, at + prefix)?;
    let content = at + prefix + quote.slashes + 1;
    // `'X-Api-Key: a'`: this one closes.
    (prefix == 0 || !closes(bytes, at + prefix)).then_some((quote, content))
}

/// Where the quoted content that begins at `from` ends: before the same quote at the same depth of escapes, or at
/// the text's end.
fn closing(bytes: &[u8], from: usize, quote: Quote) -> usize {
    let period = 2 * (quote.slashes + 1);
    let (mut at, mut slashes) = (from, 0_usize);
    while at < bytes.len() {
        if bytes[at] == b'\\' {
            slashes += 1;
        } else {
            if bytes[at] == quote.mark && slashes % period == quote.slashes {
                let doubled = quote.slashes == 0 && bytes.get(at + 1) == Some(&quote.mark);
                if !doubled {
                    return at - quote.slashes;
                }
                at += 1;
            }
            slashes = 0;
        }
        at += 1;
    }
    bytes.len()
}

/// One past the bracket that closes the one at `from`, strings left out of the count; or the text's end.
fn balanced(bytes: &[u8], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b'"' | b'\\' => {
                if let Some(quote) = quote_at(bytes, at).filter(|quote| quote.mark == b'"') {
                    at = closing(bytes, at + quote.slashes + 1, quote) + quote.slashes;
                }
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The value's end where it goes on: `Bearer x`, `Some("x")`, `Login { … }`.
fn extended(bytes: &[u8], start: usize, end: usize) -> usize {
    let word = &bytes[start..end];
    let is_type = word.first().is_some_and(u8::is_ascii_uppercase);
    let open = end + usize::from(bytes.get(end) == Some(&b' '));
    if is_type && matches!(bytes.get(open), Some(b'{')) && word.iter().all(|byte| is_name(*byte)) {
        return balanced(bytes, open);
    }
    let schemes: [&[u8]; 6] = [b"bearer", b"basic", b"token", b"digest", b"negotiate", b"apikey"];
    if bytes.get(end) == Some(&b' ') && schemes.iter().any(|scheme| word.eq_ignore_ascii_case(scheme)) {
        return bare_end(bytes, end + 1, false);
    }
    let call = word.iter().position(|byte| *byte == b'(');
    if let Some(call) = call.filter(|call| is_type && word[..*call].iter().all(|byte| is_name(*byte))) {
        return balanced(bytes, start + call).max(end);
    }
    end
}

/// Where a fragment begins that follows a parameter's value: in HTTP's URLs, and after a mark of ours where there is no
/// scheme. Elsewhere `#` may be a part of the value, as in a database's URL with a password that nobody encoded.
fn before_fragment(bytes: &[u8], start: usize, mark: usize, end: usize) -> usize {
    let Some(fragment) = bytes[start..end].iter().position(|byte| *byte == b'#') else {
        return end;
    };
    match scheme(bytes, start) {
        Scheme::Http => start + fragment,
        Scheme::None if mark > 0 && mark == fragment => start + fragment,
        _ => end,
    }
}

enum Scheme {
    None,
    Http,
    /// Also one that is too far away to be seen.
    Other,
}

/// The scheme that begins the word which a parameter is in.
fn scheme(bytes: &[u8], at: usize) -> Scheme {
    let outside = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`<>()\\".contains(byte);
    let from = at.saturating_sub(URL);
    let before = &bytes[from..at];
    looked(before.len());
    let word = match before.iter().rposition(outside) {
        Some(end) => &before[end + 1..],
        None if from > 0 => return Scheme::Other,
        None => before,
    };
    let begins = |scheme: &str| {
        word.get(..scheme.len())
            .is_some_and(|own| own.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    if begins("https://") || begins("http://") {
        Scheme::Http
    } else if word.windows(3).any(|part| part == b"://") {
        Scheme::Other
    } else {
        Scheme::None
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':')
}

/// The line's end: a new line, written out or escaped, or a quote that closes.
fn line_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < bytes.len() {
        let stop = match bytes[at] {
            b'\n' | b'\r' => true,
            b'\\' => matches!(bytes.get(at + 1), Some(b'n' | b'r')) || closes(bytes, at),
            b'"' | b'\'' | b'`' => closes(bytes, at),
            _ => false,
        };
        if stop {
            break;
        }
        at += 1;
    }
    at
}

/// The end of a value that is neither quoted nor a structure. A separator ends it only where something that
/// looks like the next pair or the text's own punctuation follows: passwords hold separators too.
fn bare_end(bytes: &[u8], from: usize, encoded: bool) -> usize {
    let mut at = from;
    while at < bytes.len() {
        let stop = match bytes[at] {
            byte if byte.is_ascii_whitespace() => true,
            b',' | b';' => closes(bytes, at) || next_pair(bytes, at + 1),
            b'&' => at + 1 == bytes.len() || next_pair(bytes, at + 1),
            b')' | b']' | b'}' | b'"' | b'\'' | b'`' => closes(bytes, at),
            b'\\' => quote_at(bytes, at).is_some() && closes(bytes, at),
            b'<' => bytes.get(at + 1) == Some(&b'/'),
            b'%' => encoded && bytes[at + 1..].starts_with(b"26"),
            _ => false,
        };
        if stop {
            break;
        }
        at += 1;
    }
    at
}

/// Whether only punctuation and then a space, a quote or the end follow, so that a bracket or quote here closes.
fn closes(bytes: &[u8], at: usize) -> bool {
    let punctuation = |byte: &u8| b")]}\"'`\\,;.>:".contains(byte);
    let run = bytes[at..]
        .iter()
        .take(16)
        .take_while(|byte| punctuation(byte))
        .count();
    let quoted_next = bytes[at..at + run].contains(&b',') && bytes[at..at + run].ends_with(b"\"");
    quoted_next || bytes.get(at + run).is_none_or(u8::is_ascii_whitespace)
}

/// Whether a name and `=` or `:` follow.
fn next_pair(bytes: &[u8], from: usize) -> bool {
    let name = bytes[from..]
        .iter()
        .take(NAME)
        .take_while(|byte| is_name(**byte) && **byte != b':' || b"[]\"'\\%".contains(byte))
        .count();
    name > 0 && matches!(bytes.get(from + name), Some(b'=' | b':'))
}
