//! From a line to a filter, by recursive descent of bounded depth.

use std::ops::Range;

use super::error::{LineError, Problem};
use super::field::{Field, means_trace};
use super::lexer::{Keyword, Operator, Piece, Token, keyword, tokens};
use super::print::written_key;
use super::{MAX_DEPTH, MAX_LENGTH, quantity};
use crate::filter::{Filter, Order, Test, TextTest, ValueTest};
use crate::model::{Kind, Nanos, StatusCode};

/// The filter that `line` asks for; every span for an empty one. Times before now count from `now`.
///
/// # Errors
/// When the line cannot be read: where, what was expected, and how that looks.
pub fn parse(line: &str, now: Nanos) -> Result<Filter, LineError> {
    if line.len() > MAX_LENGTH {
        return Err(LineError::new(line, 0..0, Problem::TooLong));
    }
    let (tokens, problem) = tokens(line);
    if let Some((at, problem)) = problem {
        return Err(LineError::new(line, at, problem));
    }
    if tokens.is_empty() {
        return Ok(Filter::everything());
    }
    let mut parser = Parser {
        line,
        tokens,
        at: 0,
        depth: 0,
        now,
    };
    let filter = parser.any("here")?;
    match parser.peek() {
        None => Ok(filter),
        Some(token) => Err(LineError::new(
            line,
            token.at.clone(),
            Problem::UnopenedParenthesis,
        )),
    }
}

struct Parser<'a> {
    line: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: usize,
    now: Nanos,
}

impl<'a> Parser<'a> {
    fn any(&mut self, place: &'static str) -> Result<Filter, LineError> {
        let mut any = vec![self.all(place)?];
        while self.take_keyword(Keyword::Or) {
            any.push(self.all("after OR")?);
        }
        Ok(one_or(any, Filter::Any))
    }

    fn all(&mut self, place: &'static str) -> Result<Filter, LineError> {
        let mut all = vec![self.negated(place)?];
        loop {
            if self.take_keyword(Keyword::And) {
                all.push(self.negated("after AND")?);
            } else if self.at_condition() {
                all.push(self.negated("here")?);
            } else {
                return Ok(one_or(all, Filter::All));
            }
        }
    }

    fn negated(&mut self, place: &'static str) -> Result<Filter, LineError> {
        if !self.take_keyword(Keyword::Not) {
            return self.condition(place);
        }
        let filter = self.deeper(|parser| parser.negated("after NOT"))?;
        Ok(Filter::Not(Box::new(filter)))
    }

    fn condition(&mut self, place: &'static str) -> Result<Filter, LineError> {
        let missing = Problem::MissingCondition { place };
        let Some(token) = self.peek().cloned() else {
            return Err(self.error(self.line.len()..self.line.len(), missing));
        };
        match &token.piece {
            Piece::Close => Err(self.error(token.at, missing)),
            Piece::Operator(operator) => {
                let operator = operator.text();
                Err(self.error(token.at, Problem::MissingKey { operator }))
            }
            Piece::Open => {
                self.at += 1;
                let filter = self.deeper(|parser| parser.any("after ("))?;
                match self.peek() {
                    Some(Token {
                        piece: Piece::Close, ..
                    }) => self.at += 1,
                    _ => return Err(self.error(token.at, Problem::UnclosedParenthesis)),
                }
                Ok(filter)
            }
            Piece::Bare(word) if keyword(word).is_some() => Err(self.error(token.at, missing)),
            Piece::Bare(word) => self.term(token.at, word, Field::from_key(word)),
            Piece::Quoted(text) => self.term(token.at.clone(), text, None),
        }
    }

    /// A text by itself, or a key with operator and value.
    fn term(&mut self, at: Range<usize>, text: &str, field: Option<Field>) -> Result<Filter, LineError> {
        self.at += 1;
        let Some(Token {
            at: operator_at,
            piece: Piece::Operator(operator),
        }) = self.peek().cloned()
        else {
            let bare = !matches!(self.line.as_bytes().get(at.start), Some(b'"' | b'\''));
            return Ok(match text {
                "*" if bare => Filter::everything(),
                _ => Filter::Is(Test::Anywhere(text.to_owned())),
            });
        };
        if means_trace(text) && self.line.get(at.clone()) == Some(text) {
            return Err(self.error(at, Problem::TraceId { key: text.to_owned() }));
        }
        self.at += 1;
        let value = self.value(text, field, operator, operator_at.end)?;
        let condition = Condition {
            key: text,
            operator,
            operator_at,
            value,
            now: self.now,
        };
        match field {
            Some(field) => condition.of_field(field),
            None => condition.of_attribute(),
        }
        .map_err(|(at, problem)| self.error(at, problem))
    }

    fn value(
        &mut self,
        key: &str,
        field: Option<Field>,
        operator: Operator,
        end: usize,
    ) -> Result<Wanted, LineError> {
        let wanted = self.peek().and_then(|token| match &token.piece {
            Piece::Bare(word) => Some(((*word).to_owned(), true)),
            Piece::Quoted(text) => Some((text.clone().into_owned(), false)),
            _ => None,
        });
        let Some((text, bare)) = wanted else {
            let problem = Problem::MissingValue {
                key: key.to_owned(),
                operator: operator.text(),
                example: example(key, field, operator),
            };
            let at = self.peek().map_or(end..end, |token| token.at.clone());
            return Err(self.error(at, problem));
        };
        let at = self.tokens[self.at].at.clone();
        self.at += 1;
        Ok(Wanted { text, bare, at })
    }

    fn deeper(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<Filter, LineError>,
    ) -> Result<Filter, LineError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let at = self.tokens[self.at - 1].at.clone();
            return Err(self.error(at, Problem::TooDeep));
        }
        let filter = inner(self);
        self.depth -= 1;
        filter
    }

    fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at)
    }

    fn take_keyword(&mut self, wanted: Keyword) -> bool {
        let found = matches!(self.peek(), Some(Token { piece: Piece::Bare(word), .. }) if keyword(word) == Some(wanted));
        self.at += usize::from(found);
        found
    }

    fn at_condition(&self) -> bool {
        match self.peek().map(|token| &token.piece) {
            None | Some(Piece::Close) => false,
            Some(Piece::Bare(word)) => matches!(keyword(word), None | Some(Keyword::Not)),
            Some(Piece::Open | Piece::Quoted(_) | Piece::Operator(_)) => true,
        }
    }

    fn error(&self, at: Range<usize>, problem: Problem) -> LineError {
        LineError::new(self.line, at, problem)
    }
}

fn one_or(mut filters: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    match filters.len() {
        1 => filters.remove(0),
        _ => join(filters),
    }
}

/// What stands behind an operator.
struct Wanted {
    text: String,
    bare: bool,
    at: Range<usize>,
}

impl Wanted {
    /// `*` without quotes: whatever value there is.
    fn is_any(&self) -> bool {
        self.bare && self.text == "*"
    }
}

/// `key operator value`.
struct Condition<'a> {
    key: &'a str,
    operator: Operator,
    operator_at: Range<usize>,
    value: Wanted,
    now: Nanos,
}

type Placed = (Range<usize>, Problem);

impl Condition<'_> {
    fn of_field(self, field: Field) -> Result<Filter, Placed> {
        let text = &self.value.text;
        match field {
            Field::Service | Field::Name if self.value.is_any() => self.either(Filter::everything(), field),
            Field::Service => Ok(self.text(field)?.map(Test::Service)),
            Field::Name => Ok(self.text(field)?.map(Test::Name)),
            Field::Duration => {
                let nanos = quantity::duration(text).ok_or_else(|| self.wrong_value(field))?;
                self.ordered(field, |order| Test::Duration(order, nanos))
            }
            Field::Start => {
                let moment = quantity::moment(text, self.now).ok_or_else(|| self.wrong_value(field))?;
                self.ordered(field, |order| Test::Start(order, moment))
            }
            Field::Error => {
                let error = Filter::Is(Test::Status(StatusCode::Error));
                match text.to_ascii_lowercase().as_str() {
                    "true" => self.either(error, field),
                    "false" => Ok(not(self.either(error, field)?)),
                    _ => Err(self.wrong_value(field)),
                }
            }
            Field::Status => {
                let code = StatusCode::from_name(text).ok_or_else(|| self.wrong_value(field))?;
                self.either(Filter::Is(Test::Status(code)), field)
            }
            Field::Kind => {
                let kind = Kind::from_name(text).ok_or_else(|| self.wrong_value(field))?;
                self.either(Filter::Is(Test::Kind(kind)), field)
            }
        }
    }

    fn of_attribute(self) -> Result<Filter, Placed> {
        let test = |test| Filter::Is(Test::Attribute(self.key.to_owned(), test));
        let number = |order| match self.value.text.parse::<f64>() {
            Ok(number) => Ok(test(ValueTest::Number(order, number))),
            Err(_) => Err((
                self.value.at.clone(),
                Problem::WrongValue {
                    key: format!("{}{}", written_key(self.key), self.operator.text()),
                    found: self.value.text.clone(),
                    expected: "a number",
                    example: example(self.key, None, self.operator),
                },
            )),
        };
        let equals = || match self.value.is_any() {
            true => test(ValueTest::Present),
            false => test(ValueTest::Equals(self.value.text.clone())),
        };
        let contains = || test(ValueTest::Contains(self.value.text.clone()));
        match self.operator {
            Operator::Equal => Ok(equals()),
            Operator::NotEqual => Ok(not(equals())),
            Operator::Contains => Ok(contains()),
            Operator::NotContains => Ok(not(contains())),
            Operator::Same => number(Order::Equal),
            Operator::Less => number(Order::Less),
            Operator::LessOrEqual => number(Order::LessOrEqual),
            Operator::Greater => number(Order::Greater),
            Operator::GreaterOrEqual => number(Order::GreaterOrEqual),
        }
    }

    fn text(self, field: Field) -> Result<Perhaps<TextTest>, Placed> {
        let (is, test): (bool, fn(String) -> TextTest) = match self.operator {
            Operator::Equal => (true, TextTest::Equals),
            Operator::NotEqual => (false, TextTest::Equals),
            Operator::Contains => (true, TextTest::Contains),
            Operator::NotContains => (false, TextTest::Contains),
            _ => return Err(self.wrong_operator(field)),
        };
        Ok(Perhaps {
            is,
            test: test(self.value.text),
        })
    }

    fn ordered(self, field: Field, test: impl Fn(Order) -> Test) -> Result<Filter, Placed> {
        let order = match self.operator {
            Operator::Less => Order::Less,
            Operator::LessOrEqual => Order::LessOrEqual,
            Operator::Greater => Order::Greater,
            Operator::GreaterOrEqual => Order::GreaterOrEqual,
            Operator::Equal | Operator::Same => Order::Equal,
            Operator::NotEqual => return Ok(not(Filter::Is(test(Order::Equal)))),
            Operator::Contains | Operator::NotContains => return Err(self.wrong_operator(field)),
        };
        Ok(Filter::Is(test(order)))
    }

    fn either(self, filter: Filter, field: Field) -> Result<Filter, Placed> {
        match self.operator {
            Operator::Equal => Ok(filter),
            Operator::NotEqual => Ok(not(filter)),
            _ => Err(self.wrong_operator(field)),
        }
    }

    fn wrong_operator(&self, field: Field) -> Placed {
        let problem = Problem::WrongOperator {
            key: self.key.to_owned(),
            operator: self.operator.text(),
            allowed: field.operators_in_words(),
            example: field.example().to_owned(),
        };
        (self.operator_at.clone(), problem)
    }

    fn wrong_value(&self, field: Field) -> Placed {
        let problem = Problem::WrongValue {
            key: self.key.to_owned(),
            found: self.value.text.clone(),
            expected: field.values_in_words(),
            example: field.example().to_owned(),
        };
        (self.value.at.clone(), problem)
    }
}

/// A test, or its opposite.
struct Perhaps<T> {
    is: bool,
    test: T,
}

impl<T> Perhaps<T> {
    fn map(self, test: impl FnOnce(T) -> Test) -> Filter {
        let filter = Filter::Is(test(self.test));
        if self.is { filter } else { not(filter) }
    }
}

fn not(filter: Filter) -> Filter {
    match filter {
        Filter::Not(filter) => *filter,
        filter => Filter::Not(Box::new(filter)),
    }
}

fn example(key: &str, field: Option<Field>, operator: Operator) -> String {
    let key = written_key(key);
    match (field, operator) {
        (Some(field), _) => field.example().to_owned(),
        (None, Operator::Equal | Operator::NotEqual) => format!("{key}{}\"noor\"", operator.text()),
        (None, Operator::Contains | Operator::NotContains) => format!("{key}{}noo", operator.text()),
        (None, _) => format!("{key}{}100", operator.text()),
    }
}
