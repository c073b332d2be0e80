//! Attribute values as one text: lists and maps are JSON as Go writes it.

use std::collections::BTreeMap;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::model::Value;

/// A value as text.
pub(in crate::jaeger) fn written_value(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Empty => String::new(),
        other => {
            let mut json = String::new();
            write_json(&mut json, other);
            json
        }
    }
}

fn write_json(out: &mut String, value: &Value) {
    match value {
        Value::Empty => out.push_str("null"),
        Value::Text(text) => write_text(out, text),
        Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Value::Int(number) => _ = write!(out, "{number}"),
        Value::Double(number) => write_double(out, *number),
        Value::Bytes(bytes) => write_text(out, &STANDARD.encode(bytes)),
        Value::Array(values) => {
            out.push('[');
            for (at, value) in values.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write_json(out, value);
            }
            out.push(']');
        }
        Value::Map(pairs) => {
            // Go sorts a map's keys, and the last of several values is the one.
            let sorted: BTreeMap<&str, &Value> =
                pairs.iter().map(|(key, value)| (key.as_str(), value)).collect();
            out.push('{');
            for (at, (key, value)) in sorted.into_iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write_text(out, key);
                out.push(':');
                write_json(out, value);
            }
            out.push('}');
        }
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..' ' => {
                _ = write!(out, "\\u{:04x}", u32::from(c))
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// As JavaScript writes numbers; what is no number is a text.
fn write_double(out: &mut String, number: f64) {
    let size = number.abs();
    if !number.is_finite() {
        _ = write!(out, "\"{number}\"");
    } else if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{number:e}");
        let text = if text.contains("e-") {
            text
        } else {
            text.replace('e', "e+")
        };
        out.push_str(&text);
    } else {
        _ = write!(out, "{number}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_maps_are_json_as_go_writes_it() {
        let map = Value::Map(vec![
            (
                "b".to_owned(),
                Value::Array(vec![
                    Value::Double(1.0),
                    Value::Double(1e21),
                    Value::Double(1.5e-7),
                ]),
            ),
            ("a".to_owned(), Value::Text("<\u{1}\n\u{2028}ü".to_owned())),
            ("c".to_owned(), Value::Bytes(vec![0, 255])),
            (
                "a".to_owned(),
                Value::Array(vec![Value::Empty, Value::Bool(false)]),
            ),
        ]);
        assert_eq!(
            written_value(&map),
            r#"{"a":[null,false],"b":[1,1e+21,1.5e-7],"c":"AP8="}"#
        );
        let text = Value::Array(vec![Value::Text("<\u{1}\n\u{2028}ü".to_owned())]);
        assert_eq!(written_value(&text), "[\"\\u003c\\u0001\\n\\u2028ü\"]");
        assert_eq!(written_value(&Value::Text("<b>".to_owned())), "<b>");
    }
}
