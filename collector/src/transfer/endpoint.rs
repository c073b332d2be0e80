//! What answers where OTLP was sent to, and is none.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

/// Characters of an answer that are repeated.
const WORDS: usize = 80;

/// Whether an answer says that no OTLP endpoint is there: a page for a person where a message should be. One of the bytes
/// of a message may be anything, so that of a success the headers alone tell; other failures have a page from a proxy.
pub(crate) fn is_elsewhere(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> bool {
    match status {
        status if status.is_success() => has_html(headers),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => is_page(headers, body),
        _ => false,
    }
}

/// Whether the answer of a failure is a page for a person.
pub(crate) fn is_page(headers: &HeaderMap, body: &[u8]) -> bool {
    has_html(headers) || body.trim_ascii_start().first() == Some(&b'<')
}

fn has_html(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().to_ascii_lowercase().starts_with(b"text/html"))
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
        assert!(is_elsewhere(StatusCode::NOT_FOUND, &HeaderMap::new(), page));
        // A partial success of sixty bytes begins so, and a proxy has a page for each failure.
        assert!(!is_elsewhere(StatusCode::OK, &HeaderMap::new(), b"\n<\x08\x01"));
        assert!(!is_elsewhere(
            StatusCode::SERVICE_UNAVAILABLE,
            &HeaderMap::new(),
            page
        ));
        assert_eq!(
            first_words("ü".repeat(100).as_bytes()),
            format!("{}…", "ü".repeat(WORDS))
        );
    }
}
