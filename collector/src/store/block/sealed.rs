//! A block that is done: its parts as they are stored.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::Column;
use crate::model::Nanos;
use crate::store::ReadError;

/// A part of a block, stored in a table of its own, so that one can be read over many blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::store) enum Part {
    /// When each span began, as numbers.
    Start,
    /// How long each took, as numbers; an end before the start is in the remainder.
    Duration,
    /// The number of its trace in [`Part::Ids`].
    Trace,
    /// Kind and status, see [`super::KIND_MASK`].
    Kind,
    /// The number of its scope in [`Part::Meta`].
    Scope,
    /// Its name.
    Name,
    /// Its parent, see `parents.rs`.
    Parent,
    /// Its shape.
    Shape,
    /// Ids: not compressed, as nothing of them repeats.
    Ids,
    /// Scopes and the names of columns.
    Meta,
    /// What no other part holds, as protobuf.
    Remainder,
    /// The values of one column of attributes.
    Attribute(u16),
}

/// Where a block's parts come from.
pub(in crate::store) trait Frames {
    /// A part, as it was sealed.
    fn frame(&self, part: Part) -> Result<Vec<u8>, ReadError>;
}

/// A sealed block.
#[derive(Debug)]
pub(in crate::store) struct Sealed {
    pub(in crate::store) spans: usize,
    pub(in crate::store) errors: usize,
    pub(in crate::store) start: RangeInclusive<Nanos>,
    pub(in crate::store) duration: RangeInclusive<Nanos>,
    /// Of each service its fingerprint, and the longest duration; of no service where there are many.
    pub(in crate::store) slowest: Vec<(u32, Nanos)>,
    /// All parts but the attributes' columns.
    pub(in crate::store) parts: Vec<(Part, Vec<u8>)>,
    pub(in crate::store) attributes: Vec<SealedColumn>,
    /// What can be found in the block; sorted, each once.
    pub(in crate::store) fingerprints: Arc<[u32]>,
}

/// A sealed column of attributes.
#[derive(Debug)]
pub(in crate::store) struct SealedColumn {
    pub(in crate::store) column: Column,
    pub(in crate::store) frame: Vec<u8>,
}

impl Frames for &Sealed {
    fn frame(&self, part: Part) -> Result<Vec<u8>, ReadError> {
        let frame = match part {
            Part::Attribute(column) => self.attributes.get(column as usize).map(|column| &column.frame),
            part => self
                .parts
                .iter()
                .find(|(each, _)| *each == part)
                .map(|(_, frame)| frame),
        };
        frame
            .cloned()
            .ok_or_else(|| crate::store::codec::damaged("a part of a block"))
    }
}
