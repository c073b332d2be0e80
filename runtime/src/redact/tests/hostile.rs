//! Texts that nobody would write: generated, and made to take long.

use super::super::*;
use proptest::prelude::*;

/// Pieces that the detectors react to, so that generated texts reach their corners.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "password",
        "token",
        "=",
        ":",
        ": ",
        "\"",
        "'",
        "\\",
        "\\\"",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ",",
        ";",
        "&",
        "?",
        " ",
        "\n",
        "--",
        "-",
        "://",
        "@",
        "/",
        "Bearer ",
        "Basic ",
        "eyJhbGciOiJIUzI1NiJ9",
        ".",
        "hunter2",
        "sk-",
        "a1",
        "%3D",
        "%20",
        "%26",
        "<",
        ">",
        "Some(",
        "[REDACTED]",
        "REDACTED",
        "-----BEGIN PRIVATE KEY-----",
        "é",
        "-----END PRIVATE KEY-----",
        "ghp_a1B2c3D4e5F6g7H8i9J0k1",
        "123456789:",
        "cookie",
        "x",
        "null",
        "api",
        "key",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_text_is_redacted_once_and_for_all(text in prop_oneof![".{0,60}", pieces()]) {
        let redactor = Redactor::default();
        let once = redactor.redact_text(&text).into_owned();
        let twice = redactor.redact_text(&once).into_owned();
        prop_assert_eq!(&once, &twice, "{:?}", text);
    }

    #[test]
    fn any_url_is_sanitised_once_and_for_all(text in prop_oneof![".{0,60}", pieces()], query in any::<bool>()) {
        let key = if query { "url.query" } else { "url.full" };
        let once = redact_inline(key, &text).into_owned();
        let twice = redact_inline(key, &once).into_owned();
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn a_secret_between_any_words_is_found(before in "[a-zA-Z0-9 ,é]{0,20}", after in "[ ,.!?é\n][a-z ]{0,20}") {
        let secret = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
        let clean = Redactor::default().redact_text(&format!("{before} {secret}{after}")).into_owned();
        prop_assert!(!clean.contains(&secret), "{}", clean);
        prop_assert!(clean.ends_with(&after) || after.starts_with('.'), "{}", clean);
    }

    #[test]
    fn any_quoted_json_value_of_a_sensitive_key_is_hidden(value in "[a-z\"\\\\,}{: ]{0,20}", deep in 0..2_usize) {
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let mut text = format!("{{\"password\":{},\"z\":1}}", quoted(&value));
        let mut clean = "{\"password\":\"[REDACTED]\",\"z\":1}".to_owned();
        for _ in 0..deep {
            text = format!("{{\"inner\":{}}}", quoted(&text));
            clean = format!("{{\"inner\":{}}}", quoted(&clean));
        }
        let hidden = Redactor::default().redact_text(&text).into_owned();
        let nothing = matches!(&*value, "" | "null");
        prop_assert!(nothing || hidden == clean, "{} -> {}", text, hidden);
    }
}

#[test]
fn a_quote_that_opens_another_value_ends_none() {
    for (text, clean) in [
        // Found by fuzzing: after the first value's `'` came a key that is sensitive, too.
        (
            "{\"token\\\":LL'LL\nexport API_KEY='Zq8vXw3nLmT6'\n\":\"",
            "{\"token\\\":LL'[REDACTED]'[REDACTED]'\n\":\"",
        ),
        ("token='a\npassword: 'b'", "token='[REDACTED]'[REDACTED]'"),
        ("token='a\\nAPI_KEY='b'", "token='[REDACTED]'[REDACTED]'"),
        ("token='a api key: 'b c'", "token='[REDACTED]'[REDACTED]'"),
        ("--token 'x --password 'b' c", "--token '[REDACTED]'[REDACTED]' c"),
        // These do end one.
        ("token='key=' a='b'", "token='[REDACTED]' a='b'"),
        (
            "{\"password\":\"token: \",\"a\":\"b\"}",
            "{\"password\":\"[REDACTED]\",\"a\":\"b\"}",
        ),
        ("password='dG9rZW4='x", "password='[REDACTED]'x"),
    ] {
        assert_eq!(Redactor::default().redact_text(text), clean, "{text}");
    }
}

#[test]
fn hostile_texts_are_read_a_bounded_number_of_times() {
    // Bytes are counted, no clock is read. Of the detectors some look back at a run from each of its words, so that a
    // byte may be looked at more than once, but no more often in a long text than in a short one.
    const TIMES: usize = 120;
    for piece in [
        "a",
        "a@",
        "a@a:",
        "://",
        "a:b://",
        "eyJ",
        "eyJa.",
        "eyJaaaaaaaaaaaa-",
        "sk-",
        "sk-a.",
        "password=",
        "password= ",
        "password:\"",
        "\"password\":",
        "{\"password\":[",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "Bearer ",
        "Basic a",
        "a=,",
        ",a",
        "password=,;&)",
        "\\n",
        "\\",
        "%20",
        "\"",
        "'",
        "--token -",
        "a b ",
        "123456789:",
        "(\"token\",",
        "<token>",
        "[",
        "Some(",
        "token=A(",
        "x-",
        "a.",
        "?sig=",
        "#",
        "é",
        " ",
        "api key: ",
        "a%3A%2F%2F",
        "a%3A%2F%2Fb@",
        "%40",
        "a%40",
        "a+",
        "a'",
        "4111 ",
        "4111-",
        "41111111",
        "1-",
        "219 09 ",
        "DE89 ",
        "DE89370400440532013001",
        "1.",
        "::",
        "+1 ",
        "Ba ",
        "password='\nkey='",
        "token='x",
        "token=' ",
        "token:\"api key: \"x",
    ] {
        let text = piece.repeat(100_000 / piece.len());
        work::take();
        let clean = Redactor::default().redact_text(&text).into_owned();
        let looked = work::take();
        assert!(looked <= TIMES * text.len(), "{piece}: {looked}");
        assert!(clean.len() <= 2 * text.len() + 64);
        redact_inline("url.full", &text);
        redact_inline(&text, "");
    }
}
