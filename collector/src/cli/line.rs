//! A query line from the command line.

use super::Failure;
use crate::filter::Filter;
use crate::filter::line::parse;
use crate::model::now;

/// What the line asks for; an error points at the place.
pub(super) fn checked(line: &str) -> Result<Filter, Failure> {
    parse(line, now()).map_err(|error| format!("{error}\n  {line}\n  {}", error.caret(line)).into())
}
