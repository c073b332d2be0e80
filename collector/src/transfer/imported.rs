//! What came of an import.

/// What was imported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// Spans that are stored.
    pub spans: u64,
    /// Log records that are stored.
    pub logs: u64,
    /// Spans and log records that are not, in lines that could be read.
    pub left_out: u64,
    /// Lines, or traces, that could not be read, or not wholly.
    pub bad: u64,
    /// What the collector said of those that it left out.
    pub refusals: Vec<String>,
}

impl Imported {
    /// Whether everything was.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.bad == 0 && self.left_out == 0
    }
}
