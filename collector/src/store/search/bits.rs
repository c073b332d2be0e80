//! A set of a block's spans.

/// One bit for each span of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Bits {
    words: Vec<u64>,
    length: usize,
}

impl Bits {
    pub(in crate::store) fn none(length: usize) -> Self {
        Self {
            words: vec![0; length.div_ceil(64)],
            length,
        }
    }

    pub(in crate::store) fn all(length: usize) -> Self {
        let mut bits = Self::none(length);
        bits.invert();
        bits
    }

    /// The places where `holds`.
    pub(in crate::store) fn from_iter(length: usize, holds: impl Iterator<Item = bool>) -> Self {
        let mut bits = Self::none(length);
        for (place, holds) in holds.take(length).enumerate() {
            bits.words[place / 64] |= u64::from(holds) << (place % 64);
        }
        bits
    }

    pub(in crate::store) fn set(&mut self, place: usize) {
        if place < self.length {
            self.words[place / 64] |= 1 << (place % 64);
        }
    }

    pub(in crate::store) fn and(&mut self, other: &Self) {
        self.words
            .iter_mut()
            .zip(&other.words)
            .for_each(|(word, other)| *word &= other);
    }

    pub(in crate::store) fn or(&mut self, other: &Self) {
        self.words
            .iter_mut()
            .zip(&other.words)
            .for_each(|(word, other)| *word |= other);
    }

    pub(in crate::store) fn invert(&mut self) {
        self.words.iter_mut().for_each(|word| *word = !*word);
        if !self.length.is_multiple_of(64)
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << (self.length % 64)) - 1;
        }
    }

    pub(in crate::store) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The places in ascending order.
    pub(in crate::store) fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(index, &word)| {
            let rest = std::iter::successors(Some(word), |word| Some(word & word.wrapping_sub(1)));
            rest.take_while(|word| *word != 0)
                .map(move |word| index * 64 + word.trailing_zeros() as usize)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_that_hold() {
        let bits = Bits::from_iter(130, (0..130).map(|place| place % 3 == 0));
        assert_eq!(
            bits.iter().collect::<Vec<_>>(),
            (0..130).step_by(3).collect::<Vec<_>>()
        );
        let mut others = bits.clone();
        others.invert();
        assert_eq!(others.iter().count(), 130 - bits.iter().count());
        others.and(&bits);
        assert!(others.is_empty());
        assert_eq!(Bits::all(64).iter().count(), 64);
        assert_eq!(Bits::all(0).iter().count(), 0);
    }
}
