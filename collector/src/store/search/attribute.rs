//! Attributes and texts, wherever in a block they are: in columns, with the scopes, or in the remainder.

use super::bits::Bits;

use super::finder::{Finder, Finders};
use super::scopes::of_scopes;
use crate::filter::{Filter, Test, ValueTest, holds};
use crate::model::{Span, Value};
use crate::store::ReadError;
use crate::store::block::{Block, Column, ColumnValues, Frames, Type, signed};
use crate::store::codec::Texts;
use crate::wire::{Origin, SpanView, ValueView};

/// The spans with such an attribute.
pub(super) fn with<F: Frames>(
    block: &Block<F>,
    key: &str,
    value: &ValueTest,
    test: &Test,
    finders: &Finders,
) -> Result<Bits, ReadError> {
    let mut bits = of_scopes(block, &scopes(block, test)?)?;
    for (number, column) in block.meta()?.columns.iter().enumerate() {
        if column.key == key && may_match(column.kind, value) {
            let matches = match value {
                ValueTest::Present => None,
                value => Some(values(&block.column(number as u16)?, column, value, finders)?),
            };
            // Nearly always none matches, and whose values they are need not be known.
            if matches.as_ref().is_none_or(|matches| matches.contains(&true)) {
                bits.or(&spans_of(block, number as u16, matches.as_deref())?);
            }
        }
    }
    bits.or(&remainder(block, finders.get(key)?, test)?);
    Ok(bits)
}

/// The spans with a text anywhere.
pub(super) fn anywhere<F: Frames>(
    block: &Block<F>,
    text: &str,
    test: &Test,
    finders: &Finders,
) -> Result<Bits, ReadError> {
    if text.is_empty() {
        return Ok(Bits::all(block.len()));
    }
    let finder = finders.get(text)?;
    let mut bits = of_scopes(block, &scopes(block, test)?)?;
    let names = block.name()?;
    if let Some(matches) = texts_with(names, finder) {
        bits.or(&Bits::from_iter(
            block.len(),
            names.places().iter().map(|&name| matches[name as usize]),
        ));
    }
    for (number, column) in block.meta()?.columns.iter().enumerate() {
        let number = number as u16;
        if finder.is_in(column.key.as_bytes()) {
            bits.or(&spans_of(block, number, None)?);
        } else if let Type::Text | Type::Other = column.kind
            && let ColumnValues::Texts(texts) = block.column(number)?
            && let Some(mut matches) = texts_with(&texts, finder)
        {
            if column.kind == Type::Other {
                // A number's bytes may look like the text.
                for (number, matches) in (0..).zip(&mut matches) {
                    *matches &= value_of(texts.text(number)).is_some_and(|value| holds(&value, text));
                }
            }
            let matches: Vec<bool> = texts
                .places()
                .iter()
                .map(|&text| matches[text as usize])
                .collect();
            bits.or(&spans_of(block, number, Some(&matches))?);
        }
    }
    bits.or(&remainder(block, finder, test)?);
    Ok(bits)
}

/// Of each scope, whether the test is true of what a span has from it alone.
fn scopes<F: Frames>(block: &Block<F>, test: &Test) -> Result<Vec<bool>, ReadError> {
    let filter = Filter::Is(test.clone());
    let matches = block.meta()?.scopes.iter().map(|scope| {
        partial(&[], scope.origin().unwrap_or_default()).is_some_and(|span| filter.matches(&span))
    });
    Ok(matches.collect())
}

/// The spans of which the test is true by what is in the remainder: events, links, status text.
fn remainder<F: Frames>(block: &Block<F>, finder: &Finder, test: &Test) -> Result<Bits, ReadError> {
    let rest = block.remainder()?;
    if !finder.is_in(rest.all()) {
        return Ok(Bits::none(block.len()));
    }
    let filter = Filter::Is(test.clone());
    let matches: Vec<bool> = (0..rest.distinct())
        .map(|number| {
            let span = partial(rest.text(number), Origin::default());
            span.is_some_and(|span| filter.matches(&span))
        })
        .collect();
    Ok(Bits::from_iter(
        block.len(),
        rest.places().iter().map(|&number| matches[number as usize]),
    ))
}

/// A span that has only this.
fn partial(bytes: &[u8], (resource, scope): Origin) -> Option<Span> {
    SpanView::parse(bytes)
        .and_then(|span| span.read(resource, scope))
        .ok()
}

/// Of each text, whether the part is in it; `None` when it is in none.
fn texts_with(texts: &Texts, finder: &Finder) -> Option<Vec<bool>> {
    // All at once is fast, and finds too much only where two texts meet.
    let any = finder.is_in(texts.all());
    any.then(|| {
        (0..texts.distinct())
            .map(|number| finder.is_in(texts.text(number)))
            .collect()
    })
}

fn may_match(kind: Type, test: &ValueTest) -> bool {
    match test {
        ValueTest::Present | ValueTest::Equals(_) => true,
        ValueTest::Contains(_) => matches!(kind, Type::Text | Type::Other),
        ValueTest::Number(..) => matches!(kind, Type::Int | Type::Double | Type::Other),
    }
}

/// Of each value of a column, whether it is as asked.
fn values(
    values: &ColumnValues,
    column: &Column,
    test: &ValueTest,
    finders: &Finders,
) -> Result<Vec<bool>, ReadError> {
    Ok(match values {
        ColumnValues::Numbers(values) => match (test, column.kind) {
            (ValueTest::Number(order, wanted), Type::Int) => values
                .iter()
                .map(|&number| order.holds(signed(number) as f64, *wanted))
                .collect(),
            (ValueTest::Number(order, wanted), Type::Double) => values
                .iter()
                .map(|&number| order.holds(f64::from_bits(number), *wanted))
                .collect(),
            _ => numbers(values, column.kind)
                .map(|value| test.matches(&value))
                .collect(),
        },
        ColumnValues::Texts(texts) => {
            let distinct = (0..texts.distinct()).map(|number| texts.text(number));
            let matches: Vec<bool> = match (column.kind, test) {
                (Type::Text, ValueTest::Contains(part)) => texts_with(texts, finders.get(part)?)
                    .unwrap_or_else(|| vec![false; texts.distinct() as usize]),
                (Type::Text, ValueTest::Equals(wanted)) => {
                    distinct.map(|text| text == wanted.as_bytes()).collect()
                }
                (Type::Text, _) => vec![false; texts.distinct() as usize],
                _ => distinct
                    .map(|message| value_of(message).is_some_and(|value| test.matches(&value)))
                    .collect(),
            };
            texts
                .places()
                .iter()
                .map(|&text| matches[text as usize])
                .collect()
        }
    })
}

/// The values in a column of numbers.
pub(super) fn numbers(values: &[u64], kind: Type) -> impl Iterator<Item = Value> {
    values.iter().map(move |&number| match kind {
        Type::Bool => Value::Bool(number != 0),
        Type::Double => Value::Double(f64::from_bits(number)),
        _ => Value::Int(signed(number)),
    })
}

/// The value in a column of what is rare.
fn value_of(message: &[u8]) -> Option<Value> {
    ValueView::parse(message).and_then(ValueView::read).ok()
}

/// The spans that have a value in this column; where `matches` is given, one that matches.
fn spans_of<F: Frames>(block: &Block<F>, column: u16, matches: Option<&[bool]>) -> Result<Bits, ReadError> {
    let shapes = block.shapes()?;
    let counts: Vec<usize> = shapes
        .lists
        .iter()
        .map(|list| list.iter().filter(|&&each| each == column).count())
        .collect();
    let mut bits = Bits::none(block.len());
    let mut next = 0;
    for (span, &shape) in shapes.of.iter().enumerate() {
        let count = counts[shape as usize];
        let here = next..next + count;
        next += count;
        let holds = match matches {
            None => count > 0,
            Some(matches) => matches.get(here).is_some_and(|matches| matches.contains(&true)),
        };
        if holds {
            bits.set(span);
        }
    }
    Ok(bits)
}
