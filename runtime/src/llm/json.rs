//! Writes JSON of bounded size. In: texts of any length. Out: JSON, or where there was no room for all of it the beginning
//! of JSON that ends in [`CUT`], as every value that is cut when it is captured. Redaction then reads all of it, takes
//! the end off in which a secret may have begun, and the limits close what is open.

use crate::capture::CUT;

/// Bytes of all the text in one JSON value. Less than a captured value may have, to leave room for the structure.
const TEXT_BYTES: usize = 48 * 1024;

/// A JSON text under construction.
pub(crate) struct Json {
    out: String,
    left: usize,
    comma: bool,
    /// Whether it ends here: nothing more is written.
    cut: bool,
}

impl Json {
    pub(crate) fn new() -> Self {
        Self {
            out: String::new(),
            left: TEXT_BYTES,
            comma: false,
            cut: false,
        }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// Whether there is no room for what was to come, which is marked then.
    pub(crate) fn is_full(&mut self) -> bool {
        if self.left == 0 {
            self.cut();
        }
        self.cut
    }

    fn cut(&mut self) {
        if !self.cut {
            self.put(CUT);
            self.cut = true;
            self.left = 0;
        }
    }

    fn put(&mut self, text: &str) {
        if !self.cut {
            self.out.push_str(text);
        }
    }

    /// `{ … }`.
    pub(crate) fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.enclose("{", "}", write);
    }

    /// `[ … ]`.
    pub(crate) fn array(&mut self, write: impl FnOnce(&mut Self)) {
        self.enclose("[", "]", write);
    }

    fn enclose(&mut self, open: &str, close: &str, write: impl FnOnce(&mut Self)) {
        self.separate();
        self.put(open);
        self.comma = false;
        write(self);
        self.put(close);
        self.comma = true;
    }

    fn separate(&mut self) {
        if self.comma {
            self.put(",");
        }
        self.comma = true;
    }

    /// `"key":` in an object; a value must follow.
    pub(crate) fn key(&mut self, key: &str) {
        self.separate();
        self.put("\"");
        self.escaped(key);
        self.put("\":");
        self.comma = false;
    }

    /// `"key":"text"`.
    pub(crate) fn field(&mut self, key: &str, text: &str) {
        self.key(key);
        self.string(text);
    }

    /// A string; where there is no room for all of it, or it was cut before, all ends in it.
    pub(crate) fn string(&mut self, text: &str) {
        self.separate();
        let (text, is_cut) = match text.strip_suffix(CUT) {
            Some(text) => (text, true),
            None => (text, false),
        };
        let kept = super::text::beginning(text, self.left);
        self.left -= kept.len();
        self.put("\"");
        self.escaped(kept);
        if is_cut || kept.len() < text.len() {
            self.cut();
        }
        self.put("\"");
    }

    /// JSON as it is, where it is JSON and there is room; else as a string.
    pub(crate) fn raw(&mut self, json: &str) {
        if json.len() <= self.left && is_json(json) {
            self.separate();
            self.left -= json.len();
            self.put(json);
        } else {
            self.string(json);
        }
    }

    fn escaped(&mut self, text: &str) {
        use std::fmt::Write as _;
        if self.cut {
            return;
        }
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

    /// What a destination is given of it, where so many characters may leave.
    fn exported(json: &str, length: usize) -> String {
        let mut value = crate::value::Value::from(json);
        crate::redact::Redactor::default().redact_value("gen_ai.input.messages", &mut value);
        crate::limits::limit_value("gen_ai.input.messages", &mut value, length);
        value.to_string()
    }

    #[test]
    fn ends_in_the_mark_and_is_closed_by_the_limits() {
        let mut json = Json::new();
        json.array(|json| {
            for _ in 0..10 {
                json.string(&"é".repeat(5_000));
            }
            assert!(json.is_full());
            json.object(|json| json.field("more", "text"));
        });
        let text = json.finish();
        assert!(text.len() < 64 * 1024 && text.strip_suffix(CUT).is_some_and(|text| text.ends_with('é')));
        for length in [4096, 100_000] {
            let text = exported(&text, length);
            assert!(is_json(&text), "{text}");
            let missing = if length == 4096 { "…(+" } else { "…[cut]" };
            assert!(text.contains(missing) && !text.contains('\u{1a}'), "{text}");
        }
    }

    #[test]
    fn what_there_is_no_room_for_at_all_is_marked_too() {
        let mut json = Json::new();
        json.array(|json| {
            json.string(&"x".repeat(TEXT_BYTES));
            if !json.is_full() {
                json.string("more");
            }
        });
        let text = json.finish();
        assert!(text.ends_with(CUT));
        assert!(is_json(&exported(&text, 100_000)));
    }

    #[test]
    fn no_beginning_of_a_secret_survives_the_cut() {
        let token = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}", "MIIEvQabcd\n".repeat(400));
        for secret in [token, pem] {
            for before in [3, 20, 900, 2_000].map(|before| before.min(secret.len() - 1)) {
                let text = format!("{}{secret}", "word ".repeat((TEXT_BYTES - before) / 5));
                let mut json = Json::new();
                json.array(|json| json.object(|json| json.field("content", &text)));
                let text = exported(&json.finish(), 100_000);
                assert!(is_json(&text), "{text}");
                for part in ["ghp", "a1B2", "MIIE", "BEGIN"] {
                    assert!(!text.contains(part), "{before}: {}", &text[text.len() - 200..]);
                }
            }
        }
    }
}
