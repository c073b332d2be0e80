//! Writes JSON of bounded size. In: texts of any length. Out: JSON that is well-formed even where it was cut, so
//! that what reads it downstream still can.

/// Bytes of all the text in one JSON value. Less than a captured value may have, to leave room for the structure.
const TEXT_BYTES: usize = 48 * 1024;

/// A JSON text under construction.
pub(crate) struct Json {
    out: String,
    left: usize,
    comma: bool,
}

impl Json {
    pub(crate) fn new() -> Self {
        Self {
            out: String::new(),
            left: TEXT_BYTES,
            comma: false,
        }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// Whether there is no room for more.
    pub(crate) fn is_full(&self) -> bool {
        self.left == 0
    }

    /// `{ … }`.
    pub(crate) fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.enclose('{', '}', write);
    }

    /// `[ … ]`.
    pub(crate) fn array(&mut self, write: impl FnOnce(&mut Self)) {
        self.enclose('[', ']', write);
    }

    fn enclose(&mut self, open: char, close: char, write: impl FnOnce(&mut Self)) {
        self.separate();
        self.out.push(open);
        self.comma = false;
        write(self);
        self.out.push(close);
        self.comma = true;
    }

    fn separate(&mut self) {
        if self.comma {
            self.out.push(',');
        }
        self.comma = true;
    }

    /// `"key":` in an object; a value must follow.
    pub(crate) fn key(&mut self, key: &str) {
        self.separate();
        self.quoted(key);
        self.out.push(':');
        self.comma = false;
    }

    /// `"key":"text"`.
    pub(crate) fn field(&mut self, key: &str, text: &str) {
        self.key(key);
        self.string(text);
    }

    /// A string, cut where there is no more room.
    pub(crate) fn string(&mut self, text: &str) {
        self.separate();
        let kept = super::text::beginning(text, self.left);
        self.left -= if kept.len() < text.len() {
            self.left
        } else {
            kept.len()
        };
        self.quoted(kept);
    }

    /// JSON as it is, where it is JSON and there is room; else as a string.
    pub(crate) fn raw(&mut self, json: &str) {
        if json.len() <= self.left && is_json(json) {
            self.separate();
            self.left -= json.len();
            self.out.push_str(json);
        } else {
            self.string(json);
        }
    }

    fn quoted(&mut self, text: &str) {
        use std::fmt::Write as _;
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                c if c < ' ' => {
                    let _ = write!(self.out, "\\u{:04x}", u32::from(c));
                }
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }
}

#[cfg(feature = "pipeline")]
fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text).is_ok()
}

/// Without a parser nothing is taken for JSON; it travels as a string.
#[cfg(not(feature = "pipeline"))]
fn is_json(_: &str) -> bool {
    false
}

#[cfg(all(test, feature = "pipeline"))]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_separates() {
        let mut json = Json::new();
        json.array(|json| {
            json.object(|json| {
                json.field("a", "x\"\\\n\u{1}é");
                json.key("b");
                json.raw(r#"{"c":1}"#);
            });
            json.raw("not json");
        });
        assert_eq!(
            json.finish(),
            r#"[{"a":"x\"\\\n\u0001é","b":{"c":1}},"not json"]"#
        );
    }

    #[test]
    fn stays_json_where_it_is_cut() {
        let mut json = Json::new();
        json.array(|json| {
            for _ in 0..10 {
                json.string(&"é".repeat(5_000));
            }
        });
        assert!(json.is_full());
        let text = json.finish();
        assert!(text.len() < 64 * 1024);
        assert!(is_json(&text));
    }
}
