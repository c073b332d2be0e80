//! From scopes to the spans that belong to them.

use super::bits::Bits;
use crate::store::ReadError;
use crate::store::block::{Block, Frames};

/// The spans of those scopes that match.
pub(super) fn of_scopes<F: Frames>(block: &Block<F>, matches: &[bool]) -> Result<Bits, ReadError> {
    if !matches.contains(&true) {
        return Ok(Bits::none(block.len()));
    }
    let scopes = block.scope()?.iter();
    Ok(Bits::from_iter(
        block.len(),
        scopes.map(|&scope| matches[scope as usize]),
    ))
}
