//! Values as Go writes and reads them, with its messages: Jaeger's parameters and answers show them.

mod duration;
mod json;
mod number;

pub(super) use duration::{parse_duration, written_duration};
pub(super) use json::written_value;
pub(super) use number::{parse_bool, parse_count, parse_hex, parse_int};

/// A text in quotes, as Go's messages have it.
fn quoted(text: &str) -> String {
    const SHOWN: usize = 200;
    format!("{:?}", text.chars().take(SHOWN).collect::<String>())
}
