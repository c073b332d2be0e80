//! What a detector reports, and how it is written into the text.

use std::borrow::Cow;

/// A range of a text, in bytes on character boundaries, and what stands there instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) with: &'static str,
}

impl Hit {
    /// Replaces the range by [`MARK`](super::MARK).
    pub(super) const fn mark(start: usize, end: usize) -> Self {
        Self {
            start,
            end,
            with: super::MARK,
        }
    }
}

/// Applies hits that rise and do not overlap.
pub(super) fn apply<'a>(text: &'a str, hits: &[Hit]) -> Cow<'a, str> {
    if hits.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for hit in hits {
        out.push_str(&text[from..hit.start]);
        out.push_str(hit.with);
        from = hit.end;
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}
