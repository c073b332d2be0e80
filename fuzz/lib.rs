//! What the targets share: choices from the fuzzer's bytes.

#![forbid(unsafe_code)]

use arbitrary::Unstructured;

/// One of these.
///
/// # Errors
/// Where the bytes are at their end.
pub fn one<'a>(bytes: &mut Unstructured<'_>, of: &[&'a str]) -> arbitrary::Result<&'a str> {
    bytes.choose(of).copied()
}

/// A short text, at most so many characters, of those that `keep` allows.
///
/// # Errors
/// Where the bytes are at their end.
pub fn text(
    bytes: &mut Unstructured<'_>,
    most: usize,
    keep: impl Fn(char) -> bool,
) -> arbitrary::Result<String> {
    let length = bytes.int_in_range(0..=most)?;
    let taken = bytes.bytes(length.min(bytes.len()))?;
    Ok(String::from_utf8_lossy(taken)
        .chars()
        .filter(|c| keep(*c))
        .collect())
}
