//! What cannot be read.

/// A part of a file that cannot be read, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {why}")]
pub struct Bad {
    /// Which: `line 7`, `trace 3`.
    pub place: String,
    /// Why.
    pub why: String,
}

impl Bad {
    pub(super) fn new(place: &str, why: impl ToString) -> Self {
        Self {
            place: place.to_owned(),
            why: why.to_string(),
        }
    }
}
