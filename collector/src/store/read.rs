//! What a store answers: the one interface that the web page, Jaeger's APIs and the command line read by.

use std::ops::Range;

use super::{RedQuery, RedSeries};
use crate::filter::Filter;
use crate::model::{Kind, Nanos, SpanId, Trace, TraceId};

/// Reads what has been stored. Calls may take milliseconds of disk and processor: make them off an async runtime's
/// workers.
pub trait Read: Send + Sync {
    /// The trace with this id; `None` when nothing of it is stored.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn trace(&self, id: TraceId) -> Result<Option<Trace>, ReadError>;

    /// The spans that a search finds, at most one for each trace.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn search(&self, search: &Search) -> Result<Found, ReadError>;

    /// The names of all services, sorted.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn services(&self) -> Result<Vec<String>, ReadError>;

    /// The operations of a service, or of all, sorted by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn operations(&self, service: Option<&str>) -> Result<Vec<Operation>, ReadError>;

    /// Calls between services of spans that began in `time`, sorted by parent and child.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn dependencies(&self, time: Range<Nanos>) -> Result<Vec<Dependency>, ReadError>;

    /// Rates, errors and durations over time, sorted by service and operation. A store that counts none has none.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn red(&self, _query: &RedQuery) -> Result<Vec<RedSeries>, ReadError> {
        Ok(Vec::new())
    }

    /// Attribute keys that begin with `prefix`, the commonest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn keys(&self, prefix: &str, limit: usize) -> Result<Vec<String>, ReadError>;

    /// Values of `key` that begin with `prefix`, the commonest first, as text.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn values(&self, key: &str, prefix: &str, limit: usize) -> Result<Vec<String>, ReadError>;
}

/// A question to the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// What a span must be.
    pub filter: Filter,
    /// When it must have begun.
    pub time: Range<Nanos>,
    /// Which come first.
    pub order: SearchOrder,
    /// At most so many traces.
    pub limit: usize,
}

/// Which spans come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SearchOrder {
    /// Those that began last.
    #[default]
    Latest,
    /// Those that took longest.
    Slowest,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// For each trace the first span in the order of the search.
    pub hits: Vec<Hit>,
}

/// A span that a search found, in short.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Its trace.
    pub trace_id: TraceId,
    /// Itself.
    pub span_id: SpanId,
    /// Its service.
    pub service: String,
    /// Its operation.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// When it began.
    pub start: Nanos,
    /// How long it took.
    pub duration: Nanos,
    /// Whether its status is an error.
    pub error: bool,
}

/// An operation that a service has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operation {
    /// The spans' name.
    pub name: String,
    /// The spans' kind.
    pub kind: Kind,
}

/// Calls of one service by another.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dependency {
    /// The service that calls.
    pub parent: String,
    /// The service that is called.
    pub child: String,
    /// How often.
    pub calls: u64,
    /// How many of the called spans had an error.
    pub errors: u64,
    /// How long all of the called spans took together.
    pub duration: Nanos,
}

/// The store cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// SQLite refuses.
    #[error("the store cannot be read: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A file cannot be read.
    #[error("the store cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// What is stored is not what was written.
    #[error("the store is damaged: {what}; move the file away to go on without it")]
    Damaged {
        /// Which part.
        what: String,
    },
}
