//! Replaces the literals of a query by `?`. In: a query's text as it was sent. Out: the same text without strings,
//! numbers, dates, Booleans and bytes, without comments (they carry trace ids and sometimes user data), and with
//! runs of space made one. Names, keywords, `NULL` and parameters stay; `IN (…)` of any length is `IN (?)`.
//!
//! A text that has parameters only is not given to it: by the convention it is recorded as it is.

use super::dialect::Dialect;
use super::lexer::{Kind, Token, is_one_of, is_word, token};
use super::quotes::Places;

/// Bytes of a query that are read; what is beyond is not recorded.
const READ_BYTES: usize = 64 * 1024;

/// The query without its literals.
pub(crate) fn sanitize(text: &str, dialect: Dialect) -> String {
    let text = &text[..text.floor_boundary(READ_BYTES)];
    match dialect {
        Dialect::Command => command(text),
        Dialect::Unknown if is_json(text) => Sanitizer::new(text, Dialect::Document).run(),
        // Only MySQL and its kin quote names so.
        Dialect::Unknown if text.contains('`') && !text.contains('[') => {
            Sanitizer::new(text, Dialect::Unknown)
                .with_double_quoted_text()
                .run()
        }
        _ => Sanitizer::new(text, dialect).run(),
    }
}

/// Whether a text is a JSON query, and not a call in braces (`{call f}`).
fn is_json(text: &str) -> bool {
    let text = text.trim_start();
    let Some(rest) = text.strip_prefix(['{', '[']) else {
        return false;
    };
    rest.trim_start().starts_with(['"', '{', '[', '}'])
}

/// Redis and its kin: the command stays, every argument is `?`.
fn command(text: &str) -> String {
    let mut words = text.split_ascii_whitespace();
    let mut out = words.next().unwrap_or_default().to_owned();
    if !out
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
    {
        return "?".to_owned();
    }
    // An argument in quotes may hold spaces, so their number says little beyond a few.
    for _ in words.take(16) {
        out.push_str(" ?");
    }
    out
}

struct Sanitizer<'a> {
    text: &'a str,
    dialect: Dialect,
    places: Places,
    out: String,
    space: bool,
    after_dot: bool,
}

impl<'a> Sanitizer<'a> {
    fn new(text: &'a str, dialect: Dialect) -> Self {
        Self {
            text,
            dialect,
            places: Places::default(),
            out: String::with_capacity(text.len().min(1024)),
            space: false,
            after_dot: false,
        }
    }

    fn with_double_quoted_text(mut self) -> Self {
        self.places.double_quoted_is_text();
        self
    }

    fn run(mut self) -> String {
        let mut at = 0;
        loop {
            let token = token(self.text.as_bytes(), at, self.dialect);
            at = token.end;
            match token.kind {
                Kind::End => break,
                Kind::Space | Kind::Comment => {
                    self.space = true;
                    continue;
                }
                _ => self.take(token),
            }
            if token.kind == Kind::Word && self.is_in(token) {
                at = self.collapse_list(at);
            }
        }
        self.out
    }

    fn is_in(&self, token: Token) -> bool {
        is_word(&self.text.as_bytes()[token.start..token.end], "IN")
    }

    /// Writes one token, or `?` for it.
    fn take(&mut self, token: Token) {
        let text = &self.text[token.start..token.end];
        let literal = match token.kind {
            Kind::Text => !(self.dialect == Dialect::Document && self.is_key(token)),
            Kind::Number | Kind::Unclear => true,
            Kind::Word => !self.after_dot && is_one_of(text.as_bytes(), &["TRUE", "FALSE"]),
            Kind::Quoted if text.starts_with('"') && self.dialect.double_quoted_unclear() => {
                let dot_follows = self.text.as_bytes().get(token.end) == Some(&b'.');
                !dot_follows && self.places.is_text()
            }
            _ => false,
        };
        self.write(if literal { "?" } else { text });
        self.after_dot = text == ".";
        self.places.pass(token.kind, text);
    }

    fn write(&mut self, text: &str) {
        if std::mem::take(&mut self.space) && !self.out.is_empty() {
            self.out.push(' ');
        }
        self.out.push_str(text);
    }

    /// Whether a double-quoted text is the key of a JSON object.
    fn is_key(&self, token: Token) -> bool {
        let name = self.text[token.start..token.end].trim_matches('"');
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | b'-');
        self.text.as_bytes()[token.start] == b'"'
            && name.bytes().all(plain)
            && self.text[token.end..]
                .bytes()
                .find(|byte| !byte.is_ascii_whitespace())
                == Some(b':')
    }

    /// Makes a list of literals and parameters after `IN` one `(?)`. Gives where to go on.
    fn collapse_list(&mut self, from: usize) -> usize {
        let mut at = from;
        let mut opened = false;
        let mut items = 0;
        loop {
            let token = token(self.text.as_bytes(), at, self.dialect);
            at = token.end;
            let text = &self.text[token.start..token.end];
            match token.kind {
                Kind::Space | Kind::Comment => {}
                Kind::Symbol if text == "(" && !opened => opened = true,
                Kind::Symbol if text == ")" && items > 0 => break,
                Kind::Symbol if opened && matches!(text, "," | "-" | "+") => {}
                Kind::Text | Kind::Number | Kind::Parameter if opened => items += 1,
                _ => return from,
            }
        }
        self.space = true;
        self.write("(?)");
        self.places.pass(Kind::Symbol, ")");
        at
    }
}

/// `str::floor_char_boundary`, which is newer than the oldest supported compiler.
trait FloorBoundary {
    fn floor_boundary(&self, at: usize) -> usize;
}

impl FloorBoundary for str {
    fn floor_boundary(&self, at: usize) -> usize {
        let mut at = at.min(self.len());
        while !self.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(text: &str) -> String {
        sanitize(text, Dialect::Unknown)
    }

    #[test]
    fn literals_become_marks() {
        let cases = [
            (
                "SELECT * FROM t WHERE a = 'x' AND b = 5",
                "SELECT * FROM t WHERE a = ? AND b = ?",
            ),
            (
                "SELECT 'it''s', E'a\\'b', N'x', X'41', B'01'",
                "SELECT ?, ?, ?, ?, ?",
            ),
            ("SELECT $$a'b$$, $t$ x $$ y $t$, $1", "SELECT ?, ?, $1"),
            ("SELECT 1, -2.5e-3, 0xFF, 1_000, .5", "SELECT ?, -?, ?, ?, ?"),
            ("SELECT TRUE, false, NULL, t.true", "SELECT ?, ?, NULL, t.true"),
            ("SELECT t1.col2 FROM t1", "SELECT t1.col2 FROM t1"),
            (
                "SELECT DATE '2020-01-01', INTERVAL '1 day'",
                "SELECT DATE ?, INTERVAL ?",
            ),
            (
                "SELECT a::int, b FROM t WHERE c = :name AND d = @p",
                "SELECT a::int, b FROM t WHERE c = :name AND d = @p",
            ),
            ("SELECT arr[1:2], q'[it's]'", "SELECT arr[?:?], ?"),
            ("SELECT 'open", "SELECT ?"),
        ];
        for (text, wanted) in cases {
            assert_eq!(unknown(text), wanted, "{text}");
        }
    }

    #[test]
    fn lists_collapse() {
        assert_eq!(unknown("a IN (1, 2,3)"), "a IN (?)");
        assert_eq!(unknown("a not in('x', -1, $2)"), "a not in (?)");
        assert_eq!(
            unknown("a IN (SELECT b FROM t WHERE c = 1)"),
            "a IN (SELECT b FROM t WHERE c = ?)"
        );
        assert_eq!(unknown("a IN (b, 1)"), "a IN (b, ?)");
    }

    #[test]
    fn comments_are_stripped() {
        assert_eq!(unknown("SELECT 1 -- don't\nFROM t"), "SELECT ? FROM t");
        assert_eq!(
            unknown("SELECT 1 /* a */ FROM t /*traceparent='00-ab-cd-01'*/"),
            "SELECT ? FROM t"
        );
        assert_eq!(
            sanitize("SELECT 1 # it's\nFROM t", Dialect::MySql),
            "SELECT ? FROM t"
        );
    }

    #[test]
    fn names_in_quotes_stay() {
        let text = r#"SELECT "id", "u"."name" FROM "users" WHERE "id" = 1 AND "u"."x" = "y"."z""#;
        let wanted = r#"SELECT "id", "u"."name" FROM "users" WHERE "id" = ? AND "u"."x" = "y"."z""#;
        assert_eq!(unknown(text), wanted);
        assert_eq!(
            unknown("SELECT `a b`, [c d] FROM [dbo].[t]"),
            "SELECT `a b`, [c d] FROM [dbo].[t]"
        );
        assert_eq!(
            unknown(r#"INSERT INTO "t" ("a", "b") VALUES ("x", 'y')"#),
            r#"INSERT INTO "t" ("a", "b") VALUES (?, ?)"#
        );
        assert_eq!(
            unknown(r#"SELECT a FROM t WHERE b = "secret""#),
            "SELECT a FROM t WHERE b = ?"
        );
        assert_eq!(sanitize(r#"SELECT "secret""#, Dialect::MySql), "SELECT ?");
        assert_eq!(sanitize(r#"a = "b""#, Dialect::Standard), r#"a = "b""#);
    }

    #[test]
    fn what_is_unclear_is_withheld() {
        assert_eq!(unknown(r"SELECT 'it\'s secret' FROM t"), "SELECT ?");
        assert_eq!(
            sanitize(r"SELECT 'it\'s secret' FROM t", Dialect::MySql),
            "SELECT ? FROM t"
        );
        assert_eq!(
            sanitize(r"SELECT 'C:\', a FROM t", Dialect::Standard),
            "SELECT ?, a FROM t"
        );
        assert_eq!(unknown("SELECT 1 # don't\n, 'secret'"), "SELECT ? ?");
        assert_eq!(
            unknown("SELECT data #>> '{a}' FROM t"),
            "SELECT data #>> ? FROM t"
        );
    }

    #[test]
    fn other_languages() {
        assert_eq!(
            unknown(r#"{"find": "users", "filter": {"name": "Ann", "age": 3}}"#),
            r#"{"find": ?, "filter": {"name": ?, "age": ?}}"#
        );
        assert_eq!(
            sanitize("SET user:1 secret EX 5", Dialect::Command),
            "SET ? ? ? ?"
        );
        assert_eq!(sanitize("{call f(1)}", Dialect::Unknown), "{call f(?)}");
    }

    #[test]
    fn a_long_text_is_cut_on_a_character() {
        let text = "é".repeat(READ_BYTES);
        assert!(unknown(&text).len() <= READ_BYTES);
    }
}
