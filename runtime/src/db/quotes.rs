//! Tells text from names in double quotes, where a system may mean either. In: the tokens before. Out: whether
//! `"x"` in this place is text. In doubt it is, since text must not be shown.

use super::lexer::{Kind, is_one_of};

/// Words after which a name stands, not text.
const BEFORE_NAMES: &[&str] = &[
    "SELECT",
    "DISTINCT",
    "ALL",
    "FROM",
    "JOIN",
    "INTO",
    "UPDATE",
    "TABLE",
    "VIEW",
    "INDEX",
    "COLUMN",
    "SCHEMA",
    "DATABASE",
    "TYPE",
    "ONLY",
    "EXISTS",
    "AS",
    "ON",
    "WHERE",
    "AND",
    "OR",
    "NOT",
    "BY",
    "SET",
    "HAVING",
    "USING",
    "RETURNING",
    "WITH",
    "REFERENCES",
    "CONSTRAINT",
    "KEY",
    "ADD",
    "DROP",
    "ALTER",
    "RENAME",
    "TO",
    "CALL",
    "UNIQUE",
    "TRIGGER",
    "FUNCTION",
    "PROCEDURE",
    "SEQUENCE",
    "CASE",
    "CONFLICT",
    "RECURSIVE",
    "LATERAL",
];

/// Words after whose bracket names stand, not text.
const BEFORE_LISTS: &[&str] = &[
    "KEY", "UNIQUE", "USING", "CONFLICT", "BY", "OVER", "SELECT", "WHERE", "AND", "OR", "NOT", "ON",
    "HAVING", "AS", "EXISTS", "COUNT", "SUM", "MIN", "MAX", "AVG", "DISTINCT", "FROM", "JOIN",
];

/// Brackets that are told apart; deeper ones hold text.
const DEPTH: usize = 64;

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Start,
    Name,
    NameWord,
    ListWord,
    BothWord,
    OtherWord,
    Dot,
    Comma,
    Open,
    Close,
    Value,
}

/// Where in a statement the next token stands.
#[derive(Default)]
pub(super) struct Places {
    last: Last,
    /// One bit for each open bracket: whether it holds text.
    values: u64,
    depth: usize,
    /// A table's name was given after `INTO` or `REFERENCES`, and its columns may follow in brackets.
    columns_follow: bool,
    after_into: bool,
    between: bool,
    all_text: bool,
}

impl Places {
    /// From here on, `"x"` is text everywhere.
    pub(super) fn double_quoted_is_text(&mut self) {
        self.all_text = true;
    }

    /// Whether `"x"` in this place is text, or may be.
    pub(super) fn is_text(&self) -> bool {
        self.all_text
            || match self.last {
                Last::Start | Last::Name | Last::NameWord | Last::BothWord | Last::Dot => false,
                Last::Open | Last::Comma => self.holds_text(),
                Last::OtherWord | Last::ListWord | Last::Close | Last::Value => true,
            }
    }

    fn holds_text(&self) -> bool {
        self.depth > DEPTH || (self.depth > 0 && self.values >> (self.depth - 1) & 1 == 1)
    }

    /// Goes past a token.
    pub(super) fn pass(&mut self, kind: Kind, text: &str) {
        self.last = match kind {
            Kind::Word => self.word(text.as_bytes()),
            Kind::Quoted => {
                self.columns_follow |= self.after_into;
                Last::Name
            }
            Kind::Symbol => self.symbol(text),
            _ => Last::Value,
        };
    }

    fn word(&mut self, word: &[u8]) -> Last {
        self.columns_follow = std::mem::replace(
            &mut self.after_into,
            is_one_of(word, &["INTO", "REFERENCES", "TABLE", "EXISTS", "ON"]),
        ) || (self.last == Last::Dot && self.columns_follow);
        if is_one_of(word, &["BETWEEN"]) {
            self.between = true;
        } else if is_one_of(word, &["AND"]) && std::mem::take(&mut self.between) {
            return Last::OtherWord;
        }
        match (is_one_of(word, BEFORE_NAMES), is_one_of(word, BEFORE_LISTS)) {
            (true, true) => Last::BothWord,
            (true, false) => Last::NameWord,
            (false, true) => Last::ListWord,
            (false, false) => Last::OtherWord,
        }
    }

    fn symbol(&mut self, symbol: &str) -> Last {
        match symbol {
            "(" => {
                let text = match self.last {
                    _ if self.columns_follow => false,
                    Last::ListWord | Last::BothWord | Last::Start => false,
                    Last::Open | Last::Comma => self.holds_text(),
                    _ => true,
                };
                if self.depth < DEPTH {
                    self.values = self.values & !(1 << self.depth) | u64::from(text) << self.depth;
                }
                self.depth += 1;
                (self.columns_follow, self.after_into) = (false, false);
                Last::Open
            }
            ")" => {
                self.depth = self.depth.saturating_sub(1);
                Last::Close
            }
            "," if self.depth == 0 && self.last == Last::Close => {
                // `VALUES (…), (…)`: another row.
                Last::Value
            }
            "," => Last::Comma,
            "." => {
                self.after_into |= self.columns_follow;
                Last::Dot
            }
            ";" => {
                *self = Self {
                    all_text: self.all_text,
                    ..Self::default()
                };
                Last::Start
            }
            _ => Last::Value,
        }
    }
}
