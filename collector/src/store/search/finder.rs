//! A part of a text, of whatever case, looked for in many texts.

use regex::bytes::{Regex, RegexBuilder};

use crate::store::ReadError;
use crate::store::codec::damaged;

/// Looks for one part. ASCII letters' case is ignored, as [`crate::filter::TextTest::Contains`] says.
pub(in crate::store) struct Finder(Option<Regex>);

impl Finder {
    pub(in crate::store) fn new(part: &str) -> Result<Self, ReadError> {
        if part.is_empty() {
            return Ok(Self(None));
        }
        // Without Unicode the pattern is bytes, and only ASCII has cases.
        let pattern: String = part.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
        let regex = RegexBuilder::new(&pattern)
            .case_insensitive(true)
            .unicode(false)
            .size_limit(64 << 20)
            .build();
        regex
            .map(|regex| Self(Some(regex)))
            .map_err(|_| damaged("the text that is looked for is too long"))
    }

    pub(in crate::store) fn is_in(&self, text: &[u8]) -> bool {
        self.0.as_ref().is_none_or(|regex| regex.is_match(text))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::filter::TextTest;

    proptest! {
        #[test]
        fn it_finds_what_the_filter_finds(text in "[aAbBé.*]{0,8}", part in "[aAbBéÉ.*]{0,3}") {
            let found = Finder::new(&part).expect("short").is_in(text.as_bytes());
            prop_assert_eq!(found, TextTest::Contains(part).matches(&text));
        }
    }
}
