//! Parents: nearly always a span of the same block, and then how far away it stands.

use std::collections::HashMap;

use crate::model::SpanId;
use crate::store::ReadError;
use crate::store::codec::damaged;

/// No parent.
const NONE: u64 = 0;
/// The next of the parents whose ids are kept.
const ELSEWHERE: u64 = 1;
/// From here on: a span of the block, by its distance.
const NEAR: u64 = 2;

/// What stands in the column, and the ids of the parents that are not in the block.
pub(super) fn encode(spans: &[SpanId], parents: &[Option<SpanId>]) -> (Vec<u64>, Vec<SpanId>) {
    let places: HashMap<SpanId, usize, foldhash::fast::RandomState> =
        spans.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let mut elsewhere = Vec::new();
    let codes = parents.iter().enumerate().map(|(place, parent)| match parent {
        None => NONE,
        Some(parent) => match places.get(parent) {
            Some(&there) => NEAR + zigzag(there as i64 - place as i64),
            None => {
                elsewhere.push(*parent);
                ELSEWHERE
            }
        },
    });
    (codes.collect(), elsewhere)
}

/// The parents that [`encode`] was given.
pub(super) fn decode(
    codes: &[u64],
    spans: &[SpanId],
    elsewhere: &[SpanId],
) -> Result<Vec<Option<SpanId>>, ReadError> {
    let mut elsewhere = elsewhere.iter().copied();
    let parent = |(place, &code): (usize, &u64)| match code {
        NONE => Ok(None),
        ELSEWHERE => elsewhere
            .next()
            .map(Some)
            .ok_or_else(|| damaged("a block's parents")),
        near => {
            let there = (place as i64).checked_add(unzigzag(near - NEAR));
            let there = there.and_then(|there| spans.get(usize::try_from(there).ok()?));
            there
                .map(|id| Some(*id))
                .ok_or_else(|| damaged("a block's parents"))
        }
    };
    codes.iter().enumerate().map(parent).collect()
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> SpanId {
        SpanId(number.to_be_bytes())
    }

    #[test]
    fn parents_come_back() {
        let spans = [id(1), id(2), id(3)];
        let parents = [Some(id(3)), None, Some(id(9))];
        let (codes, elsewhere) = encode(&spans, &parents);
        assert_eq!(elsewhere, [id(9)]);
        assert_eq!(decode(&codes, &spans, &elsewhere).expect("whole"), parents);
    }

    #[test]
    fn damaged_parents_are_an_error() {
        assert!(decode(&[ELSEWHERE], &[id(1)], &[]).is_err());
        assert!(decode(&[NEAR + zigzag(5)], &[id(1)], &[]).is_err());
        assert!(decode(&[u64::MAX], &[id(1)], &[]).is_err());
    }
}
