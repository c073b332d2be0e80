//! What answers where OTLP was sent to, and is none.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// Characters of an answer that are repeated.
const WORDS: usize = 80;

/// Whether an answer is a page for a person, which no OTLP endpoint has.
pub(crate) fn is_page(headers: &HeaderMap, body: &[u8]) -> bool {
    let html = headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().to_ascii_lowercase().starts_with(b"text/html"));
    html || body.trim_ascii_start().first() == Some(&b'<')
}

/// The first words of an answer, without the tags of a page.
pub(crate) fn first_words(body: &[u8]) -> String {
    let (mut text, mut within) = (String::new(), false);
    for c in String::from_utf8_lossy(body).chars() {
        match c {
            '<' => within = true,
            '>' if within => {
                within = false;
                text.push(' ');
            }
            c if within || c.is_control() && !c.is_whitespace() => {}
            c => text.push(c),
        }
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let words = words.join(" ");
    match words.char_indices().nth(WORDS) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_told_by_its_first_words() {
        let page =
            b"<!doctype html>\n<title>Not here</title><p class=\"a\">Nothing\n is at this path\x1b[2J.</p>";
        assert!(is_page(&HeaderMap::new(), page));
        assert_eq!(first_words(page), "Not here Nothing is at this path[2J.");
        assert!(!is_page(&HeaderMap::new(), b"\n\x03abc"));
        assert_eq!(
            first_words("ü".repeat(100).as_bytes()),
            format!("{}…", "ü".repeat(WORDS))
        );
    }
}
