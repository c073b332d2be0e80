//! Splits a query into tokens, without ever failing. In: bytes of UTF-8 and a [`Dialect`]. Out: one [`Token`] at a
//! time; each is whole characters, and together they are the whole text.
//!
//! It is linear, stateless between tokens and `const`, so that a literal query is summarised at compile time. Where
//! the text means different things to different systems and the system is not known, the rest is one
//! [`Kind::Unclear`] token: reading it one way would show what the other way calls text.

use super::dialect::Dialect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Space,
    Comment,
    /// A keyword or an unquoted name.
    Word,
    /// A name in double quotes, backticks or brackets; in double quotes perhaps text.
    Quoted,
    /// A string, bytes or bit literal.
    Text,
    Number,
    /// `?`, `$1`, `:name`, `@name`.
    Parameter,
    Symbol,
    /// The rest of a text that cannot be read for certain.
    Unclear,
    End,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The token that starts at byte `at`.
pub(crate) const fn token(text: &[u8], at: usize, dialect: Dialect) -> Token {
    if at >= text.len() {
        return Token {
            kind: Kind::End,
            start: at,
            end: at,
        };
    }
    let (kind, end) = match text[at] {
        b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => (Kind::Space, space_end(text, at)),
        b'\'' => quoted(text, at, Kind::Text, dialect.backslash_escapes()),
        b'"' if dialect.double_quoted_text() => quoted(text, at, Kind::Text, Some(true)),
        b'"' => quoted(text, at, Kind::Quoted, dialect.backslash_escapes()),
        b'`' => quoted(text, at, Kind::Quoted, Some(false)),
        b'[' => bracket(text, at, dialect),
        b'-' if peek(text, at + 1) == b'-' => dashes(text, at, dialect),
        b'/' if peek(text, at + 1) == b'*' => block_comment(text, at, dialect),
        b'#' => hash(text, at, dialect),
        b'$' => dollar(text, at),
        b'?' => (Kind::Parameter, digits_end(text, at + 1)),
        b':' => colon(text, at),
        b'@' => at_sign(text, at),
        b'0'..=b'9' => (Kind::Number, number_end(text, at)),
        b'.' if peek(text, at + 1).is_ascii_digit() && !follows_name(text, at) => {
            (Kind::Number, number_end(text, at))
        }
        byte if is_name(byte) => word(text, at, dialect),
        _ => (Kind::Symbol, at + 1),
    };
    Token { kind, start: at, end }
}

/// The byte at `at`, or 0 past the end.
const fn peek(text: &[u8], at: usize) -> u8 {
    if at < text.len() { text[at] } else { 0 }
}

/// Whether a byte may stand in an unquoted name. All of a character outside ASCII may.
const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

const fn name_end(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && is_name(text[at]) {
        at += 1;
    }
    at
}

/// Whether the byte before `at` ends a name or a value, so that what follows belongs to it.
const fn follows_name(text: &[u8], at: usize) -> bool {
    at > 0 && (is_name(text[at - 1]) || matches!(text[at - 1], b']' | b')' | b'"' | b'`'))
}

const fn space_end(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && matches!(text[at], b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c) {
        at += 1;
    }
    at
}

const fn digits_end(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && text[at].is_ascii_digit() {
        at += 1;
    }
    at
}

const fn line_end(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && text[at] != b'\n' {
        at += 1;
    }
    at
}

/// A run in quotes that starts at `at`, in which a doubled quote is one character. An unknown backslash before a
/// quote makes the rest unclear; an open run goes to the end.
const fn quoted(text: &[u8], at: usize, kind: Kind, escapes: Option<bool>) -> (Kind, usize) {
    let quote = text[at];
    let mut i = at + 1;
    while i < text.len() {
        if text[i] == quote {
            if peek(text, i + 1) != quote {
                return (kind, i + 1);
            }
            i += 2;
        } else if text[i] == b'\\' {
            let from = i;
            while peek(text, i) == b'\\' {
                i += 1;
            }
            if (i - from) % 2 == 1 && peek(text, i) == quote {
                match escapes {
                    Some(true) => i += 1,
                    Some(false) => {}
                    None => return (Kind::Unclear, text.len()),
                }
            }
        } else {
            i += 1;
        }
    }
    (kind, text.len())
}

/// `[name]`, a subscript, or an array.
const fn bracket(text: &[u8], at: usize, dialect: Dialect) -> (Kind, usize) {
    if matches!(dialect, Dialect::SqlServer | Dialect::Sqlite) {
        let mut i = at + 1;
        while i < text.len() {
            if text[i] == b']' {
                if peek(text, i + 1) != b']' {
                    return (Kind::Quoted, i + 1);
                }
                i += 1;
            }
            i += 1;
        }
        return (Kind::Quoted, text.len());
    }
    let first = peek(text, at + 1);
    let named = is_name(first) && !first.is_ascii_digit() && !follows_name(text, at);
    if !matches!(dialect, Dialect::Unknown) || !named {
        return (Kind::Symbol, at + 1);
    }
    let mut i = at + 1;
    while is_name(peek(text, i)) || matches!(peek(text, i), b' ' | b'-' | b'.') {
        i += 1;
    }
    match peek(text, i) {
        b']' => (Kind::Quoted, i + 1),
        // SQL Server would read a name with a quote in it, the others an array that holds text.
        b'\'' | b'"' | b'`' => (Kind::Unclear, text.len()),
        _ => (Kind::Symbol, at + 1),
    }
}

/// `--`: a comment, but in MySQL only before a space.
const fn dashes(text: &[u8], at: usize, dialect: Dialect) -> (Kind, usize) {
    let spaced = matches!(peek(text, at + 2), 0 | b' ' | b'\t' | b'\r' | b'\n');
    let end = line_end(text, at);
    match dialect {
        _ if spaced => (Kind::Comment, end),
        Dialect::MySql => (Kind::Symbol, at + 1),
        Dialect::Unknown if has_opening(text, at + 2, end) => (Kind::Unclear, text.len()),
        _ => (Kind::Comment, end),
    }
}

/// Whether these bytes open something that may go on past them.
const fn has_opening(text: &[u8], mut at: usize, end: usize) -> bool {
    while at < end {
        if matches!(text[at], b'\'' | b'"' | b'`' | b'$' | b'[')
            || (text[at] == b'/' && peek(text, at + 1) == b'*')
        {
            return true;
        }
        at += 1;
    }
    false
}

/// A block comment with comments in it, as the standard has them; other systems end at the first `*/`.
const fn block_comment(text: &[u8], at: usize, dialect: Dialect) -> (Kind, usize) {
    let mut depth = 1;
    let mut i = at + 2;
    while i < text.len() {
        if text[i] == b'*' && peek(text, i + 1) == b'/' {
            i += 2;
            depth -= 1;
            if depth == 0 {
                return (Kind::Comment, i);
            }
        } else if text[i] == b'/' && peek(text, i + 1) == b'*' {
            match dialect {
                Dialect::Standard | Dialect::SqlServer => depth += 1,
                Dialect::Unknown => return (Kind::Unclear, text.len()),
                _ => {}
            }
            i += 2;
        } else {
            i += 1;
        }
    }
    (Kind::Comment, text.len())
}

/// `#`: a comment, an operator, or the start of a temporary table's name.
const fn hash(text: &[u8], at: usize, dialect: Dialect) -> (Kind, usize) {
    match dialect {
        Dialect::MySql => (Kind::Comment, line_end(text, at)),
        Dialect::SqlServer if is_name(peek(text, at + 1)) || peek(text, at + 1) == b'#' => {
            (Kind::Word, name_end(text, at + 2))
        }
        Dialect::Unknown if !matches!(peek(text, at + 1), b'>' | b'-') => (Kind::Unclear, text.len()),
        _ => (Kind::Symbol, at + 1),
    }
}

/// `$1`, `$name`, or text between `$tag$` and `$tag$`.
const fn dollar(text: &[u8], at: usize) -> (Kind, usize) {
    let tag_end = name_end(text, at + 1);
    if peek(text, tag_end) != b'$' || text[at + 1].is_ascii_digit() {
        let kind = if tag_end == at + 1 {
            Kind::Symbol
        } else {
            Kind::Parameter
        };
        return (kind, tag_end);
    }
    let tag_length = tag_end + 1 - at;
    let mut i = tag_end + 1;
    while i < text.len() {
        if text[i] == b'$' {
            let mut same = 1;
            while same < tag_length && peek(text, i + same) == text[at + same] {
                same += 1;
            }
            if same == tag_length {
                return (Kind::Text, i + tag_length);
            }
            // The tag holds no `$`, so another start is not within what was compared.
        }
        i += 1;
    }
    (Kind::Text, text.len())
}

/// `::` of a cast, `:name`, `:1`, or a symbol.
const fn colon(text: &[u8], at: usize) -> (Kind, usize) {
    let next = peek(text, at + 1);
    if next == b':' {
        return (Kind::Symbol, at + 2);
    }
    // After a name or a value it is a slice or a path, whose right side is lexed on its own.
    if is_name(next) && !follows_name(text, at) {
        return (Kind::Parameter, name_end(text, at + 1));
    }
    (Kind::Symbol, at + 1)
}

const fn at_sign(text: &[u8], at: usize) -> (Kind, usize) {
    let from = if peek(text, at + 1) == b'@' {
        at + 2
    } else {
        at + 1
    };
    let end = name_end(text, from);
    if end > from {
        (Kind::Parameter, end)
    } else {
        (Kind::Symbol, at + 1)
    }
}

/// A number with whatever letters hang on it: hexadecimal, exponents, separators, suffixes.
const fn number_end(text: &[u8], at: usize) -> usize {
    let mut i = at;
    while i < text.len() {
        let sign_of_exponent = matches!(text[i], b'+' | b'-')
            && i > at
            && matches!(text[i - 1], b'e' | b'E')
            && peek(text, i + 1).is_ascii_digit()
            && !(text[at] == b'0' && matches!(peek(text, at + 1), b'x' | b'X'));
        if is_name(text[i]) || text[i] == b'.' || sign_of_exponent {
            i += 1;
        } else {
            break;
        }
    }
    i
}

/// A word, or text with a prefix: `E'…'`, `N'…'`, `X'…'`, `B'…'`, `U&'…'`, `q'[…]'`.
const fn word(text: &[u8], at: usize, dialect: Dialect) -> (Kind, usize) {
    let mut end = at;
    while end < text.len() && (is_name(text[end]) || text[end] == b'$') {
        end += 1;
    }
    let length = end - at;
    let first = text[at].to_ascii_lowercase();
    if peek(text, end) == b'\'' {
        let escapes = dialect.backslash_escapes();
        match (length, first) {
            (1, b'e') => return quoted(text, end, Kind::Text, Some(true)),
            (1, b'n' | b'x' | b'b' | b'r') => return quoted(text, end, Kind::Text, escapes),
            (1, b'q') => return alternative_quoted(text, end),
            (2, b'n') if text[at + 1].eq_ignore_ascii_case(&b'q') => return alternative_quoted(text, end),
            _ => {}
        }
    }
    if length == 1 && first == b'u' && peek(text, end) == b'&' && peek(text, end + 1) == b'\'' {
        return quoted(text, end + 1, Kind::Text, Some(false));
    }
    (Kind::Word, end)
}

/// Oracle's `q'[…]'` from its quote on.
const fn alternative_quoted(text: &[u8], quote: usize) -> (Kind, usize) {
    let close = match peek(text, quote + 1) {
        b'[' => b']',
        b'{' => b'}',
        b'(' => b')',
        b'<' => b'>',
        other => other,
    };
    let mut i = quote + 2;
    while i + 1 < text.len() {
        if text[i] == close && text[i + 1] == b'\'' {
            return (Kind::Text, i + 2);
        }
        i += 1;
    }
    (Kind::Text, text.len())
}

/// Whether a word is this one, which is given in upper case.
pub(crate) const fn is_word(word: &[u8], upper: &str) -> bool {
    let upper = upper.as_bytes();
    if word.len() != upper.len() {
        return false;
    }
    let mut i = 0;
    while i < word.len() {
        if word[i].to_ascii_uppercase() != upper[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether a word is one of these, which are given in upper case.
pub(crate) const fn is_one_of(word: &[u8], words: &[&str]) -> bool {
    let mut i = 0;
    while i < words.len() {
        if is_word(word, words[i]) {
            return true;
        }
        i += 1;
    }
    false
}
