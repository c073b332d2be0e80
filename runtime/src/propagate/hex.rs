//! Ids in hexadecimal, in the looser forms that formats other than W3C Trace Context allow.

use crate::id::{SpanId, TraceId};

/// Appends the lower-case digits of `bytes`.
pub(super) fn push(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// One to `N` digits of any case, as `N` lower-case digits with zeros to the left.
fn padded<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.is_empty() || text.len() > N || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut digits = [b'0'; N];
    for (slot, byte) in digits[N - text.len()..].iter_mut().zip(text.bytes()) {
        *slot = byte.to_ascii_lowercase();
    }
    Some(digits)
}

/// One to 32 digits. Only for the formats whose specification asks for padding (B3, Jaeger).
pub(super) fn padded_trace_id(text: &str) -> Option<TraceId> {
    TraceId::from_hex(std::str::from_utf8(&padded::<32>(text)?).ok()?)
}

/// One to 16 digits. Only for the formats whose specification asks for padding (Jaeger).
pub(super) fn padded_span_id(text: &str) -> Option<SpanId> {
    SpanId::from_hex(std::str::from_utf8(&padded::<16>(text)?).ok()?)
}

/// Exactly 32 digits, not all zero.
pub(super) fn trace_id(text: &str) -> Option<TraceId> {
    padded_trace_id(text).filter(|_| text.len() == 32)
}

/// Exactly 16 digits, not all zero.
pub(super) fn span_id(text: &str) -> Option<SpanId> {
    padded_span_id(text).filter(|_| text.len() == 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_ids_are_never_padded() {
        assert_eq!(
            span_id("00F067AA0BA902B7").unwrap().to_string(),
            "00f067aa0ba902b7"
        );
        for bad in [
            "",
            "f067aa0ba902b7",
            "+0f067aa0ba902b7",
            "0000000000000000",
            "00f067aa0ba902b70",
        ] {
            assert_eq!(span_id(bad), None, "{bad}");
        }
        assert_eq!(trace_id("4bf92f3577b34da6"), None);
        assert_eq!(
            padded_trace_id("4bf92f3577b34da6").unwrap().to_string(),
            "00000000000000004bf92f3577b34da6"
        );
    }

    #[test]
    fn digits_are_lower_case_and_complete() {
        let mut out = String::new();
        push(&mut out, &[0x00, 0xab, 0x0f]);
        assert_eq!(out, "00ab0f");
    }
}
