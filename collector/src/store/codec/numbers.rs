//! Whole numbers as byte planes: the least of them, then the lowest bytes of all, then the next ones, and so on.
//! What varies little ends in planes of zeros, which compress to nothing.

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
    let least = u64::from_le_bytes(from.array()?);
    let [width] = from.array()?;
    if width > 8 {
        return Err(damaged("the width of a column"));
    }
    let mut numbers = vec![least; count];
    for plane in 0..width {
        let bytes = from.take(count)?;
        for (number, &byte) in numbers.iter_mut().zip(bytes) {
            *number = number.wrapping_add(u64::from(byte) << (8 * plane));
        }
    }
    Ok(numbers)
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
            prop_assert_eq!(unpack(&mut Cursor::new(&bytes), numbers.len()).expect("whole"), numbers);
        }

        #[test]
        fn any_bytes_are_numbers_or_an_error(bytes: Vec<u8>, count in 0..100_usize) {
            let _ = unpack(&mut Cursor::new(&bytes), count);
        }
    }

    #[test]
    fn what_is_the_same_takes_no_plane() {
        let mut bytes = Vec::new();
        pack(&mut bytes, &[7; 1000]);
        assert_eq!(bytes.len(), 9);
    }
}
