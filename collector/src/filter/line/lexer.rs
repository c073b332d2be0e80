//! A line's tokens, with their places.

use std::borrow::Cow;
use std::ops::Range;

use super::error::Problem;

/// A piece of a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'a> {
    /// Its bytes in the line.
    pub(super) at: Range<usize>,
    pub(super) piece: Piece<'a>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece<'a> {
    Open,
    Close,
    Operator(Operator),
    /// A text without quotes.
    Bare(&'a str),
    /// A text that stood in quotes, without them.
    Quoted(Cow<'a, str>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    /// `==`: equal as a number.
    Same,
    NotEqual,
    Contains,
    NotContains,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    /// All, those that begin like another before it.
    const ALL: [Self; 9] = [
        Self::Same,
        Self::Equal,
        Self::NotEqual,
        Self::NotContains,
        Self::Contains,
        Self::LessOrEqual,
        Self::Less,
        Self::GreaterOrEqual,
        Self::Greater,
    ];

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Same => "==",
            Self::NotEqual => "!=",
            Self::Contains => "~",
            Self::NotContains => "!~",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    fn leading(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operator| text.starts_with(operator.text()))
    }
}

/// All tokens of `line`, or those before a problem and the problem.
///
/// Behind an operator a bare text goes on over operators: `url=http://a/?b=c` asks for one value.
pub(super) fn tokens(line: &str) -> (Vec<Token<'_>>, Option<(Range<usize>, Problem)>) {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut at = 0;
    loop {
        let rest = line[at..].trim_start();
        at = line.len() - rest.len();
        let value = matches!(
            tokens.last(),
            Some(Token {
                piece: Piece::Operator(_),
                ..
            })
        );
        match next(rest, value) {
            None => return (tokens, None),
            Some(Ok((length, piece))) => {
                tokens.push(Token {
                    at: at..at + length,
                    piece,
                });
                at += length;
            }
            Some(Err((within, problem))) => {
                return (tokens, Some((at + within.start..at + within.end, problem)));
            }
        }
    }
}

type Next<'a> = Result<(usize, Piece<'a>), (Range<usize>, Problem)>;

fn next(rest: &str, value: bool) -> Option<Next<'_>> {
    let piece = match rest.chars().next()? {
        '(' => (1, Piece::Open),
        ')' => (1, Piece::Close),
        quote @ ('"' | '\'') => return Some(quoted(rest, quote)),
        _ => match Operator::leading(rest) {
            Some(operator) => (operator.text().len(), Piece::Operator(operator)),
            None => {
                let word = bare(rest, value);
                if let Some((at, instead)) = foreign(word) {
                    let found = &FOREIGN[instead];
                    let (found, instead) = (found.0, found.1);
                    return Some(Err((at..at + found.len(), Problem::Foreign { found, instead })));
                }
                (word.len(), Piece::Bare(word))
            }
        },
    };
    Some(Ok(piece))
}

fn bare(rest: &str, value: bool) -> &str {
    let ends = |(at, c): (usize, char)| {
        c.is_whitespace()
            || matches!(c, '(' | ')' | '"')
            || !value && Operator::leading(&rest[at..]).is_some()
    };
    let length = rest
        .char_indices()
        .find(|place| ends(*place))
        .map_or(rest.len(), |(at, _)| at);
    &rest[..length]
}

/// How other languages write what is a word here.
const FOREIGN: [(&str, &str); 2] = [("&&", "AND"), ("||", "OR")];

/// Where a word has one of them, and which.
fn foreign(word: &str) -> Option<(usize, usize)> {
    let found = |(number, (text, _)): (usize, &(&str, &str))| Some((word.find(text)?, number));
    FOREIGN.iter().enumerate().filter_map(found).min()
}

fn quoted(rest: &str, quote: char) -> Next<'_> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Ok((at + 1, Piece::Quoted(Cow::Owned(text)))),
            '\\' => match chars.next() {
                Some((_, escape @ ('"' | '\'' | '\\'))) => text.push(escape),
                Some((_, 'n')) => text.push('\n'),
                Some((_, 'r')) => text.push('\r'),
                Some((_, 't')) => text.push('\t'),
                Some((end, found)) => {
                    return Err((at..end + found.len_utf8(), Problem::UnknownEscape { found }));
                }
                None => break,
            },
            c => text.push(c),
        }
    }
    Err((0..rest.len(), Problem::UnclosedQuote))
}

/// Whether a text is the same to a reader without quotes, wherever it stands.
pub(super) fn stands_bare(text: &str) -> bool {
    !text.is_empty()
        && keyword(text).is_none()
        && text != "*"
        && !text.starts_with('\'')
        && foreign(text).is_none()
        && !text.contains(|c: char| {
            c.is_whitespace() || matches!(c, '(' | ')' | '"' | '=' | '!' | '<' | '>' | '~')
        })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    And,
    Or,
    Not,
}

pub(super) fn keyword(text: &str) -> Option<Keyword> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("and") {
        Some(Keyword::And)
    } else if is("or") {
        Some(Keyword::Or)
    } else if is("not") {
        Some(Keyword::Not)
    } else {
        None
    }
}
