//! Ids of traces and spans: bytes within, lower-case hex without.

use std::fmt;
use std::str::FromStr;

/// A text is not the id it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {what}: it has {digits} hexadecimal digits, not all of them 0")]
pub struct InvalidId {
    text: String,
    what: &'static str,
    digits: usize,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub [u8; $bytes]);

        impl $name {
            /// The id in these bytes; `None` when their number is wrong or all are 0.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                let id = Self(bytes.try_into().ok()?);
                (id.0 != [0; $bytes]).then_some(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            /// Reads hex of either case. Leading zeros may be left out, as Jaeger leaves them out.
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let invalid = || InvalidId {
                    text: text.chars().take(64).collect(),
                    what: $what,
                    digits: $bytes * 2,
                };
                if text.is_empty() || text.len() > $bytes * 2 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return Err(invalid());
                }
                let padded = format!("{text:0>width$}", width = $bytes * 2);
                let mut bytes = [0; $bytes];
                for (byte, digits) in bytes.iter_mut().zip(padded.as_bytes().chunks(2)) {
                    let digits = std::str::from_utf8(digits).map_err(|_| invalid())?;
                    *byte = u8::from_str_radix(digits, 16).map_err(|_| invalid())?;
                }
                Self::from_slice(&bytes).ok_or_else(invalid)
            }
        }
    };
}

id! {
    /// Names a trace: 16 bytes, not all 0.
    TraceId, 16, "a trace id"
}
id! {
    /// Names a span within its trace: 8 bytes, not all 0.
    SpanId, 8, "a span id"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_of_either_case_and_without_leading_zeros_is_read() {
        let id: SpanId = "00F067aa0ba902b7".parse().expect("an id");
        assert_eq!(id.to_string(), "00f067aa0ba902b7");
        assert_eq!("f067aa0ba902b7".parse(), Ok(id));
    }

    #[test]
    fn what_is_no_id_is_named() {
        for text in ["", "0", "xyz", "+1", "0123456789abcdef0"] {
            let error = text.parse::<SpanId>().expect_err(text);
            assert!(error.to_string().contains("16 hexadecimal digits"), "{error}");
        }
        assert!("0".repeat(32).parse::<TraceId>().is_err());
    }
}
