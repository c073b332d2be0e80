//! A query's summary: its operations and targets, in their order and spelling, such as
//! `INSERT shipping_details SELECT orders`. In: a query. Out: at most 255 bytes, never cut within a token.
//!
//! It is `const`, so that a literal query is summarised at compile time.

use super::dialect::Dialect;
use super::lexer::{Kind, Token, is_one_of, is_word, token};

/// The longest summary, in bytes, and so in characters.
const LENGTH: usize = 255;

/// Bytes of a query that are read; bounds the work at compile time too.
pub(super) const READ_BYTES: usize = 8 * 1024;

/// Words that are an operation at the start of a statement only.
const AT_START: &[&str] = &[
    "CALL",
    "EXEC",
    "EXECUTE",
    "MERGE",
    "REPLACE",
    "TRUNCATE",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "START",
    "SET",
    "SHOW",
    "EXPLAIN",
    "ANALYZE",
    "VACUUM",
    "PRAGMA",
    "GRANT",
    "REVOKE",
    "COPY",
    "LOCK",
    "USE",
    "DESCRIBE",
    "DECLARE",
    "FETCH",
    "CLOSE",
    "LISTEN",
    "NOTIFY",
    "REFRESH",
    "REINDEX",
    "ATTACH",
    "DETACH",
];

/// Words after which a kind of object and its name stand.
const DEFINITIONS: &[&str] = &["CREATE", "ALTER", "DROP"];

/// Kinds of objects.
const OBJECTS: &[&str] = &[
    "TABLE",
    "VIEW",
    "INDEX",
    "SCHEMA",
    "DATABASE",
    "SEQUENCE",
    "TRIGGER",
    "FUNCTION",
    "PROCEDURE",
    "TYPE",
    "ROLE",
    "USER",
    "EXTENSION",
];

/// Words between an operation or `FROM` and its target.
const FILLERS: &[&str] = &["ONLY", "LATERAL", "IF", "NOT", "EXISTS", "TABLE", "CONCURRENTLY"];

/// Words that end a list of targets.
const LIST_ENDS: &[&str] = &[
    "WHERE",
    "ON",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "SET",
    "VALUES",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "RETURNING",
    "WINDOW",
    "OFFSET",
    "FOR",
    "SELECT",
    "USING",
];

/// A summary in place.
#[derive(Clone, Copy)]
pub(crate) struct Summary {
    bytes: [u8; LENGTH],
    length: usize,
}

impl Summary {
    /// The summary of a query; empty where it has none.
    pub(crate) const fn of(text: &str) -> Self {
        let mut reader = Reader {
            summary: Self {
                bytes: [0; LENGTH],
                length: 0,
            },
            full: false,
            expect: Expect::Statement,
            defining: false,
            depth: 0,
            lists: 0,
            queries: 1,
            targeted_by: Source::Other,
        };
        let text = text.as_bytes();
        let end = if text.len() > READ_BYTES {
            READ_BYTES
        } else {
            text.len()
        };
        let mut before = Token {
            kind: Kind::End,
            start: 0,
            end: 0,
        };
        let mut at = 0;
        while at < end && !reader.full {
            let next = token(text, at, Dialect::Unknown);
            at = match next.kind {
                Kind::Space | Kind::Comment => next.end,
                _ => {
                    let past = reader.take(text, before, next);
                    before = next;
                    past
                }
            };
        }
        reader.summary
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        // Whole tokens of a text are text.
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

/// What the next token is read as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// The first word of a statement or of what stands in a bracket.
    Statement,
    /// The name of a table or procedure.
    Target,
    Nothing,
}

/// What made a target expected.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// `FROM`, `JOIN` or a comma after one: what is called with a bracket is a function.
    Read,
    Other,
}

struct Reader {
    summary: Summary,
    full: bool,
    expect: Expect,
    /// Within `CREATE`, `ALTER` or `DROP`, before the kind of object.
    defining: bool,
    depth: usize,
    /// For each open bracket: whether a comma goes on with a list of targets.
    lists: u64,
    /// For each open bracket: whether a query or a list of tables stands in it, and not a function's arguments.
    queries: u64,
    targeted_by: Source,
}

impl Reader {
    const fn bit(&self) -> u64 {
        if self.depth < 64 { 1 << self.depth } else { 0 }
    }

    /// Reads one token and gives where to go on.
    const fn take(&mut self, text: &[u8], before: Token, token: Token) -> usize {
        match token.kind {
            Kind::Word => self.word(text, before, token),
            Kind::Quoted | Kind::Text if matches!(self.expect, Expect::Target) => self.target(text, token),
            Kind::Symbol => {
                self.symbol(text[token.start]);
                token.end
            }
            Kind::Unclear => {
                self.full = true;
                token.end
            }
            _ => {
                self.expect = Expect::Nothing;
                token.end
            }
        }
    }

    const fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'(' => {
                let tables =
                    matches!(self.expect, Expect::Target) && matches!(self.targeted_by, Source::Read);
                self.depth += 1;
                self.lists &= !self.bit();
                self.queries &= !self.bit();
                if tables {
                    // `FROM (a JOIN b …)` or `FROM (SELECT …)`.
                    self.queries |= self.bit();
                    self.lists |= self.bit();
                } else {
                    self.expect = Expect::Statement;
                }
            }
            b')' => {
                self.depth = self.depth.saturating_sub(1);
                self.expect = Expect::Nothing;
            }
            b',' if self.lists & self.bit() != 0 => {
                self.expect = Expect::Target;
                self.targeted_by = Source::Read;
            }
            b';' => {
                (self.depth, self.lists, self.queries) = (0, 0, 1);
                self.defining = false;
                self.expect = Expect::Statement;
            }
            // `{call f}`, `{? = call f}`.
            b'{' | b'=' => self.expect = Expect::Statement,
            _ => self.expect = Expect::Nothing,
        }
    }

    const fn word(&mut self, text: &[u8], before: Token, token: Token) -> usize {
        let word = slice(text, token);
        let last = slice(text, before);
        let at_start = matches!(self.expect, Expect::Statement);
        if is_word(word, "SELECT") {
            self.queries |= self.bit();
            self.lists &= !self.bit();
            self.operation(text, token, Expect::Nothing);
        } else if is_one_of(word, &["INSERT", "DELETE"]) && !is_one_of(last, &["ON", "OR", "BEFORE", "AFTER"])
        {
            self.queries |= self.bit();
            self.operation(text, token, Expect::Nothing);
        } else if is_word(word, "UPDATE")
            && !is_one_of(last, &["FOR", "DO", "KEY", "ON", "OR", "BEFORE", "AFTER"])
        {
            self.operation(text, token, Expect::Target);
        } else if at_start && is_one_of(word, DEFINITIONS) {
            self.operation(text, token, Expect::Nothing);
            self.defining = true;
        } else if self.defining && is_one_of(word, OBJECTS) {
            self.operation(text, token, Expect::Target);
            self.defining = false;
        } else if at_start && is_one_of(word, AT_START) && !opens(text, token.end) {
            self.operation(text, token, after_start(word));
        } else if is_one_of(word, &["FROM", "JOIN", "INTO"]) {
            self.table_follows(word, last);
        } else if matches!(self.expect, Expect::Target) && !is_one_of(word, FILLERS) {
            return self.target(text, token);
        } else if is_one_of(word, LIST_ENDS) {
            self.lists &= !self.bit();
            self.expect = Expect::Nothing;
        } else if !is_one_of(word, FILLERS) {
            self.expect = Expect::Nothing;
        }
        token.end
    }

    /// `FROM`, `JOIN` and `INTO`, where they are not part of a function's arguments or of `IS DISTINCT FROM`.
    const fn table_follows(&mut self, word: &[u8], last: &[u8]) {
        let read = !is_word(word, "INTO");
        if self.queries & self.bit() == 0 && self.depth > 0 || is_word(last, "DISTINCT") {
            self.expect = Expect::Nothing;
            return;
        }
        if read {
            self.lists |= self.bit();
            self.targeted_by = Source::Read;
        } else {
            self.targeted_by = Source::Other;
        }
        self.expect = Expect::Target;
    }

    const fn operation(&mut self, text: &[u8], token: Token, then: Expect) {
        self.push(text, token.start, token.end);
        self.targeted_by = Source::Other;
        self.expect = then;
    }

    /// A target with its qualifiers; gives where it ends.
    const fn target(&mut self, text: &[u8], first: Token) -> usize {
        self.expect = Expect::Nothing;
        let mut end = first.end;
        while end + 1 < text.len() && text[end] == b'.' {
            let part = token(text, end + 1, Dialect::Unknown);
            if !matches!(part.kind, Kind::Word | Kind::Quoted) {
                break;
            }
            end = part.end;
        }
        let function = matches!(self.targeted_by, Source::Read) && end < text.len() && text[end] == b'(';
        if !function {
            self.push(text, first.start, end);
        }
        end
    }

    /// Adds a token if all of it fits.
    const fn push(&mut self, text: &[u8], start: usize, end: usize) {
        let gap = if self.summary.length == 0 { 0 } else { 1 };
        if self.summary.length + gap + (end - start) > LENGTH {
            self.full = true;
            return;
        }
        if gap == 1 {
            self.summary.bytes[self.summary.length] = b' ';
            self.summary.length += 1;
        }
        let mut i = start;
        while i < end {
            self.summary.bytes[self.summary.length] = text[i];
            self.summary.length += 1;
            i += 1;
        }
    }
}

/// Whether a bracket follows at once: `REPLACE(a, b, c)` is a function.
const fn opens(text: &[u8], at: usize) -> bool {
    at < text.len() && text[at] == b'('
}

/// What stands after a word that starts a statement.
const fn after_start(word: &[u8]) -> Expect {
    if is_one_of(
        word,
        &[
            "CALL", "EXEC", "EXECUTE", "TRUNCATE", "COPY", "LOCK", "VACUUM", "ANALYZE", "REINDEX",
        ],
    ) {
        Expect::Target
    } else if is_word(word, "EXPLAIN") {
        Expect::Statement
    } else {
        Expect::Nothing
    }
}

const fn slice(text: &[u8], token: Token) -> &[u8] {
    text.split_at(token.end).0.split_at(token.start).1
}
