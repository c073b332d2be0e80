//! What may be wrong with a line, and where.

use std::ops::Range;

/// A query line cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {problem}")]
pub struct LineError {
    /// The bytes of the line that the problem is about; empty where something is missing.
    pub at: Range<usize>,
    /// Where that begins: characters from the start of the line, from 1.
    pub column: usize,
    /// What is wrong.
    pub problem: Problem,
}

impl LineError {
    pub(super) fn new(line: &str, at: Range<usize>, problem: Problem) -> Self {
        let column = line.get(..at.start).map_or(0, |before| before.chars().count()) + 1;
        Self { at, column, problem }
    }

    /// A line of `^` that stands below the part of `line` that the problem is about.
    #[must_use]
    pub fn caret(&self, line: &str) -> String {
        let marked = line
            .get(self.at.clone())
            .map_or(1, |part| part.chars().count().max(1));
        format!("{}{}", " ".repeat(self.column - 1), "^".repeat(marked))
    }
}

/// What is wrong with a line, what was expected, and how that looks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// More than [`super::MAX_LENGTH`].
    #[error("the line has more than {} bytes: ask for less at once", super::MAX_LENGTH)]
    TooLong,
    /// More than [`super::MAX_DEPTH`].
    #[error(
        "more than {} parentheses or NOTs are inside each other: leave some out",
        super::MAX_DEPTH
    )]
    TooDeep,
    /// A quote without its partner.
    #[error("this quote is never closed: end the text as it began, as in persona=\"noor\"")]
    UnclosedQuote,
    /// A backslash before something else.
    #[error(
        "\\{found} means nothing: in quotes write \\\\ for a backslash, \\\" for a quote, \\n, \\r or \\t"
    )]
    UnknownEscape {
        /// What the backslash stands before.
        found: char,
    },
    /// `(` without `)`.
    #[error("this parenthesis is never closed: add a ), as in (error=true OR duration>1s)")]
    UnclosedParenthesis,
    /// `)` without `(`.
    #[error("this parenthesis closes nothing: leave it out, or open it with a ( before")]
    UnopenedParenthesis,
    /// An operator of another language.
    #[error(
        "{found} is no operator: write {instead}, as in error=true {instead} duration>1s; a text with it needs quotes"
    )]
    Foreign {
        /// What stands there.
        found: &'static str,
        /// What is meant.
        instead: &'static str,
    },
    /// A trace's id as a condition of a span.
    #[error(
        "a trace is not searched for by a condition: write its id alone, as in 0af7651916cd43dd8448eb211c80319c, or show it \
         by spanwright show ID; an attribute of this name needs quotes, as in \"{key}\"=\"a\""
    )]
    TraceId {
        /// The key, as it stands there.
        key: String,
    },
    /// Nothing where a condition must be.
    #[error("a condition is expected {place}, as in error=true AND duration>1s")]
    MissingCondition {
        /// Where.
        place: &'static str,
    },
    /// An operator at the beginning of a condition.
    #[error("a key is expected before {operator}, as in persona{operator}\"noor\"")]
    MissingKey {
        /// The operator.
        operator: &'static str,
    },
    /// Nothing after an operator.
    #[error("a value is expected after {key}{operator}, as in {example}; a text that begins so needs quotes")]
    MissingValue {
        /// The key before the operator.
        key: String,
        /// The operator.
        operator: &'static str,
        /// The whole condition, as it may be.
        example: String,
    },
    /// An operator that the key does not take.
    #[error("{key} does not take {operator}: use {allowed}, as in {example}")]
    WrongOperator {
        /// The key.
        key: String,
        /// The operator.
        operator: &'static str,
        /// Operators that it takes.
        allowed: &'static str,
        /// The whole condition, as it may be.
        example: String,
    },
    /// A value that the key, or its operator, does not take.
    #[error("{key} takes {expected}, not {found:?}: as in {example}")]
    WrongValue {
        /// The key.
        key: String,
        /// What stands there.
        found: String,
        /// What may stand there.
        expected: &'static str,
        /// The whole condition, as it may be.
        example: String,
    },
}
