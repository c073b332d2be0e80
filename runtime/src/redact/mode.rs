//! What stands in a secret's place: a mark, its end, or a keyed hash of it.

use super::hash;
use super::{FAILED, MARK, URL_MARK};
use std::borrow::Cow;

/// What is written in place of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedactionMode {
    /// `[REDACTED]`, and `REDACTED` in a URL.
    #[default]
    Remove,
    /// Eight stars and the last four characters; stars alone for what is shorter than twelve.
    Mask,
    /// `h1:` and 32 hexadecimal digits: equal values have equal hashes, and nobody without the key can try values.
    ///
    /// The key is `SPANWRIGHT_HASH_KEY` in the environment. Without one it is random, so that hashes can be
    /// compared within one process only.
    Hash,
}

const STARS: &str = "********";
/// Characters of a value that a mask shows.
const SHOWN: usize = 4;

impl RedactionMode {
    /// What stands for `secret`; in a URL its mark has no brackets.
    pub(super) fn replace(self, secret: &str, url: bool) -> Cow<'static, str> {
        match self {
            Self::Remove if url => URL_MARK.into(),
            Self::Remove => MARK.into(),
            Self::Mask => mask(secret).into(),
            Self::Hash => hash::of(secret).into(),
        }
    }
}

fn mask(secret: &str) -> String {
    let shown = match secret.len().checked_sub(SHOWN) {
        // Other characters could end a quote or a parameter.
        Some(at) if at >= STARS.len() && secret.as_bytes()[at..].iter().all(u8::is_ascii_alphanumeric) => {
            &secret[at..]
        }
        _ => "",
    };
    [STARS, shown].concat()
}

/// How long the mark of ours is that this text begins with; 0 where there is none.
pub(super) fn mark_length(text: &str) -> usize {
    let fixed = [MARK, FAILED, URL_MARK]
        .into_iter()
        .find(|mark| text.starts_with(mark));
    if let Some(mark) = fixed {
        return mark.len();
    }
    if let Some(rest) = text.strip_prefix(STARS) {
        let shown = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        return if shown == 0 || shown == SHOWN {
            STARS.len() + shown
        } else {
            0
        };
    }
    hash::length(text)
}

/// Whether a text is a mark of ours and nothing else.
pub(super) fn is_mark(text: &str) -> bool {
    !text.is_empty() && mark_length(text) == text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_hides_the_value_and_knows_its_own_mark() {
        for secret in [
            "",
            "hunter2",
            "4111111111111111",
            "sécret-sécret-é",
            "ends with \"q\"",
        ] {
            for mode in [RedactionMode::Remove, RedactionMode::Mask, RedactionMode::Hash] {
                for url in [false, true] {
                    let mark = mode.replace(secret, url);
                    assert!(secret.is_empty() || !mark.contains(secret));
                    assert!(is_mark(&mark), "{mark}");
                }
            }
        }
        assert_eq!(
            RedactionMode::Mask.replace("4111111111111111", false),
            "********1111"
        );
        assert_eq!(RedactionMode::Mask.replace("hunter2", false), "********");
        assert_eq!(
            RedactionMode::Mask.replace("password-is-\"x\"", false),
            "********"
        );
        let hash = |text| RedactionMode::Hash.replace(text, false);
        assert_eq!(hash("a"), hash("a"));
        assert_ne!(hash("a"), hash("b"));
    }

    #[test]
    fn other_texts_are_no_mark() {
        for text in [
            "",
            "h1:",
            "h1:xyz",
            "********12345",
            "*******",
            "[REDACTED",
            "hunter2",
        ] {
            assert!(!is_mark(text), "{text}");
        }
    }
}
