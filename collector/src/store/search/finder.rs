//! A part of a text, of whatever case, looked for in many texts.

use std::collections::HashMap;

use regex::bytes::{Regex, RegexBuilder};

use crate::filter::{Filter, Test, TextTest, ValueTest};
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

/// The finders of a filter, by what they look for: made once for all blocks.
pub(in crate::store) struct Finders(HashMap<String, Finder>);

impl Finders {
    pub(in crate::store) fn new(filter: &Filter) -> Result<Self, ReadError> {
        let mut finders = Self(HashMap::new());
        finders.collect(filter)?;
        Ok(finders)
    }

    fn collect(&mut self, filter: &Filter) -> Result<(), ReadError> {
        match filter {
            Filter::All(all) | Filter::Any(all) => all.iter().try_for_each(|filter| self.collect(filter)),
            Filter::Not(filter) => self.collect(filter),
            Filter::Is(Test::Service(TextTest::Contains(part)) | Test::Name(TextTest::Contains(part))) => {
                self.add(part)
            }
            Filter::Is(Test::Anywhere(part)) => self.add(part),
            Filter::Is(Test::Attribute(key, test)) => {
                if let ValueTest::Contains(part) = test {
                    self.add(part)?;
                }
                self.add(key)
            }
            Filter::Is(_) => Ok(()),
        }
    }

    fn add(&mut self, part: &str) -> Result<(), ReadError> {
        self.0.insert(part.to_owned(), Finder::new(part)?);
        Ok(())
    }

    /// The one for a part that is in the filter.
    pub(in crate::store) fn get(&self, part: &str) -> Result<&Finder, ReadError> {
        self.0.get(part).ok_or_else(|| damaged("a search"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_finds_what_the_filter_finds(text in "[aAbBé.*]{0,8}", part in "[aAbBéÉ.*]{0,3}") {
            let found = Finder::new(&part).expect("short").is_in(text.as_bytes());
            prop_assert_eq!(found, TextTest::Contains(part).matches(&text));
        }
    }
}
