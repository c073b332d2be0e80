//! A block that is read: each part is fetched and unpacked when it is first asked for.

use std::cell::OnceCell;

use super::attributes::Type;
use super::sealed::{Frames, Part};
use super::{Meta, parents};
use crate::model::{SpanId, TraceId};
use crate::store::ReadError;
use crate::store::codec::{Cursor, Planes, Texts, damaged, expand, unpack};

/// The part of a kind's number that is OTLP's kind; this very number says that the remainder has it.
pub(in crate::store) const KIND_MASK: u64 = 7;
/// Above the kind stands OTLP's number of the status.
pub(in crate::store) const STATUS_SHIFT: u32 = 3;

/// A block of which parts are read.
pub(in crate::store) struct Block<F> {
    frames: F,
    spans: usize,
    start: OnceCell<Vec<u64>>,
    duration: OnceCell<Vec<u64>>,
    kind: OnceCell<Vec<u64>>,
    trace: OnceCell<Vec<u32>>,
    scope: OnceCell<Vec<u32>>,
    parent: OnceCell<Vec<Option<SpanId>>>,
    ids: OnceCell<Ids>,
    meta: OnceCell<Meta>,
    name: OnceCell<Texts>,
    remainder: OnceCell<Texts>,
    shapes: OnceCell<Shapes>,
}

/// The ids of a block.
pub(in crate::store) struct Ids {
    pub(in crate::store) traces: Vec<TraceId>,
    pub(in crate::store) spans: Vec<SpanId>,
    elsewhere: Vec<SpanId>,
}

/// The columns of every span's attributes.
pub(in crate::store) struct Shapes {
    /// Each different list once.
    pub(in crate::store) lists: Vec<Vec<u16>>,
    /// Which list each span has.
    pub(in crate::store) of: Vec<u32>,
}

/// A column of attributes.
pub(in crate::store) enum ColumnValues {
    Texts(Texts),
    Numbers(Planes),
}

impl<F: Frames> Block<F> {
    pub(in crate::store) fn new(frames: F, spans: usize) -> Self {
        Self {
            frames,
            spans,
            start: OnceCell::new(),
            duration: OnceCell::new(),
            kind: OnceCell::new(),
            trace: OnceCell::new(),
            scope: OnceCell::new(),
            parent: OnceCell::new(),
            ids: OnceCell::new(),
            meta: OnceCell::new(),
            name: OnceCell::new(),
            remainder: OnceCell::new(),
            shapes: OnceCell::new(),
        }
    }

    pub(in crate::store) fn len(&self) -> usize {
        self.spans
    }

    pub(in crate::store) fn start(&self) -> Result<&[u64], ReadError> {
        get(&self.start, || self.numbers(Part::Start)).map(Vec::as_slice)
    }

    /// How long each span took.
    pub(in crate::store) fn duration(&self) -> Result<&[u64], ReadError> {
        get(&self.duration, || self.numbers(Part::Duration)).map(Vec::as_slice)
    }

    pub(in crate::store) fn kind(&self) -> Result<&[u64], ReadError> {
        get(&self.kind, || self.numbers(Part::Kind)).map(Vec::as_slice)
    }

    /// The numbers of the spans' traces in [`Ids::traces`].
    pub(in crate::store) fn trace(&self) -> Result<&[u32], ReadError> {
        let limit = self.ids()?.traces.len();
        get(&self.trace, || self.indices(Part::Trace, limit)).map(Vec::as_slice)
    }

    /// The numbers of the spans' scopes in [`Meta::scopes`].
    pub(in crate::store) fn scope(&self) -> Result<&[u32], ReadError> {
        let limit = self.meta()?.scopes.len();
        get(&self.scope, || self.indices(Part::Scope, limit)).map(Vec::as_slice)
    }

    pub(in crate::store) fn parent(&self) -> Result<&[Option<SpanId>], ReadError> {
        let read = || {
            let codes = self.numbers(Part::Parent)?;
            let ids = self.ids()?;
            parents::decode(&codes, &ids.spans, &ids.elsewhere)
        };
        get(&self.parent, read).map(Vec::as_slice)
    }

    pub(in crate::store) fn ids(&self) -> Result<&Ids, ReadError> {
        get(&self.ids, || {
            Ids::decode(&self.frames.frame(Part::Ids)?, self.spans)
        })
    }

    pub(in crate::store) fn meta(&self) -> Result<&Meta, ReadError> {
        get(&self.meta, || Meta::decode(&self.expand(Part::Meta)?))
    }

    pub(in crate::store) fn name(&self) -> Result<&Texts, ReadError> {
        get(&self.name, || self.texts(Part::Name))
    }

    pub(in crate::store) fn remainder(&self) -> Result<&Texts, ReadError> {
        get(&self.remainder, || self.texts(Part::Remainder))
    }

    pub(in crate::store) fn shapes(&self) -> Result<&Shapes, ReadError> {
        get(&self.shapes, || {
            Shapes::decode(&self.texts(Part::Shape)?, self.meta()?.columns.len())
        })
    }

    /// The values of a column, which is not kept.
    pub(in crate::store) fn column(&self, column: u16) -> Result<ColumnValues, ReadError> {
        let meta = self.meta()?;
        let kind = meta
            .columns
            .get(column as usize)
            .ok_or_else(|| damaged("a column's number"))?
            .kind;
        let bytes = self.expand(Part::Attribute(column))?;
        Ok(match kind {
            Type::Text | Type::Other => ColumnValues::Texts(Texts::decode(bytes)?),
            Type::Bool | Type::Int | Type::Double => {
                let mut cursor = Cursor::new(&bytes);
                let count = cursor.count()?;
                if count > self.spans.saturating_mul(1 << 16) {
                    return Err(damaged("a column's length"));
                }
                ColumnValues::Numbers(Planes::read(&mut cursor, count)?)
            }
        })
    }

    fn expand(&self, part: Part) -> Result<Vec<u8>, ReadError> {
        expand(&self.frames.frame(part)?)
    }

    fn numbers(&self, part: Part) -> Result<Vec<u64>, ReadError> {
        unpack(&mut Cursor::new(&self.expand(part)?), self.spans)
    }

    fn indices(&self, part: Part, limit: usize) -> Result<Vec<u32>, ReadError> {
        Planes::read(&mut Cursor::new(&self.expand(part)?), self.spans)?.indices(limit)
    }

    fn texts(&self, part: Part) -> Result<Texts, ReadError> {
        let texts = Texts::decode(self.expand(part)?)?;
        if texts.places().len() == self.spans {
            Ok(texts)
        } else {
            Err(damaged("a column's length"))
        }
    }
}

/// What `cell` holds, read first where it holds nothing.
fn get<T>(cell: &OnceCell<T>, read: impl FnOnce() -> Result<T, ReadError>) -> Result<&T, ReadError> {
    if cell.get().is_none() {
        let _ = cell.set(read()?);
    }
    cell.get().ok_or_else(|| damaged("a part of a block"))
}

impl Ids {
    fn decode(bytes: &[u8], spans: usize) -> Result<Self, ReadError> {
        let mut cursor = Cursor::new(bytes);
        let traces = u32::from_le_bytes(cursor.array()?) as usize;
        let elsewhere = u32::from_le_bytes(cursor.array()?) as usize;
        let traces = cursor.take(traces.saturating_mul(16))?;
        let spans = cursor.take(spans.saturating_mul(8))?;
        let elsewhere = cursor.take(elsewhere.saturating_mul(8))?;
        let span_ids =
            |bytes: &[u8]| -> Vec<SpanId> { bytes.as_chunks().0.iter().map(|id| SpanId(*id)).collect() };
        Ok(Self {
            traces: traces.as_chunks().0.iter().map(|id| TraceId(*id)).collect(),
            spans: span_ids(spans),
            elsewhere: span_ids(elsewhere),
        })
    }
}

impl Shapes {
    fn decode(texts: &Texts, columns: usize) -> Result<Self, ReadError> {
        let lists = (0..texts.distinct()).map(|number| {
            let mut bytes = texts.text(number);
            let mut list = Vec::new();
            while !bytes.is_empty() {
                let mut cursor = Cursor::new(bytes);
                let column = cursor.varint()?;
                bytes = cursor.rest();
                if column >= columns as u64 {
                    return Err(damaged("a shape"));
                }
                list.push(column as u16);
            }
            Ok(list)
        });
        Ok(Self {
            lists: lists.collect::<Result<_, _>>()?,
            of: texts.places().to_vec(),
        })
    }

    /// The columns of a span's attributes, in their order.
    pub(in crate::store) fn columns(&self, span: usize) -> &[u16] {
        self.of
            .get(span)
            .and_then(|&list| self.lists.get(list as usize))
            .map_or(&[], Vec::as_slice)
    }
}
