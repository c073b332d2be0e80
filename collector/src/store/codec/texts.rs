//! Texts and bytes: each different one once, and for every place which of them it is.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::{Cursor, damaged, pack, unpack};
use crate::store::ReadError;
use crate::wire::put_varint;

/// A column that grows.
#[derive(Default)]
pub(in crate::store) struct TextColumn {
    /// All different texts, one after the other, and where each of them ends.
    arena: Vec<u8>,
    ends: Vec<u32>,
    table: HashTable<u32>,
    /// Seeded by the process: nobody can send texts that all fall into one place.
    state: RandomState,
    /// Which text each place has.
    places: Vec<u32>,
}

impl TextColumn {
    /// Appends a text. Gives its number: texts are numbered as they first come.
    pub(in crate::store) fn push(&mut self, text: &[u8]) -> u32 {
        let number = match self.places.last() {
            Some(&last) if self.text(last) == text => last,
            _ => self.number(text),
        };
        self.places.push(number);
        number
    }

    fn number(&mut self, text: &[u8]) -> u32 {
        let hash = self.state.hash_one(text);
        let (arena, ends) = (&self.arena, &self.ends);
        if let Some(&number) = self
            .table
            .find(hash, |&number| slice(arena, ends, number) == text)
        {
            return number;
        }
        let number = self.ends.len() as u32;
        self.arena.extend_from_slice(text);
        self.ends.push(self.arena.len() as u32);
        let (arena, ends, state) = (&self.arena, &self.ends, &self.state);
        self.table
            .insert_unique(hash, number, |&number| state.hash_one(slice(arena, ends, number)));
        number
    }

    fn text(&self, number: u32) -> &[u8] {
        slice(&self.arena, &self.ends, number)
    }

    /// The different texts in the order of their numbers.
    pub(in crate::store) fn distinct(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len() as u32).map(|number| self.text(number))
    }

    /// Which text each place has.
    pub(in crate::store) fn places(&self) -> &[u32] {
        &self.places
    }

    /// How many bytes the different texts have.
    pub(in crate::store) fn bytes(&self) -> usize {
        self.arena.len()
    }

    /// The column as bytes, not yet compressed.
    pub(in crate::store) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.arena.len() + 2 * self.ends.len() + self.places.len() + 32);
        put_varint(&mut bytes, self.places.len() as u64);
        put_varint(&mut bytes, self.ends.len() as u64);
        let mut start = 0;
        let lengths: Vec<u64> = self
            .ends
            .iter()
            .map(|&end| u64::from(end - std::mem::replace(&mut start, end)))
            .collect();
        pack(&mut bytes, &lengths);
        bytes.extend_from_slice(&self.arena);
        let places: Vec<u64> = self.places.iter().map(|&place| u64::from(place)).collect();
        pack(&mut bytes, &places);
        bytes
    }
}

fn slice<'a>(arena: &'a [u8], ends: &[u32], number: u32) -> &'a [u8] {
    let number = number as usize;
    let start = if number == 0 { 0 } else { ends[number - 1] as usize };
    &arena[start..ends[number] as usize]
}

/// A column as it was stored.
#[derive(Debug, Default)]
pub(in crate::store) struct Texts {
    bytes: Vec<u8>,
    /// Where in `bytes` the texts begin, and where each ends.
    first: usize,
    ends: Vec<usize>,
    places: Vec<u32>,
}

impl Texts {
    /// Reads what [`TextColumn::encode`] wrote.
    pub(in crate::store) fn decode(bytes: Vec<u8>) -> Result<Self, ReadError> {
        let mut cursor = Cursor::new(&bytes);
        let (places, texts) = (cursor.count()?, cursor.count()?);
        if places > bytes.len().saturating_mul(1 << 14) {
            return Err(damaged("a column of texts"));
        }
        let lengths = unpack(&mut cursor, texts)?;
        let total = lengths
            .iter()
            .try_fold(0_u64, |sum, length| sum.checked_add(*length));
        let total = total
            .and_then(|total| usize::try_from(total).ok())
            .ok_or_else(|| damaged("a text's length"))?;
        let arena = cursor.take(total)?;
        let first = arena.as_ptr().addr() - bytes.as_ptr().addr();
        let mut end = first;
        let ends = lengths.iter().map(|length| {
            end += *length as usize;
            end
        });
        let ends = ends.collect();
        let places = unpack(&mut cursor, places)?;
        if places.iter().any(|&place| place >= texts as u64) {
            return Err(damaged("a text's number"));
        }
        let places = places.into_iter().map(|place| place as u32).collect();
        Ok(Self {
            bytes,
            first,
            ends,
            places,
        })
    }

    /// The text at a place; empty past the end.
    pub(in crate::store) fn at(&self, place: usize) -> &[u8] {
        self.places.get(place).map_or(&[], |&number| self.text(number))
    }

    /// The text with this number.
    pub(in crate::store) fn text(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = if number == 0 {
            self.first
        } else {
            self.ends[number - 1]
        };
        &self.bytes[start..self.ends[number]]
    }

    /// Which text each place has.
    pub(in crate::store) fn places(&self) -> &[u32] {
        &self.places
    }

    /// How many different texts there are.
    pub(in crate::store) fn distinct(&self) -> u32 {
        self.ends.len() as u32
    }

    /// All different texts, one after the other, without anything between them.
    pub(in crate::store) fn all(&self) -> &[u8] {
        &self.bytes[self.first..self.ends.last().copied().unwrap_or(self.first)]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_come_back(texts in prop::collection::vec("[ab]{0,3}", 0..60)) {
            let mut column = TextColumn::default();
            for text in &texts {
                column.push(text.as_bytes());
            }
            let read = Texts::decode(column.encode()).expect("whole");
            prop_assert_eq!(read.places().len(), texts.len());
            for (place, text) in texts.iter().enumerate() {
                prop_assert_eq!(read.at(place), text.as_bytes());
            }
        }

        #[test]
        fn any_bytes_are_texts_or_an_error(bytes: Vec<u8>) {
            let _ = Texts::decode(bytes);
        }
    }
}
