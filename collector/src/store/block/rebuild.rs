//! Spans put together again: the bytes of a span from its block's columns.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::attributes::{Type, signed};
use super::meta::ScopeBytes;
use super::reader::ColumnValues;
use super::{Block, Column, Frames, KIND_MASK, STATUS_SHIFT};
use crate::model::Span;
use crate::store::ReadError;
use crate::store::codec::damaged;
use crate::wire::{Message, SpanView};

impl<F: Frames> Block<F> {
    /// The spans at these places, which are in ascending order.
    pub(in crate::store) fn read(&self, places: &[usize]) -> Result<Vec<Span>, ReadError> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let origins = self.meta()?.scopes.iter().map(ScopeBytes::origin);
        let origins: Vec<_> = origins
            .collect::<Result<_, _>>()
            .map_err(|_| damaged("a resource"))?;
        let mut attributes = Attributes {
            columns: HashMap::new(),
            used: vec![0; self.meta()?.columns.len()],
        };
        let mut message = Message::default();
        let mut next = 0;
        let mut spans = Vec::with_capacity(places.len());
        for &place in places {
            (next..place).try_for_each(|span| attributes.skip(self, span))?;
            next = place + 1;
            message.0.clear();
            self.put_core(place, &mut message)?;
            attributes.put(self, place, &mut message)?;
            message.0.extend_from_slice(self.remainder()?.at(place));
            let (resource, scope) = &origins[self.scope()?[place] as usize];
            let span = SpanView::parse(&message.0)
                .and_then(|span| span.read(Arc::clone(resource), Arc::clone(scope)));
            spans.push(span.map_err(|_| damaged("a span"))?);
        }
        Ok(spans)
    }

    fn put_core(&self, place: usize, message: &mut Message) -> Result<(), ReadError> {
        let missing = || damaged("a span's place");
        let ids = self.ids()?;
        let trace = ids
            .traces
            .get(self.trace()?[place] as usize)
            .ok_or_else(missing)?;
        message.bytes(1, &trace.0);
        message.bytes(2, &ids.spans.get(place).ok_or_else(missing)?.0);
        if let Some(parent) = self.parent()?[place] {
            message.bytes(4, &parent.0);
        }
        message.bytes(5, self.name()?.at(place));
        let (kind, start) = (self.kind()?[place], self.start()?[place]);
        if kind & KIND_MASK != KIND_MASK {
            message.varint(6, kind & KIND_MASK);
        }
        message.fixed64(7, start);
        message.fixed64(8, start.wrapping_add(self.duration()?[place]));
        let status = kind >> STATUS_SHIFT;
        if status != 0 {
            let mut code = Message::default();
            message.message(15, code.varint(3, status));
        }
        Ok(())
    }
}

/// The columns that have been read, and of each how many values the spans before have.
struct Attributes {
    columns: HashMap<u16, ColumnValues>,
    used: Vec<usize>,
}

impl Attributes {
    /// Goes past a span.
    fn skip<F: Frames>(&mut self, block: &Block<F>, span: usize) -> Result<(), ReadError> {
        block
            .shapes()?
            .columns(span)
            .iter()
            .for_each(|&column| self.used[column as usize] += 1);
        Ok(())
    }

    /// Appends a span's attributes, and goes past it.
    fn put<F: Frames>(
        &mut self,
        block: &Block<F>,
        span: usize,
        message: &mut Message,
    ) -> Result<(), ReadError> {
        for &column in block.shapes()?.columns(span) {
            let at = self.used[column as usize];
            self.used[column as usize] += 1;
            let values = match self.columns.entry(column) {
                Entry::Occupied(kept) => kept.into_mut(),
                Entry::Vacant(vacant) => vacant.insert(block.column(column)?),
            };
            let column = &block.meta()?.columns[column as usize];
            put_attribute(column, values, at, message)?;
        }
        Ok(())
    }
}

/// Appends the attribute with the value number `at` of a column.
fn put_attribute(
    column: &Column,
    values: &ColumnValues,
    at: usize,
    message: &mut Message,
) -> Result<(), ReadError> {
    let mut value = Message::default();
    match values {
        ColumnValues::Texts(texts) if column.kind == Type::Text => {
            value.bytes(1, texts.at(at));
        }
        ColumnValues::Texts(texts) => value.0.extend_from_slice(texts.at(at)),
        ColumnValues::Numbers(numbers) => {
            let number = *numbers.get(at).ok_or_else(|| damaged("a column's length"))?;
            match column.kind {
                Type::Bool => value.varint(2, u64::from(number != 0)),
                Type::Double => value.fixed64(4, number),
                _ => value.varint(3, signed(number).cast_unsigned()),
            };
        }
    }
    let mut attribute = Message::default();
    attribute.bytes(1, column.key.as_bytes()).message(2, &value);
    message.message(9, &attribute);
    Ok(())
}
