//! What a search asks of a span.
//!
//! One tree for all who search: the query line, Jaeger's parameters and the command line make it, the store answers it.
//! [`Filter::matches`] is its meaning; the store's faster ways give the same answers.

pub mod line;
mod matching;

pub(crate) use matching::holds;

use crate::model::{Kind, Nanos, StatusCode};

/// What must be true of one span.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All of these; true where there is none.
    All(Vec<Filter>),
    /// One of these at least.
    Any(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// This.
    Is(Test),
}

impl Filter {
    /// True of every span.
    #[must_use]
    pub fn everything() -> Self {
        Self::All(Vec::new())
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All(mut all), Self::All(more)) => {
                all.extend(more);
                Self::All(all)
            }
            (Self::All(mut all), other) => {
                all.push(other);
                Self::All(all)
            }
            (this, Self::All(all)) => Self::All(std::iter::once(this).chain(all).collect()),
            (this, other) => Self::All(vec![this, other]),
        }
    }
}

/// One thing that may be true of a span.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// The service's name.
    Service(TextTest),
    /// The operation.
    Name(TextTest),
    /// The kind.
    Kind(Kind),
    /// The status.
    Status(StatusCode),
    /// Nanoseconds from start to end.
    Duration(Order, Nanos),
    /// When it began.
    Start(Order, Nanos),
    /// An attribute of the span, or of its resource, scope, events or links has this key, and a value like this.
    /// Where several have the key, one is enough.
    Attribute(String, ValueTest),
    /// A text anywhere in the span: names, values, keys, status text, events, links, resource. Letters' case is
    /// ignored in ASCII.
    Anywhere(String),
}

/// What is asked of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextTest {
    /// The very text.
    Equals(String),
    /// A part of it. Letters' case is ignored in ASCII.
    Contains(String),
}

/// What is asked of an attribute's value.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueTest {
    /// There is one.
    Present,
    /// As it is written: a text is the same, a number is equal, a yes or no is the same; a value in a list is enough.
    /// `"200"` finds the text and the number.
    Equals(String),
    /// A part of the text. Letters' case is ignored in ASCII.
    Contains(String),
    /// A number stands so to this one. NaN never does.
    Number(Order, f64),
}

/// How two numbers stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `=`
    Equal,
    /// `>=`
    GreaterOrEqual,
    /// `>`
    Greater,
}

impl Order {
    /// Whether `left` stands so to `right`.
    pub fn holds<T: PartialOrd>(self, left: T, right: T) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Equal => left == right,
            Self::GreaterOrEqual => left >= right,
            Self::Greater => left > right,
        }
    }
}
