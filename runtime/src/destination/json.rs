//! JSON as it is written: objects, lists and scalars to a buffer.

use crate::value::Value;
use std::borrow::Cow;
use std::fmt::Display;
use std::io::Write as _;

/// Levels of arrays and maps that are sent; what is deeper is replaced by [`TOO_DEEP`]. The usual decoders refuse
/// a whole request that nests too deep: in protobuf at 32 levels of maps, in JSON at 30.
pub(super) const MAX_DEPTH: usize = 24;

/// Stands for a value below [`MAX_DEPTH`].
pub(super) const TOO_DEEP: &str = "[too deep]";

/// An object being written: knows whether the next member needs a comma before it.
pub(super) struct Object<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

pub(super) fn object(out: &mut Vec<u8>, write: impl FnOnce(&mut Object<'_>)) {
    out.push(b'{');
    write(&mut Object { out, first: true });
    out.push(b'}');
}

impl Object<'_> {
    /// Begins a member; its value is to be written to what is returned.
    pub(super) fn key(&mut self, name: &str) -> &mut Vec<u8> {
        self.comma();
        // Names are literals of ours, none of which needs escaping.
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    /// The same with a name that may need escaping.
    pub(super) fn any_key(&mut self, name: &str) -> &mut Vec<u8> {
        self.comma();
        text(self.out, name);
        self.out.push(b':');
        self.out
    }

    fn comma(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
    }

    pub(super) fn object(&mut self, name: &str, write: impl FnOnce(&mut Object<'_>)) {
        object(self.key(name), write);
    }

    /// A list of objects; left out where it is empty.
    pub(super) fn objects<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Object<'_>, T),
    ) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_some() {
            list(self.key(name), items, |out, item| {
                object(out, |own| write(own, item));
            });
        }
    }

    /// A string; left out where it is empty.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            text(self.key(name), value);
        }
    }

    /// A 32-bit number or an enum; left out where it is zero.
    pub(super) fn number(&mut self, name: &str, value: u32) {
        if value != 0 {
            display(self.key(name), value);
        }
    }

    /// An id or a 64-bit integer, in quotes.
    pub(super) fn quoted(&mut self, name: &str, value: impl Display) {
        quoted(self.key(name), value);
    }
}

pub(super) fn list<T>(
    out: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

// Writing to a `Vec` cannot fail, so the results below hold no news.

pub(super) fn display(out: &mut Vec<u8>, value: impl Display) {
    let _ = write!(out, "{value}");
}

pub(super) fn quoted(out: &mut Vec<u8>, value: impl Display) {
    let _ = write!(out, "\"{value}\"");
}

pub(super) fn text(out: &mut Vec<u8>, value: &str) {
    let _ = serde_json::to_writer(out, value);
}

pub(super) fn float(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        out.extend_from_slice(b"\"NaN\"");
    } else if value.is_infinite() {
        let sign = if value < 0.0 { "-" } else { "" };
        quoted(out, format_args!("{sign}Infinity"));
    } else {
        let _ = serde_json::to_writer(out, &value);
    }
}

/// The standard alphabet with padding, in quotes.
pub(super) fn base64(out: &mut Vec<u8>, bytes: &[u8]) {
    quoted(out, base64_text(bytes));
}

/// The same without the quotes.
pub(super) fn base64_text(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let six = bits >> (18 - 6 * digit) & 63;
            out.push(if digit <= chunk.len() {
                DIGITS[six as usize].into()
            } else {
                '='
            });
        }
    }
    out
}

/// A value as the JSON that says the same: bytes as base64, numbers that JSON has not as their names.
pub(super) fn plain(out: &mut Vec<u8>, value: &Value) {
    plain_at(out, value, 0);
}

fn plain_at(out: &mut Vec<u8>, value: &Value, depth: usize) {
    match value {
        Value::String(value) => text(out, value),
        Value::Bool(value) => display(out, value),
        Value::Int(value) => display(out, value),
        Value::Float(value) => float(out, *value),
        Value::Bytes(bytes) => base64(out, bytes),
        Value::Array(_) | Value::Map(_) if depth == MAX_DEPTH => text(out, TOO_DEEP),
        Value::Array(items) => list(out, items, |out, item| plain_at(out, item, depth + 1)),
        Value::Map(items) => object(out, |own| {
            for (key, item) in items {
                plain_at(own.any_key(key), item, depth + 1);
            }
        }),
    }
}

/// The same as a text of its own; a string without quotes.
pub(super) fn plain_text(value: &Value) -> Cow<'_, str> {
    if let Value::String(text) = value {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::new();
    plain(&mut out, value);
    // What is written is UTF-8.
    let mut out = String::from_utf8(out).unwrap_or_default();
    // Only numbers that JSON has not, and bytes, are in quotes, and hold none.
    if out.starts_with('"') {
        out = out.trim_matches('"').to_owned();
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Key;
    use proptest::prelude::*;

    fn json(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn any_finite_float_comes_back_exactly(value in any::<f64>()) {
            let text = json(|out| float(out, value));
            prop_assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(value.to_bits()));
        }
    }

    #[test]
    fn numbers_that_json_has_not_are_names() {
        assert_eq!(json(|out| float(out, f64::NAN)), r#""NaN""#);
        assert_eq!(json(|out| float(out, 1.5e300)), "1.5e+300");
        assert_eq!(plain_text(&Value::Float(f64::NEG_INFINITY)), "-Infinity");
    }

    #[test]
    fn a_value_as_plain_json() {
        let value = Value::Map(vec![
            (
                Key::from_static("q\"\n"),
                Value::Array(vec![Value::Int(i64::MIN), "<é>".into()]),
            ),
            (Key::from_static("b"), Value::Bytes(vec![0xfb, 0xff])),
        ]);
        assert_eq!(
            plain_text(&value),
            "{\"q\\\"\\n\":[-9223372036854775808,\"<é>\"],\"b\":\"+/8=\"}"
        );
        assert_eq!(plain_text(&Value::Bool(true)), "true");
        assert_eq!(plain_text(&"\"as it is\"".into()), "\"as it is\"");
        let deep = (0..100).fold(Value::Int(1), |inner, _| Value::Array(vec![inner]));
        let text = plain_text(&deep).into_owned();
        assert_eq!(text.matches('[').count(), MAX_DEPTH + 1, "the mark has one, too");
        assert!(text.contains(TOO_DEEP));
    }

    #[test]
    fn base64_matches_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(json(|out| base64(out, plain.as_bytes())), format!("\"{coded}\""));
        }
    }
}
