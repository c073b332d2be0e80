//! Quotes, also escaped ones.

/// A quote and the backslashes before it, as in JSON inside JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quote {
    pub(super) mark: u8,
    pub(super) slashes: usize,
}

/// The quote that stands at `at`, if one does.
pub(super) fn quote_at(bytes: &[u8], at: usize) -> Option<Quote> {
    let slashes = bytes[at..].iter().take_while(|byte| **byte == b'\\').count();
    let mark = *bytes.get(at + slashes)?;
    matches!(mark, b'"' | b'\'' | b'`').then_some(Quote { mark, slashes })
}
