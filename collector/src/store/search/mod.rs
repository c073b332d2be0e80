//! Searches: which blocks may hold what is asked, which of their spans do, and the first of these.

mod attribute;
mod bits;
mod candidates;
mod evaluate;
mod finder;
mod required;
mod scopes;
mod top;
mod values;
pub(super) mod in_blocks;
pub(super) mod in_head;

pub(super) use candidates::candidates;
pub(super) use evaluate::evaluate;
pub(super) use finder::Finders;
pub(super) use required::Required;
pub(super) use top::{Bound, Top};
