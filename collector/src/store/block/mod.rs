//! Blocks: some 8,192 spans as columns.
//!
//! A span is divided: what every span has goes into a column each, an attribute into the column of its key and type,
//! and what is left stays the bytes it came as. The columns that a span's attributes are in, in their order, are its
//! shape; spans of one site share one. From all this the span's bytes are put together again.

mod attributes;
mod builder;
mod meta;
mod parents;
mod reader;
mod rebuild;
mod rows;
mod sealed;

pub(super) use attributes::{Column, Type, signed};
pub(super) use builder::{Builder, Row};
pub(super) use meta::Meta;
pub(super) use reader::{Block, ColumnValues, KIND_MASK, STATUS_SHIFT};
pub(super) use sealed::{Frames, Part, Sealed, SealedColumn};

/// A block is sealed when it has so many spans.
pub(super) const SPANS: usize = if cfg!(test) { 32 } else { 8192 };
/// Or when what it holds has so many bytes.
pub(super) const BYTES: usize = 16 << 20;

#[cfg(test)]
mod tests;
