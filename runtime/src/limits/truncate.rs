//! Cuts a text, and says in it how much is missing.

use super::json;
use crate::capture::WAS_CUT;

/// Cuts `text` after `max` characters and says how many more there were: `…(+12 chars)`. Says whether it cut.
///
/// Cutting again changes nothing, and cutting shorter adds to the number. JSON is cut a little earlier, so that with
/// its end it has `max` characters at most.
pub(crate) fn truncate(text: &mut String, max: usize) -> bool {
    let begun = text.strip_suffix(WAS_CUT);
    if text.len() <= max {
        // JSON whose end was not captured is in need of one.
        let closed = begun.and_then(|begun| json::cut(begun, max, |_| WAS_CUT.to_owned()));
        return closed.map(|closed| *text = closed).is_some();
    }
    let (content, cut_before) = without_marker(text);
    let Some((end, _)) = content.char_indices().nth(max) else {
        return false;
    };
    if let Some(json) = json::without_space(text, max) {
        text.truncate(json.len());
        return true;
    }
    if let Some(closed) = json::cut(begun.unwrap_or(text), max, marker) {
        *text = closed;
        return true;
    }
    let more = cut_before.saturating_add(content[end..].chars().count() as u64);
    text.truncate(end);
    text.push_str(&marker(more));
    true
}

fn marker(more: u64) -> String {
    format!("…(+{more} chars)")
}

/// The text before the marker that ends it, and the marker's number; all of the text and 0 without one.
fn without_marker(text: &str) -> (&str, u64) {
    let marked = || {
        let (content, number) = text.strip_suffix(" chars)")?.rsplit_once("…(+")?;
        let more: u64 = number.parse().ok()?;
        // Only as we write it, so that a marker is short.
        (number == more.to_string()).then_some((content, more))
    };
    marked().unwrap_or((text, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str, max: usize) -> String {
        let mut text = text.to_owned();
        truncate(&mut text, max);
        text
    }

    #[test]
    fn text_is_cut_by_characters_and_says_how_much_is_missing() {
        assert_eq!(cut("hello", 5), "hello");
        assert_eq!(cut("hello", 2), "he…(+3 chars)");
        assert_eq!(cut("ééé", 3), "ééé");
        assert_eq!(cut("ééé", 1), "é…(+2 chars)");
        assert_eq!(cut("🦀🦀", 0), "…(+2 chars)");
        assert_eq!(cut(&cut("abcdefgh", 5), 2), "ab…(+6 chars)");
        assert_eq!(cut("abc…(+0001 chars)", 3), "abc…(+14 chars)");
    }

    /// Found by fuzzing: white space behind the JSON left no place to end at.
    #[test]
    fn white_space_behind_json_is_cut_without_a_word() {
        let space = " ".repeat(100);
        assert_eq!(cut(&format!("[1]{space}"), 50), "[1]");
        assert_eq!(cut(&format!("{{\"a\":1}}\n{space}"), 50), "{\"a\":1}");
        let more = format!("[1]{}…(+54 chars)", &space[..47]);
        assert_eq!(cut(&format!("[1]{space}x"), 50), more);
        // What was cut when it was captured may have been more than white space.
        assert_eq!(cut("[1] …[cut]", 50), "[1] …[cut]");
    }

    proptest! {
        #[test]
        fn cutting_again_changes_nothing(
            text in prop_oneof![".{0,40}", ".{0,10}…\\(\\+[0-9]{0,22} chars\\)"],
            max in 0..20_usize,
        ) {
            let once = cut(&text, max);
            prop_assert_eq!(&cut(&once, max), &once);
            prop_assert!(once.chars().count() <= max + 30);
            prop_assert!(text.chars().count() <= max || !once.is_empty());
        }
    }
}
