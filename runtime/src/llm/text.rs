//! Text as programs hold it: `&str`, `String`, and options and pointers of them.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// A value that is text, or no text at all.
pub trait Text {
    /// The text; `None` leaves the attribute out.
    fn text(&self) -> Option<Cow<'_, str>>;
}

impl Text for str {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl Text for String {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl<T: Text> Text for Option<T> {
    fn text(&self) -> Option<Cow<'_, str>> {
        self.as_ref().and_then(Text::text)
    }
}

macro_rules! text_behind {
    ($($pointer:ty),*) => {$(
        impl<T: Text + ?Sized> Text for $pointer {
            fn text(&self) -> Option<Cow<'_, str>> {
                (**self).text()
            }
        }
    )*};
}

text_behind!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

impl<T: Text + ToOwned + ?Sized> Text for Cow<'_, T> {
    fn text(&self) -> Option<Cow<'_, str>> {
        (**self).text()
    }
}

/// How many characters a text has: Unicode scalar values.
pub(crate) fn characters(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

/// The beginning of a text, at most this many bytes, cut on a character boundary.
pub(crate) fn beginning(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_not_bytes() {
        assert_eq!(characters(&"é".repeat(300)), 300);
        assert_eq!(beginning("aé", 2), "a");
        assert_eq!(beginning("aé", 3), "aé");
    }

    #[test]
    fn none_is_no_text() {
        assert_eq!(None::<String>.text(), None);
        assert_eq!(Some(&"a").text().as_deref(), Some("a"));
    }
}
