//! A query line from the command line.

use jiff::Timestamp;

use super::Failure;
use crate::filter::Filter;
use crate::filter::line::parse;
use crate::model::Nanos;

/// What the line asks for; an error points at the place.
pub(super) fn checked(line: &str) -> Result<Filter, Failure> {
    parse(line, now()).map_err(|error| format!("{error}\n  {line}\n  {}", error.caret(line)).into())
}

pub(super) fn now() -> Nanos {
    Nanos::try_from(Timestamp::now().as_nanosecond()).unwrap_or(0)
}
