//! Database queries: what `#[trace_db_query]` records, by OpenTelemetry's database conventions.
//!
//! On the caller's thread, `query` writes what is asked, with its text through `sanitize` and its summary from
//! `summary`, and `error` reads what the database said. On the pipeline's thread, `settle` marks slow queries.

mod dialect;
mod error;
mod lexer;
mod query;
mod quotes;
mod sanitize;
#[cfg(feature = "pipeline")]
mod settle;
mod summary;
#[cfg(test)]
mod summary_tests;
#[cfg(test)]
mod tests;

#[cfg(fuzzing)]
pub(crate) use dialect::Dialect;
pub use error::DbError;
#[cfg(fuzzing)]
pub(crate) use {sanitize::sanitize, summary::Summary};

#[cfg(feature = "pipeline")]
pub(crate) use settle::{settle, settles};

/// What the macros call.
#[doc(hidden)]
pub mod macros {
    pub use super::error::{FinishQuery, ReadError, finish};
    pub use super::query::{
        Literal, collection, namespace, operation, param, query, query_literal, rows, server, slow, system,
    };

    /// The traits that find the database's code in a return type. The macros call `(&&tag::<Return>()).db_error()`
    /// with them in scope: method resolution takes the first that fits.
    pub mod read {
        pub use super::super::error::{ReadDbError, ReadNoError};
    }
}
