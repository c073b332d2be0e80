//! The query line: a filter as a person types it.
//!
//! ```text
//! service="checkout" AND duration>5s AND (error=true OR http.status_code>=500) NOT persona="noor" timeout
//! ```
//!
//! | written | asks for |
//! |---|---|
//! | `service=a`, `name=a` or `operation=a` | the very text; `~` for a part of it |
//! | `kind=server`, `error=true`, `status=error`, `status=ok`, `status=unset` | |
//! | `duration>5s`, `1.5ms`, `200us`, `3m`, `100ns`, `1m30s` | |
//! | `start>-1h`, `start<"2026-01-01T00:00:00Z"` | before now; a moment, in UTC where no zone is named |
//! | `key=value`, `key~part`, `key=*` | an attribute of span, resource, scope, event or link |
//! | `key>5`, `key==5` | an attribute that is a number |
//! | `timeout`, `"connection refused"` | a text anywhere in the span |
//! | `*` | every span |
//!
//! A trace's id alone is a text, too: who searches shows that trace where no span has such a text, see [`trace_id`].
//!
//! `!=` and `!~` are the opposites of `=` and `~`. Terms beside each other must all hold, as with `AND`; `OR` binds
//! weaker, `NOT` stronger; all three in any case. Texts need quotes, of either kind, only for spaces, quotes and parentheses;
//! a key in quotes is always an attribute: `"error"="yes"`.

mod complete;
mod error;
mod field;
mod lexer;
mod parser;
mod print;
mod quantity;
#[cfg(test)]
mod tests;

pub use complete::{Completion, Wanted, complete};
pub use error::{LineError, Problem};
pub use field::Field;
pub use parser::parse;
pub use print::{quoted, written_key};
pub use quantity::{moment, written_duration};

use crate::model::TraceId;

/// Lines longer than this many bytes are refused.
pub const MAX_LENGTH: usize = 16 * 1024;

/// Parentheses and `NOT`s inside each other beyond this are refused.
pub const MAX_DEPTH: usize = 64;

/// The trace whose id a line is, and nothing else: 32 hexadecimal digits.
#[must_use]
pub fn trace_id(line: &str) -> Option<TraceId> {
    let id = line.trim();
    (id.len() == 32).then(|| id.parse().ok()).flatten()
}
