//! To be written.

/// To be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baggage;
