//! Percent-encoding as W3C Baggage uses it: any text to printable ASCII without delimiters, and back.

/// `baggage-octet` of the specification: printable ASCII without space, `"`, `,`, `;` and `\`.
pub(super) fn is_octet(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\",;\\".contains(&byte)
}

/// Whether the byte stands for itself. `%` does not: it would be read back as the start of an escape.
fn is_plain(byte: u8) -> bool {
    is_octet(byte) && byte != b'%'
}

/// Bytes that [`encode`] writes.
pub(super) fn encoded_len(text: &str) -> usize {
    text.bytes().map(|byte| if is_plain(byte) { 1 } else { 3 }).sum()
}

/// Appends `text` so that [`decode`] gives it back.
pub(super) fn encode(text: &str, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if is_plain(byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}

/// Undoes [`encode`]. A `%` that starts no escape stays; bytes that are not UTF-8 become U+FFFD.
pub(super) fn decode(text: &str) -> String {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%')
            .then(|| Some(digit(bytes.get(at + 1))? * 16 + digit(bytes.get(at + 2))?))
            .flatten();
        match escape.and_then(|value| u8::try_from(value).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Why a text is not percent-encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotEncoded {
    /// A `%` starts no escape.
    Escape,
    /// Its bytes are no text.
    Utf8,
}

/// Undoes percent-encoding where a person wrote it, and what is wrong is to be told. A `+` stays a plus.
pub(crate) fn decode_strictly(text: &str) -> Result<String, NotEncoded> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            let value = digit().and_then(|high| Some(high * 16 + digit()?));
            value
                .and_then(|value| u8::try_from(value).ok())
                .ok_or(NotEncoded::Escape)?
        } else {
            byte
        });
    }
    String::from_utf8(decoded).map_err(|_| NotEncoded::Utf8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(text: &str) -> String {
        let mut out = String::new();
        encode(text, &mut out);
        out
    }

    proptest! {
        #[test]
        fn decode_undoes_encode(text in any::<String>()) {
            let wire = encoded(&text);
            prop_assert_eq!(wire.len(), encoded_len(&text));
            prop_assert!(wire.bytes().all(is_octet));
            prop_assert_eq!(decode(&wire), text);
        }
    }

    #[test]
    fn what_is_no_escape_stays() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%4"), "%4");
        assert_eq!(decode("%+4%zz%41"), "%+4%zzA");
        assert_eq!(decode("%252C"), "%2C");
        assert_eq!(encoded("%2C"), "%252C");
    }

    #[test]
    fn invalid_utf8_is_replaced() {
        assert_eq!(decode("a%FFb%C3%A9"), "a\u{fffd}bé");
    }
}
