//! Whole numbers as byte planes: the least of them, then the lowest bytes of all, then the next ones, and so on.
//! What varies little ends in planes of zeros, which compress to nothing.

use std::ops::RangeInclusive;

use super::{Cursor, damaged};
use crate::store::ReadError;

/// Appends the planes of `numbers`.
pub(in crate::store) fn pack(to: &mut Vec<u8>, numbers: &[u64]) {
    let least = numbers.iter().copied().min().unwrap_or(0);
    let most = numbers.iter().copied().max().unwrap_or(0);
    let width = (64 - (most - least).leading_zeros()).div_ceil(8) as usize;
    to.extend_from_slice(&least.to_le_bytes());
    to.push(width as u8);
    for plane in 0..width {
        to.extend(
            numbers
                .iter()
                .map(|number| ((number - least) >> (8 * plane)) as u8),
        );
    }
}

/// Reads `count` numbers.
pub(in crate::store) fn unpack(from: &mut Cursor<'_>, count: usize) -> Result<Vec<u64>, ReadError> {
    Ok(Planes::read(from, count)?.numbers())
}

/// Numbers that are packed.
#[derive(Debug)]
pub(in crate::store) struct Planes {
    least: u64,
    /// One plane after the other, each with a byte of every number.
    bytes: Vec<u8>,
    count: usize,
}

impl Planes {
    /// Those of `count` numbers.
    pub(in crate::store) fn read(from: &mut Cursor<'_>, count: usize) -> Result<Self, ReadError> {
        let least = u64::from_le_bytes(from.array()?);
        let [width] = from.array()?;
        if width > 8 {
            return Err(damaged("the width of a column"));
        }
        let bytes = from.take(count.saturating_mul(width.into()))?.to_vec();
        Ok(Self { least, bytes, count })
    }

    fn planes(&self) -> std::slice::ChunksExact<'_, u8> {
        self.bytes.chunks_exact(self.count.max(1))
    }

    /// What no number is below or above, by the plane of the highest bytes alone: they may be nearer to each other.
    pub(in crate::store) fn bounds(&self) -> RangeInclusive<u64> {
        let mut planes = self.planes();
        let most = planes.next_back().map_or(0, |highest| {
            let below = 8 * planes.len();
            let highest = highest.iter().copied().max().unwrap_or(0);
            u64::from(highest) << below | ((1 << below) - 1)
        });
        self.least..=self.least.saturating_add(most)
    }

    /// The number at a place; `None` past the end.
    pub(in crate::store) fn get(&self, place: usize) -> Option<u64> {
        let bytes = self.planes().zip((0..).step_by(8));
        let add =
            |sum: u64, (plane, shift): (&[u8], usize)| sum.wrapping_add(u64::from(plane[place]) << shift);
        (place < self.count).then(|| bytes.fold(self.least, add))
    }

    /// All of them.
    pub(in crate::store) fn numbers(&self) -> Vec<u64> {
        let add = |number: u64, byte, shift| number.wrapping_add(u64::from(byte) << shift);
        self.unpack(self.least, add)
    }

    /// All of them, where each is below `limit`, which what they count has.
    pub(in crate::store) fn indices(&self, limit: usize) -> Result<Vec<u32>, ReadError> {
        let wrong = || damaged("an index in a block");
        let least = u32::try_from(self.least).map_err(|_| wrong())?;
        if self.planes().len() > size_of::<u32>() {
            return Err(wrong());
        }
        let add = |index: u32, byte, shift| index.wrapping_add(u32::from(byte) << shift);
        let indices = self.unpack(least, add);
        // The bounds nearly always tell, and sooner.
        let below =
            *self.bounds().end() < limit as u64 || indices.iter().all(|&index| (index as usize) < limit);
        below.then_some(indices).ok_or_else(wrong)
    }

    fn unpack<T: Copy>(&self, least: T, add: impl Fn(T, u8, usize) -> T) -> Vec<T> {
        let mut planes = self.planes();
        let mut numbers: Vec<T> = match planes.next() {
            Some(lowest) => lowest.iter().map(|&byte| add(least, byte, 0)).collect(),
            None => vec![least; self.count],
        };
        for (plane, shift) in planes.zip((8..).step_by(8)) {
            for (number, &byte) in numbers.iter_mut().zip(plane) {
                *number = add(*number, byte, shift);
            }
        }
        numbers
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(numbers in prop::collection::vec(any::<u64>(), 0..50)) {
            let mut bytes = Vec::new();
            pack(&mut bytes, &numbers);
            let planes = Planes::read(&mut Cursor::new(&bytes), numbers.len()).expect("whole");
            prop_assert!(numbers.iter().all(|number| planes.bounds().contains(number)));
            let each: Vec<u64> = (0..).map_while(|place| planes.get(place)).collect();
            prop_assert_eq!(&each, &numbers);
            prop_assert_eq!(planes.numbers(), numbers);
        }

        #[test]
        fn indices_come_back_where_there_is_what_they_count(
            indices in prop::collection::vec(0..1000_u32, 1..50),
            limit in 0..1100_usize,
        ) {
            let mut bytes = Vec::new();
            pack(&mut bytes, &indices.iter().copied().map(u64::from).collect::<Vec<_>>());
            let planes = Planes::read(&mut Cursor::new(&bytes), indices.len()).expect("whole");
            let below = indices.iter().all(|&index| (index as usize) < limit);
            prop_assert_eq!(planes.indices(limit).ok(), below.then_some(indices));
        }

        #[test]
        fn any_bytes_are_numbers_or_an_error(bytes: Vec<u8>, count in 0..100_usize) {
            if let Ok(planes) = Planes::read(&mut Cursor::new(&bytes), count) {
                let (_, _) = (planes.bounds(), planes.indices(9));
                prop_assert_eq!(planes.numbers().len(), count);
            }
        }
    }

    #[test]
    fn what_is_the_same_takes_no_plane() {
        let mut bytes = Vec::new();
        pack(&mut bytes, &[7; 1000]);
        assert_eq!(bytes.len(), 9);
    }
}
