//! What a person is typing at the cursor.

use std::ops::Range;

use super::error::Problem;
use super::lexer::{Piece, Token, keyword, tokens};

/// What may be completed, and which bytes of the line that replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The bytes to replace; empty where something is to be put in.
    pub replace: Range<usize>,
    /// What belongs there.
    pub wanted: Wanted,
}

/// What belongs at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A key that begins so.
    Key {
        /// What is there already.
        prefix: String,
    },
    /// An operator behind this key.
    Operator {
        /// The key.
        key: String,
    },
    /// A value of this key that begins so.
    Value {
        /// The key.
        key: String,
        /// Whether the key stood in quotes, and so is an attribute's.
        attribute: bool,
        /// What is there already, without quotes.
        prefix: String,
    },
    /// Nothing that could be guessed.
    Nothing,
}

/// What is being typed where the cursor is: `cursor` bytes into `line`, or at the nearest character before.
#[must_use]
pub fn complete(line: &str, cursor: usize) -> Completion {
    let cursor = (0..=cursor.min(line.len()))
        .rev()
        .find(|at| line.is_char_boundary(*at))
        .unwrap_or(0);
    let typed = Typed::new(&line[..cursor]);
    Completion {
        replace: typed.start..end_of(line, typed.start, cursor),
        wanted: typed.wanted,
    }
}

struct Typed {
    start: usize,
    wanted: Wanted,
}

impl Typed {
    fn new(before: &str) -> Self {
        let (mut tokens, problem) = tokens(before);
        match problem {
            Some((at, Problem::UnclosedQuote)) => {
                let prefix = unescaped(&before[at.start + 1..]);
                return Self {
                    start: at.start,
                    wanted: key_or_value(&tokens, prefix),
                };
            }
            Some(_) => {
                return Self {
                    start: before.len(),
                    wanted: Wanted::Nothing,
                };
            }
            None => {}
        }
        let touching = tokens.last().is_some_and(|token| token.at.end == before.len());
        let start = match tokens.last() {
            Some(Token {
                at,
                piece: Piece::Bare(_),
            }) if touching => at.start,
            _ => before.len(),
        };
        let wanted = match tokens.pop() {
            Some(Token {
                piece: Piece::Bare(word),
                ..
            }) if touching => key_or_value(&tokens, word.to_owned()),
            Some(Token {
                piece: Piece::Quoted(_) | Piece::Close,
                ..
            }) if touching => Wanted::Nothing,
            Some(last) => after(&tokens, last),
            None => Wanted::Key {
                prefix: String::new(),
            },
        };
        Self { start, wanted }
    }
}

/// What follows a token that is complete.
fn after(before: &[Token<'_>], last: Token<'_>) -> Wanted {
    let is_value = matches!(
        before.last(),
        Some(Token {
            piece: Piece::Operator(_),
            ..
        })
    );
    match last.piece {
        Piece::Operator(_) => match before.last().and_then(key) {
            Some((key, attribute)) => Wanted::Value {
                key,
                attribute,
                prefix: String::new(),
            },
            None => Wanted::Nothing,
        },
        Piece::Bare(word) if !is_value && keyword(word).is_none() => {
            Wanted::Operator { key: word.to_owned() }
        }
        _ => Wanted::Key {
            prefix: String::new(),
        },
    }
}

/// What a text is that is not complete, by what stands before it.
fn key_or_value(before: &[Token<'_>], prefix: String) -> Wanted {
    match before {
        [
            ..,
            key_token,
            Token {
                piece: Piece::Operator(_),
                ..
            },
        ] => match key(key_token) {
            Some((key, attribute)) => Wanted::Value {
                key,
                attribute,
                prefix,
            },
            None => Wanted::Nothing,
        },
        [
            Token {
                piece: Piece::Operator(_),
                ..
            },
        ] => Wanted::Nothing,
        _ => Wanted::Key { prefix },
    }
}

fn key(token: &Token<'_>) -> Option<(String, bool)> {
    match &token.piece {
        Piece::Bare(word) => Some(((*word).to_owned(), false)),
        Piece::Quoted(text) => Some((text.clone().into_owned(), true)),
        _ => None,
    }
}

/// What is in quotes so far.
fn unescaped(text: &str) -> String {
    let mut unescaped = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => unescaped.extend(chars.next()),
            c => unescaped.push(c),
        }
    }
    unescaped
}

/// Where the token ends that begins at `start`: the rest of a word behind the cursor is replaced with it, but not
/// what only seems to be in quotes because a closing one is missing.
fn end_of(line: &str, start: usize, cursor: usize) -> usize {
    if start == cursor {
        return cursor;
    }
    let (tokens, _) = tokens(line);
    let end = tokens
        .iter()
        .find(|token| token.at.start == start)
        .map_or(cursor, |token| token.at.end.max(cursor));
    match line[cursor..end].contains(char::is_whitespace) {
        true => cursor,
        false => end,
    }
}
