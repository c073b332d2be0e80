//! Which spans of a block a filter is true of, column by column.

use super::attribute;
use super::bits::Bits;
use super::finder::Finders;
use super::scopes::of_scopes;
use crate::filter::{Filter, Test, TextTest};
use crate::model::{Kind, StatusCode};
use crate::store::ReadError;
use crate::store::block::{Block, Frames, KIND_MASK, STATUS_SHIFT};

/// The spans that `filter` is true of.
pub(in crate::store) fn evaluate<F: Frames>(
    block: &Block<F>,
    filter: &Filter,
    finders: &Finders,
) -> Result<Bits, ReadError> {
    match filter {
        Filter::All(all) => {
            let mut bits = Bits::all(block.len());
            // What needs few columns goes first: the others may not be needed any more.
            let (cheap, dear): (Vec<_>, Vec<_>) = all.iter().partition(|filter| is_cheap(filter));
            for filter in cheap.into_iter().chain(dear) {
                bits.and(&evaluate(block, filter, finders)?);
                // What follows may need columns that are not yet read.
                if bits.is_empty() {
                    break;
                }
            }
            Ok(bits)
        }
        Filter::Any(any) => {
            let mut bits = Bits::none(block.len());
            for filter in any {
                bits.or(&evaluate(block, filter, finders)?);
            }
            Ok(bits)
        }
        Filter::Not(filter) => {
            let mut bits = evaluate(block, filter, finders)?;
            bits.invert();
            Ok(bits)
        }
        Filter::Is(test) => is(block, test, finders),
    }
}

/// Whether one column answers, of those that every span has.
fn is_cheap(filter: &Filter) -> bool {
    match filter {
        Filter::Is(Test::Attribute(..) | Test::Anywhere(_)) => false,
        Filter::Is(_) => true,
        Filter::Not(filter) => is_cheap(filter),
        Filter::All(all) | Filter::Any(all) => all.iter().all(is_cheap),
    }
}

fn is<F: Frames>(block: &Block<F>, test: &Test, finders: &Finders) -> Result<Bits, ReadError> {
    let length = block.len();
    Ok(match test {
        Test::Service(test) => {
            let matches: Vec<bool> = block
                .meta()?
                .scopes
                .iter()
                .map(|scope| test.matches(scope.service()))
                .collect();
            of_scopes(block, &matches)?
        }
        Test::Name(test) => {
            let names = block.name()?;
            let matches = matching(
                test,
                (0..names.distinct()).map(|number| names.text(number)),
                finders,
            )?;
            Bits::from_iter(length, names.places().iter().map(|&name| matches[name as usize]))
        }
        Test::Kind(kind) => {
            let kinds = block.kind()?.iter();
            Bits::from_iter(
                length,
                kinds.map(|number| Kind::from_otlp(number & KIND_MASK) == *kind),
            )
        }
        Test::Status(code) => {
            let codes = block.kind()?.iter().map(|number| number >> STATUS_SHIFT);
            Bits::from_iter(length, codes.map(|number| StatusCode::from_otlp(number) == *code))
        }
        Test::Duration(order, nanos) => {
            let durations = block.duration()?.iter();
            Bits::from_iter(length, durations.map(|&duration| order.holds(duration, *nanos)))
        }
        Test::Start(order, nanos) => Bits::from_iter(
            length,
            block.start()?.iter().map(|&start| order.holds(start, *nanos)),
        ),
        Test::Attribute(key, value) => attribute::with(block, key, value, test, finders)?,
        Test::Anywhere(text) => attribute::anywhere(block, text, test, finders)?,
    })
}

/// Of each text, whether it is as asked.
pub(super) fn matching<'a>(
    test: &TextTest,
    texts: impl Iterator<Item = &'a [u8]>,
    finders: &Finders,
) -> Result<Vec<bool>, ReadError> {
    Ok(match test {
        TextTest::Equals(wanted) => texts.map(|text| text == wanted.as_bytes()).collect(),
        TextTest::Contains(part) => {
            let finder = finders.get(part)?;
            texts.map(|text| finder.is_in(text)).collect()
        }
    })
}
