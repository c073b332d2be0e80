//! The attributes of a block's spans, as columns that grow.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::store::codec::{TextColumn, pack};
use crate::wire::{AttributeView, ValueView, put_varint};

/// More columns than this, and the attributes of further keys stay in the remainder.
pub(super) const MAX_COLUMNS: usize = 1024;

/// What a column's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(in crate::store) enum Type {
    Text = 1,
    Bool = 2,
    Int = 3,
    Double = 4,
    /// The message `AnyValue` of what is rare: nothing, bytes, lists and maps.
    Other = 5,
}

impl Type {
    pub(in crate::store) fn of(value: &ValueView<'_>) -> Self {
        match value {
            ValueView::Text(_) => Self::Text,
            ValueView::Bool(_) => Self::Bool,
            ValueView::Int(_) => Self::Int,
            ValueView::Double(_) => Self::Double,
            ValueView::Empty | ValueView::Bytes(_) | ValueView::Array(_) | ValueView::Map(_) => Self::Other,
        }
    }

    pub(in crate::store) fn from_number(number: u8) -> Option<Self> {
        [Self::Text, Self::Bool, Self::Int, Self::Double, Self::Other]
            .into_iter()
            .find(|kind| *kind as u8 == number)
    }
}

/// A column's name: attributes of one key and of different types are in different columns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::store) struct Column {
    pub(in crate::store) key: String,
    pub(in crate::store) kind: Type,
}

/// The values of one column.
pub(super) enum Values {
    Texts(TextColumn),
    Numbers(Vec<u64>),
}

impl Values {
    fn push(&mut self, value: &ValueView<'_>, message: &[u8]) {
        match (self, value) {
            (Self::Texts(column), ValueView::Text(text)) => {
                column.push(text.as_bytes());
            }
            (Self::Texts(column), _) => {
                column.push(message);
            }
            (Self::Numbers(numbers), value) => numbers.push(match value {
                ValueView::Bool(yes) => u64::from(*yes),
                ValueView::Int(number) => ordered(*number),
                ValueView::Double(number) => number.to_bits(),
                _ => 0,
            }),
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Texts(column) => column.encode(),
            Self::Numbers(numbers) => {
                let mut bytes = Vec::with_capacity(numbers.len() * 8 + 16);
                put_varint(&mut bytes, numbers.len() as u64);
                pack(&mut bytes, numbers);
                bytes
            }
        }
    }
}

/// A signed number as an unsigned one of the same order, so that those around 0 are near each other.
pub(super) fn ordered(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

/// What [`ordered`] was given.
pub(in crate::store) fn signed(number: u64) -> i64 {
    (number ^ (1 << 63)).cast_signed()
}

/// All columns of a block.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) columns: Vec<(Column, Values)>,
    table: HashTable<u16>,
    state: RandomState,
    /// Of every span.
    pub(super) shapes: Shapes,
    /// The columns of the span that is being added.
    current: Vec<u16>,
    /// Bytes of numbers in them.
    numbers: usize,
}

impl Attributes {
    /// Begins the next span.
    pub(super) fn begin(&mut self) {
        self.current.clear();
    }

    /// Adds an attribute of the span that was begun. `false` when no column takes it.
    pub(super) fn push(&mut self, attribute: &AttributeView<'_>, value: &[u8]) -> bool {
        let kind = Type::of(&attribute.value);
        let Some(column) = self
            .expected(attribute.key, kind)
            .or_else(|| self.column(attribute.key, kind))
        else {
            return false;
        };
        self.current.push(column);
        self.columns[column as usize].1.push(&attribute.value, value);
        self.numbers += 8;
        true
    }

    /// The column that a span of the last shape has here, if it is the right one: nearly always.
    fn expected(&self, key: &str, kind: Type) -> Option<u16> {
        let column = *self.shapes.last()?.get(self.current.len())?;
        let name = &self.columns[column as usize].0;
        (name.kind == kind && name.key == key).then_some(column)
    }

    fn column(&mut self, key: &str, kind: Type) -> Option<u16> {
        let hash = self.state.hash_one((key, kind));
        let columns = &self.columns;
        let found = self.table.find(hash, |&column| {
            let name = &columns[column as usize].0;
            name.kind == kind && name.key == key
        });
        if let Some(&column) = found {
            return Some(column);
        }
        if self.columns.len() >= MAX_COLUMNS {
            return None;
        }
        let column = self.columns.len() as u16;
        let values = match kind {
            Type::Text | Type::Other => Values::Texts(TextColumn::default()),
            Type::Bool | Type::Int | Type::Double => Values::Numbers(Vec::new()),
        };
        self.columns.push((
            Column {
                key: key.to_owned(),
                kind,
            },
            values,
        ));
        let (columns, state) = (&self.columns, &self.state);
        self.table.insert_unique(hash, column, |&column| {
            let name = &columns[column as usize].0;
            state.hash_one((name.key.as_str(), name.kind))
        });
        Some(column)
    }

    /// Ends the span that was begun.
    pub(super) fn end(&mut self) {
        self.shapes.push(&self.current);
    }

    /// Bytes that the columns hold, about.
    pub(super) fn bytes(&self) -> usize {
        let texts = self.columns.iter().map(|(_, values)| match values {
            Values::Texts(column) => column.bytes(),
            Values::Numbers(_) => 0,
        });
        self.numbers + texts.sum::<usize>()
    }
}

/// The columns of every span's attributes, in the attributes' order: each different list once.
#[derive(Default)]
pub(super) struct Shapes {
    /// Each list behind its length, as varints: the text of a column of texts.
    column: TextColumn,
    last: Option<Vec<u16>>,
    bytes: Vec<u8>,
}

impl Shapes {
    fn last(&self) -> Option<&[u16]> {
        self.last.as_deref()
    }

    fn push(&mut self, columns: &[u16]) {
        self.bytes.clear();
        for &column in columns {
            put_varint(&mut self.bytes, u64::from(column));
        }
        self.column.push(&self.bytes);
        let last = self.last.get_or_insert_default();
        last.clear();
        last.extend_from_slice(columns);
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        self.column.encode()
    }
}
