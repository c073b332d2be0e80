//! From a filter to a line that reads back as that filter.

use std::borrow::Cow;
use std::fmt;

use super::field::{Field, means_trace};
use super::lexer::stands_bare;
use super::quantity::{written_duration, written_moment};
use crate::filter::{Filter, Order, Test, TextTest, ValueTest};
use crate::model::StatusCode;

/// A query line that asks for the same. [`super::parse`] gives the very filter back, but for lists of one or none
/// inside another, which the line has no words for, and NaN.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(all) if all.is_empty() => Ok(()),
            filter => line(filter, f),
        }
    }
}

fn line(filter: &Filter, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match filter {
        Filter::All(filters) | Filter::Any(filters) if filters.len() == 1 => line(&filters[0], f),
        Filter::All(all) if all.is_empty() => f.write_str("*"),
        Filter::Any(any) if any.is_empty() => f.write_str("NOT *"),
        Filter::All(all) => joined(all, " AND ", f),
        Filter::Any(any) => joined(any, " OR ", f),
        Filter::Not(filter) => match filter.as_ref() {
            Filter::Is(test) if has_opposite(test) => condition(test, true, f),
            filter => {
                f.write_str("NOT ")?;
                part(filter, f)
            }
        },
        Filter::Is(test) => condition(test, false, f),
    }
}

fn joined(filters: &[Filter], with: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (at, filter) in filters.iter().enumerate() {
        if at > 0 {
            f.write_str(with)?;
        }
        part(filter, f)?;
    }
    Ok(())
}

/// A filter inside another: in parentheses where it has several parts.
fn part(filter: &Filter, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match filter {
        Filter::All(filters) | Filter::Any(filters) if filters.len() == 1 => part(&filters[0], f),
        Filter::All(filters) | Filter::Any(filters) if filters.len() > 1 => {
            f.write_str("(")?;
            line(filter, f)?;
            f.write_str(")")
        }
        filter => line(filter, f),
    }
}

/// Whether `!=` or `!~` says the test's opposite.
fn has_opposite(test: &Test) -> bool {
    match test {
        Test::Service(_) | Test::Name(_) | Test::Kind(_) | Test::Status(_) => true,
        Test::Duration(order, _) | Test::Start(order, _) => *order == Order::Equal,
        Test::Attribute(_, test) => !matches!(test, ValueTest::Number(..)),
        Test::Anywhere(_) => false,
    }
}

fn condition(test: &Test, opposite: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let not = if opposite { "!" } else { "" };
    match test {
        Test::Service(test) => text("service", test, not, f),
        Test::Name(test) => text("name", test, not, f),
        Test::Kind(kind) => write!(f, "kind{not}={}", kind.name()),
        Test::Status(StatusCode::Error) => write!(f, "error={}", !opposite),
        Test::Status(code) => write!(f, "status{not}={}", code.name()),
        Test::Duration(order, nanos) => {
            write!(f, "duration{not}{}{}", sign(*order), written_duration(*nanos))
        }
        Test::Start(order, moment) => write!(f, "start{not}{}{}", sign(*order), written_moment(*moment)),
        Test::Attribute(key, test) => attribute(key, test, not, f),
        Test::Anywhere(text) if stands_bare(text) => f.write_str(text),
        Test::Anywhere(text) => f.write_str(&quoted(text)),
    }
}

fn text(key: &str, test: &TextTest, not: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match test {
        TextTest::Equals(text) => write!(f, "{key}{not}={}", quoted(text)),
        TextTest::Contains(part) => write!(f, "{key}{not}~{}", quoted(part)),
    }
}

fn attribute(key: &str, test: &ValueTest, not: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let key = written_key(key);
    match test {
        ValueTest::Present => write!(f, "{key}{not}=*"),
        ValueTest::Equals(text) if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() => {
            write!(f, "{key}{not}={text}")
        }
        ValueTest::Equals(text) => write!(f, "{key}{not}={}", quoted(text)),
        ValueTest::Contains(part) => write!(f, "{key}{not}~{}", quoted(part)),
        ValueTest::Number(Order::Equal, number) => write!(f, "{key}=={number:?}"),
        ValueTest::Number(order, number) => write!(f, "{key}{}{number:?}", sign(*order)),
    }
}

fn sign(order: Order) -> &'static str {
    match order {
        Order::Less => "<",
        Order::LessOrEqual => "<=",
        Order::Equal => "=",
        Order::GreaterOrEqual => ">=",
        Order::Greater => ">",
    }
}

/// An attribute's key as a line has it: in quotes where it needs them, or would mean a part of the span.
#[must_use]
pub fn written_key(key: &str) -> Cow<'_, str> {
    match stands_bare(key) && Field::from_key(key).is_none() && !means_trace(key) {
        true => Cow::Borrowed(key),
        false => Cow::Owned(quoted(key)),
    }
}

/// A text in quotes, with what must be escaped.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
