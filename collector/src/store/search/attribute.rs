//! Attributes and texts, wherever in a block they are: in columns, with the scopes, or in the remainder.

use super::bits::Bits;

use super::finder::{Finder, Finders};
use super::scopes::of_scopes;
use crate::filter::{Filter, Order, Test, ValueTest, holds};
use crate::model::{Span, Value};
use crate::store::ReadError;
use crate::store::block::{Block, Column, ColumnValues, Frames, Type, signed};
use crate::store::codec::{Planes, Texts};
use crate::wire::{Origin, SpanView, ValueView};

/// The spans with such an attribute.
pub(super) fn with<F: Frames>(
    block: &Block<F>,
    key: &str,
    value: &ValueTest,
    test: &Test,
    finders: &Finders,
) -> Result<Bits, ReadError> {
    let finder = finders.get(key)?;
    let mut bits = of_scopes(block, &scopes(block, finder, test)?)?;
    for (number, column) in block.meta()?.columns.iter().enumerate() {
        if column.key == key && may_match(column.kind, value) {
            let number = number as u16;
            if *value == ValueTest::Present {
                bits.or(&spans_of(block, number, None)?);
            } else if let Some(matches) = values(&block.column(number)?, column, value, finders)? {
                bits.or(&spans_of(block, number, Some(&matches))?);
            }
        }
    }
    bits.or(&remainder(block, finder, test)?);
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
    let mut bits = of_scopes(block, &scopes(block, finder, test)?)?;
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
fn scopes<F: Frames>(block: &Block<F>, finder: &Finder, test: &Test) -> Result<Vec<bool>, ReadError> {
    let filter = Filter::Is(test.clone());
    let matches = block.meta()?.scopes.iter().map(|scope| {
        (finder.is_in(&scope.resource) || finder.is_in(&scope.scope))
            && partial(&[], scope.origin().unwrap_or_default()).is_some_and(|span| filter.matches(&span))
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

/// Of each value of a column, whether it is as asked; `None` when none is.
fn values(
    values: &ColumnValues,
    column: &Column,
    test: &ValueTest,
    finders: &Finders,
) -> Result<Option<Vec<bool>>, ReadError> {
    let matches: Vec<bool> = match values {
        ColumnValues::Numbers(planes) => match test {
            ValueTest::Number(order, wanted) if !may_stand(planes, column.kind, *order, *wanted) => {
                return Ok(None);
            }
            ValueTest::Number(order, wanted) if column.kind == Type::Int => {
                let numbers = planes.numbers().into_iter();
                numbers
                    .map(|number| order.holds(signed(number) as f64, *wanted))
                    .collect()
            }
            _ => numbers(planes, column.kind)
                .map(|value| test.matches(&value))
                .collect(),
        },
        ColumnValues::Texts(texts) => {
            let distinct = (0..texts.distinct()).map(|number| texts.text(number));
            let matches: Option<Vec<bool>> = match (column.kind, test) {
                (Type::Text, ValueTest::Contains(part)) => texts_with(texts, finders.get(part)?),
                (Type::Text, ValueTest::Equals(wanted)) => {
                    Some(distinct.map(|text| text == wanted.as_bytes()).collect())
                }
                (Type::Text, _) => None,
                _ => Some(
                    distinct
                        .map(|message| value_of(message).is_some_and(|value| test.matches(&value)))
                        .collect(),
                ),
            };
            let Some(matches) = matches else { return Ok(None) };
            texts
                .places()
                .iter()
                .map(|&text| matches[text as usize])
                .collect()
        }
    };
    // Nearly always none matches, and whose values they are need not be known.
    Ok(matches.contains(&true).then_some(matches))
}

/// Whether some of a column's numbers may stand so to `wanted`, by their bounds.
fn may_stand(planes: &Planes, kind: Type, order: Order, wanted: f64) -> bool {
    let (least, most) = planes.bounds().into_inner();
    let (least, most) = match kind {
        Type::Int => (signed(least) as f64, signed(most) as f64),
        // Doubles that are not below 0 stand to each other as their bits do.
        Type::Double if most <= f64::INFINITY.to_bits() => (f64::from_bits(least), f64::from_bits(most)),
        _ => return true,
    };
    match order {
        Order::Less | Order::LessOrEqual => order.holds(least, wanted),
        Order::Greater | Order::GreaterOrEqual => order.holds(most, wanted),
        Order::Equal => (least..=most).contains(&wanted),
    }
}

/// The values in a column of numbers.
pub(super) fn numbers(planes: &Planes, kind: Type) -> impl Iterator<Item = Value> {
    planes.numbers().into_iter().map(move |number| match kind {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::codec::{Cursor, pack};

    fn double() -> impl Strategy<Value = f64> {
        prop_oneof![-3.0..3.0, prop::num::f64::ANY]
    }

    proptest! {
        #[test]
        fn a_column_with_a_number_that_stands_so_is_never_left_out(
            doubles in prop::collection::vec(double(), 1..20),
            wanted in double(),
        ) {
            let orders = [Order::Less, Order::LessOrEqual, Order::Equal, Order::GreaterOrEqual, Order::Greater];
            let bits: Vec<u64> = doubles.iter().map(|number| number.to_bits()).collect();
            for kind in [Type::Double, Type::Int] {
                let mut bytes = Vec::new();
                pack(&mut bytes, &bits);
                let planes = Planes::read(&mut Cursor::new(&bytes), bits.len()).expect("whole");
                for (order, number) in orders.iter().flat_map(|order| bits.iter().map(move |bits| (*order, *bits))) {
                    let number = if kind == Type::Int { signed(number) as f64 } else { f64::from_bits(number) };
                    for wanted in [wanted, number] {
                        prop_assert!(!order.holds(number, wanted) || may_stand(&planes, kind, order, wanted));
                    }
                }
            }
        }
    }

    #[test]
    fn a_column_whose_bounds_say_so_is_left_out() {
        let mut bytes = Vec::new();
        pack(&mut bytes, &[0.0, 0.25, 1.0].map(f64::to_bits));
        let planes = Planes::read(&mut Cursor::new(&bytes), 3).expect("whole");
        assert!(!may_stand(&planes, Type::Double, Order::Greater, 2.0));
        assert!(!may_stand(&planes, Type::Double, Order::Less, 0.0));
        assert!(!may_stand(&planes, Type::Double, Order::Equal, -1.0));
    }
}
