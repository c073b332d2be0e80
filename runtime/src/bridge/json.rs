//! Values as JSON text, for `tracing` fields (which have no arrays) and for log lines.

use crate::value::Value;
use std::fmt::{self, Write};

/// Writes the value as JSON. Bytes are a string of hexadecimal digits; a float that JSON has no form for is null.
pub(super) fn write(out: &mut dyn Write, value: &Value) -> fmt::Result {
    match value {
        Value::Bool(value) => write!(out, "{value}"),
        Value::Int(value) => write!(out, "{value}"),
        Value::Float(value) if value.is_finite() => write!(out, "{value:?}"),
        Value::Float(_) => out.write_str("null"),
        Value::String(text) => string(out, text),
        Value::Bytes(bytes) => {
            out.write_char('"')?;
            bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))?;
            out.write_char('"')
        }
        Value::Array(items) => {
            out.write_char('[')?;
            for (at, item) in items.iter().enumerate() {
                comma(out, at)?;
                write(out, item)?;
            }
            out.write_char(']')
        }
        Value::Map(items) => {
            out.write_char('{')?;
            for (at, (key, item)) in items.iter().enumerate() {
                comma(out, at)?;
                string(out, key)?;
                out.write_char(':')?;
                write(out, item)?;
            }
            out.write_char('}')
        }
    }
}

fn comma(out: &mut dyn Write, at: usize) -> fmt::Result {
    if at == 0 { Ok(()) } else { out.write_char(',') }
}

/// Writes a JSON string.
pub(super) fn string(out: &mut dyn Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            control if control < ' ' => write!(out, "\\u{:04x}", control as u32)?,
            other => out.write_char(other)?,
        }
    }
    out.write_char('"')
}

#[cfg(all(test, feature = "pipeline"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn strings_read_back(text in any::<String>()) {
            let mut json = String::new();
            string(&mut json, &text).unwrap();
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }

    #[test]
    fn values_nest() {
        let value = Value::Array(vec![
            Value::Int(1),
            Value::Float(2.0),
            Value::Float(f64::NAN),
            Value::Map(vec![("a\"b".into(), Value::Bytes(vec![0, 255]))]),
        ]);
        let mut json = String::new();
        write(&mut json, &value).unwrap();
        assert_eq!(json, r#"[1,2.0,null,{"a\"b":"00ff"}]"#);
    }
}
