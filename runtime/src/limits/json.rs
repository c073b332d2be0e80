//! Cuts JSON so that it stays JSON. In: a text that is JSON, or the beginning of one. Out: a text within the bound in
//! which open strings, arrays and objects are closed, and which says what is missing.
//!
//! Linear, and never reads far beyond the bound.

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// A value; after `[` also its end.
    Value {
        or_end: bool,
    },
    /// A key; after `{` also its end.
    Key {
        or_end: bool,
    },
    Colon,
    /// A comma, or the end of what is open.
    Comma,
    /// Nothing: all is closed.
    End,
}

/// What a place where the text can be cut is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    /// A string that is a value.
    Text,
    /// An array or an object, which holds something before the place or not.
    List { empty: bool },
}

#[derive(Clone, Copy, Debug)]
struct Place {
    /// Bytes and characters before it.
    at: usize,
    characters: usize,
    within: Within,
    /// How much is open there.
    depth: usize,
}

/// Characters that the closing of a place takes beyond the note and the brackets: `,"…":"` and `"`.
const AROUND: usize = 7;

struct Cutter<'a> {
    text: &'a str,
    /// Characters that may stand before a place, what is open there included.
    room: usize,
    at: usize,
    characters: usize,
    /// `{` and `[`, the outermost first.
    open: Vec<u8>,
    place: Option<Place>,
}

/// The JSON without the white space behind it; `None` where the text is none, or longer than `most` characters without
/// that too.
pub(super) fn without_space(text: &str, most: usize) -> Option<&str> {
    let trimmed = text.trim_end_matches([' ', '\t', '\n', '\r']);
    if !trimmed.trim_start().starts_with(['{', '[']) || trimmed.chars().nth(most).is_some() {
        return None;
    }
    let mut cutter = Cutter::new(trimmed, usize::MAX);
    cutter.read()?;
    (cutter.open.is_empty() && cutter.at == trimmed.len()).then_some(trimmed)
}

/// The JSON in at most `most` characters; `None` where the text is no JSON, where there is no room for any, and where
/// white space alone is to be cut off.
///
/// `note` says what is missing, from the number of characters; it is in place of that.
pub(super) fn cut(text: &str, most: usize, note: impl Fn(u64) -> String) -> Option<String> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let all = text.chars().count();
    let longest = note(all as u64).chars().count();
    let mut cutter = Cutter::new(text, most.checked_sub(longest + AROUND)?);
    cutter.read()?;
    // Once all is closed there is no place left to end at.
    let place = cutter.place.filter(|_| !cutter.open.is_empty())?;
    let mut out = text[..place.at].to_owned();
    let note = note((all - place.characters) as u64);
    match (place.within, cutter.open.get(place.depth - 1)) {
        (Within::Text, _) => out.extend([&*note, "\""]),
        (Within::List { empty }, bracket) => {
            let comma = if empty { "" } else { "," };
            let key = if bracket == Some(&b'{') { "\"…\":" } else { "" };
            out.extend([comma, key, "\"", &note, "\""]);
        }
    }
    let closing = |bracket: &u8| if *bracket == b'{' { '}' } else { ']' };
    out.extend(cutter.open[..place.depth].iter().rev().map(closing));
    Some(out)
}

impl<'a> Cutter<'a> {
    fn new(text: &'a str, room: usize) -> Self {
        Self {
            text,
            room,
            at: 0,
            characters: 0,
            open: Vec::new(),
            place: None,
        }
    }

    /// Reads until there is no more room or no more text; `None` where it is no JSON.
    fn read(&mut self) -> Option<()> {
        let mut next = Next::Value { or_end: false };
        while self.fits() {
            let Some(byte) = self.text.as_bytes().get(self.at).copied() else {
                break;
            };
            next = match (next, byte) {
                (_, b' ' | b'\t' | b'\n' | b'\r') => {
                    self.step(1);
                    next
                }
                (Next::Value { .. }, b'{' | b'[') => self.begin(byte),
                (Next::Value { .. }, b'"') => {
                    if !self.string(true)? {
                        break;
                    }
                    self.value()
                }
                (Next::Value { or_end: true }, b']') | (Next::Key { or_end: true }, b'}') => self.end(),
                (Next::Value { .. }, _) => {
                    if !self.word()? {
                        break;
                    }
                    self.value()
                }
                (Next::Key { .. }, b'"') => {
                    if !self.string(false)? {
                        break;
                    }
                    Next::Colon
                }
                (Next::Colon, b':') => {
                    self.step(1);
                    Next::Value { or_end: false }
                }
                (Next::Comma, b',') => {
                    self.step(1);
                    match self.open.last() {
                        Some(b'{') => Next::Key { or_end: false },
                        _ => Next::Value { or_end: false },
                    }
                }
                (Next::Comma, b'}') if self.open.last() == Some(&b'{') => self.end(),
                (Next::Comma, b']') if self.open.last() == Some(&b'[') => self.end(),
                _ => return None,
            };
        }
        Some(())
    }

    /// Whether the text can be closed here. Once it cannot, no later place can be: an end takes as much as it gives.
    fn fits(&self) -> bool {
        self.characters + self.open.len() <= self.room
    }

    fn step(&mut self, bytes: usize) {
        self.at += bytes;
        self.characters += 1;
    }

    fn remember(&mut self, within: Within) {
        if self.fits() && !self.open.is_empty() {
            self.place = Some(Place {
                at: self.at,
                characters: self.characters,
                within,
                depth: self.open.len(),
            });
        }
    }

    fn begin(&mut self, bracket: u8) -> Next {
        self.step(1);
        self.open.push(bracket);
        self.remember(Within::List { empty: true });
        match bracket {
            b'{' => Next::Key { or_end: true },
            _ => Next::Value { or_end: true },
        }
    }

    fn end(&mut self) -> Next {
        self.step(1);
        self.open.pop();
        self.value()
    }

    /// After a whole value.
    fn value(&mut self) -> Next {
        self.remember(Within::List { empty: false });
        if self.open.is_empty() {
            Next::End
        } else {
            Next::Comma
        }
    }

    /// A string; `false` where its end is not within the room.
    fn string(&mut self, is_value: bool) -> Option<bool> {
        self.step(1);
        while self.fits() {
            if is_value {
                self.remember(Within::Text);
            }
            let Some(c) = self.text[self.at..].chars().next() else {
                return Some(false);
            };
            match c {
                '"' => {
                    self.step(1);
                    return Some(true);
                }
                '\\' => {
                    if !self.escape()? {
                        return Some(false);
                    }
                }
                c if c < ' ' => return None,
                c => self.step(c.len_utf8()),
            }
        }
        Some(false)
    }

    /// An escape, with the one that belongs to it: half of a surrogate pair is no text. `false` at the text's end.
    fn escape(&mut self) -> Option<bool> {
        let rest = &self.text.as_bytes()[self.at..];
        let unit = |from: usize| {
            let digits = rest.get(from + 2..from + 6)?;
            let valid = rest[from..].starts_with(b"\\u") && digits.iter().all(u8::is_ascii_hexdigit);
            valid.then_some(digits)
        };
        let length = match rest.get(1) {
            Some(b'u') if rest.len() < 12 => return Some(false),
            Some(b'u') => {
                let high = unit(0)?;
                let paired = high[0].eq_ignore_ascii_case(&b'd') && !matches!(high[1], b'0'..=b'7');
                if paired {
                    unit(6)?;
                }
                if paired { 12 } else { 6 }
            }
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(_) => return None,
            None => return Some(false),
        };
        self.at += length;
        self.characters += length;
        Some(true)
    }

    /// A number, `true`, `false` or `null`; `Some(false)` where it is not known whether it ends.
    fn word(&mut self) -> Option<bool> {
        let rest = &self.text.as_bytes()[self.at..];
        let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let length = rest
            .iter()
            .take(self.room)
            .take_while(|byte| belongs(byte))
            .count();
        let word = &self.text[self.at..self.at + length];
        if length == rest.len() || length == self.room {
            return Some(false);
        }
        if !matches!(word, "true" | "false" | "null") && !is_number(word) {
            return None;
        }
        self.at += length;
        self.characters += length;
        Some(true)
    }
}

fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word).as_bytes();
    match digits {
        [b'0', b'0'..=b'9', ..] => false,
        [b'0'..=b'9', ..] => word.parse::<f64>().is_ok() && !word.ends_with('.') && !word.contains(".e"),
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn note(more: u64) -> String {
        format!("…(+{more})")
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i32>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            ".{0,30}".prop_map(Into::into),
            "[\"\\\\\u{1}\n\u{1f600}é]{0,10}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::vec((".{0,6}", inner), 0..6)
                    .prop_map(|items| serde_json::Value::Object(items.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn json_is_closed_where_it_is_cut() {
        let cases = [
            (
                r#"{"a":"0123456789012345678901234567890","b":1}"#,
                30,
                r#"{"a":"0123456789…(+29)"}"#,
            ),
            (r#"[1,2,3,4,5,6,7,8,9,10,11,12]"#, 24, r#"[1,2,3,4,5,"…(+18)"]"#),
            (
                r#"{"a":{"b":[1,2,3,4,5,6,7,8,9]}}"#,
                26,
                r#"{"a":{"…":"…(+25)"}}"#,
            ),
        ];
        for (text, most, wanted) in cases {
            let out = cut(text, most, note).unwrap();
            assert_eq!(out, wanted);
            serde_json::from_str::<serde_json::Value>(&out).unwrap();
        }
    }

    #[test]
    fn what_is_no_json_is_left_to_others() {
        for text in [
            "[INFO] started",
            "{a: 1}",
            "[1] and so on, and on, and on",
            "{\"a\" 1}",
            "[1 2]",
            "[01]",
            "plain",
            "",
        ] {
            assert_eq!(
                cut(&format!("{text} {}", "x".repeat(100)), 60, note),
                None,
                "{text}"
            );
        }
        assert_eq!(cut("[1,2,3,4,5,6,7,8,9]", 5, note), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_json_stays_json_within_the_bound(value in json(), most in 20..200_usize, pretty in any::<bool>(), kept in 0.2..1.0_f64) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            // Also where only the beginning is there, as of a text that was cut when it was captured.
            let begun = &text[..text.floor_char_boundary((text.len() as f64 * kept) as usize)];
            for text in [&text, begun] {
                if text.trim_start().starts_with(['{', '[']) && text.chars().count() > most {
                    let out = cut(text, most, note).unwrap();
                    prop_assert!(out.chars().count() <= most, "{}", out);
                    prop_assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok(), "{}\n{}", text, out);
                }
            }
        }
    }
}
