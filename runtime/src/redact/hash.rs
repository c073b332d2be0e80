//! A keyed hash: tells equal values apart from others, and nobody without the key anything about them.
//!
//! SipHash-2-4, twice under one key of 128 bits, which is a pseudo-random function: without the key nobody can
//! compute the hash of a guess. A hash without a key would be no protection: there are few telephone numbers.

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

/// The variable that holds the key.
pub(crate) const VARIABLE: &str = "SPANWRIGHT_HASH_KEY";

const PREFIX: &str = "h1:";
/// Hexadecimal digits of a key and of a hash.
const DIGITS: usize = 32;

/// A key of 128 bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct HashKey(u64, u64);

/// Never shows the key.
impl std::fmt::Debug for HashKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashKey(…)")
    }
}

impl HashKey {
    /// A key as it is written in the environment: 32 hexadecimal digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() != DIGITS || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let half = |part: &str| u64::from_str_radix(part, 16).ok();
        Some(Self(half(&text[..DIGITS / 2])?, half(&text[DIGITS / 2..])?))
    }

    fn random() -> Self {
        let random = || RandomState::new().hash_one(0_u8);
        Self(random(), random())
    }

    #[allow(
        deprecated,
        reason = "the only SipHash of the standard library that takes a key"
    )]
    fn half(self, half: u8, text: &str) -> u64 {
        use std::hash::{Hasher, SipHasher};
        let mut hasher = SipHasher::new_with_keys(self.0, self.1);
        hasher.write(&[half]);
        hasher.write(text.as_bytes());
        hasher.finish()
    }

    /// `h1:` and 32 hexadecimal digits.
    pub(crate) fn hash(self, text: &str) -> String {
        format!("{PREFIX}{:016x}{:016x}", self.half(0, text), self.half(1, text))
    }
}

/// The hash of a text under this process's key: the environment's, else a random one.
pub(crate) fn of(text: &str) -> String {
    static KEY: OnceLock<HashKey> = OnceLock::new();
    let key = KEY.get_or_init(|| {
        let given = std::env::var(VARIABLE).ok();
        given
            .as_deref()
            .and_then(HashKey::parse)
            .unwrap_or_else(HashKey::random)
    });
    key.hash(text)
}

/// How long the hash is that this text begins with; 0 where there is none.
pub(super) fn length(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(PREFIX) else {
        return 0;
    };
    let digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let digits = rest
        .bytes()
        .take(DIGITS + 1)
        .take_while(|byte| digit(byte))
        .count();
    if digits == DIGITS {
        PREFIX.len() + DIGITS
    } else {
        0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_key_makes_the_same_hash_everywhere() {
        let key = HashKey::parse("000102030405060708090a0b0c0d0e0f").unwrap();
        let other = HashKey::parse("100102030405060708090a0b0c0d0e0f").unwrap();
        // Stable across versions: programs compare hashes with those of last year.
        assert_eq!(key.hash("bob@example.com"), "h1:cedeb0860d5d146af21e9cd82e3d6877");
        assert_ne!(key.hash("bob@example.com"), other.hash("bob@example.com"));
        assert_ne!(key.hash("a"), key.hash("b"));
        assert_eq!(length(&key.hash("")), 35);
        assert_eq!(format!("{key:?}"), "HashKey(…)");
    }

    #[test]
    fn only_thirty_two_digits_are_a_key() {
        for text in [
            "",
            "abc",
            "000102030405060708090a0b0c0d0e0",
            "000102030405060708090a0b0c0d0e0fff",
            "é",
        ] {
            assert!(HashKey::parse(text).is_none(), "{text}");
        }
        assert!(HashKey::parse(" 000102030405060708090A0B0C0D0E0F\n").is_some());
    }
}
