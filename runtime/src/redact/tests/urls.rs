//! Generated URLs: whatever stands around it, no secret of a URL survives, and what is no secret does.

use super::super::redact_inline;
use proptest::prelude::*;

/// A secret that occurs nowhere else.
fn secret() -> impl Strategy<Value = String> {
    "zq[A-Za-z0-9]{6,20}zq"
}

/// A parameter's name, and whether its value is a secret.
fn name() -> impl Strategy<Value = (String, bool)> {
    let secret = prop::sample::select(vec![
        "token",
        "access_token",
        "api_key",
        "apikey",
        "X-Api-Key",
        "password",
        "client_secret",
        "sig",
        "Signature",
        "X-Amz-Signature",
        "X-Amz-Credential",
        "X-Goog-Signature",
        "AWSAccessKeyId",
        "refresh%5Ftoken",
        "session_token",
    ]);
    let other = prop::sample::select(vec![
        "page",
        "q",
        "sort",
        "max_tokens",
        "author",
        "filter%5Bname%5D",
    ]);
    prop_oneof![
        secret.prop_map(|name| (name.to_owned(), true)),
        other.prop_map(|name| (name.to_owned(), false)),
    ]
}

/// Parameters: the text, and which values must and which must not be in it afterwards.
#[derive(Clone, Debug)]
struct Parameters {
    text: String,
    secrets: Vec<String>,
    others: Vec<String>,
}

fn parameters() -> impl Strategy<Value = Parameters> {
    proptest::collection::vec((name(), secret()), 0..6).prop_map(|parameters| {
        let (mut secrets, mut others, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        for ((name, is_secret), value) in parameters {
            parts.push(format!("{name}={value}"));
            if is_secret { &mut secrets } else { &mut others }.push(value);
        }
        Parameters {
            text: parts.join("&"),
            secrets,
            others,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_secret_of_a_url_survives(
        scheme in prop::sample::select(vec!["http", "https", "postgres", "amqp", "redis", "HTTPS", "mongodb+srv"]),
        user in prop_oneof![Just(None), ("u[0-9]{1,4}", secret()).prop_map(Some)],
        // No word that names a secret: `pwd.example:80` would lose its port.
        host in "h[0-9]{1,4}\\.example(:[0-9]{2,5})?",
        path in "(/p[0-9]{1,4}){0,3}",
        query in parameters(),
        fragment in parameters(),
        key in prop::sample::select(vec!["url.full", "http.url", "http.request.header.referer", "note"]),
        around in any::<bool>(),
    ) {
        let login = user.as_ref().map_or(String::new(), |(name, password)| format!("{name}:{password}@"));
        let mut url = format!("{scheme}://{login}{host}{path}");
        for (mark, parameters) in [('?', &query), ('#', &fragment)] {
            if !parameters.text.is_empty() {
                url.push(mark);
                url.push_str(&parameters.text);
            }
        }
        // Under a key that is none of a URL's it stands in a sentence too.
        if around && key == "note" {
            url = format!("sent to {url} and lost");
        }
        let clean = redact_inline(key, &url).into_owned();
        let secrets = user.iter().map(|(_, password)| password).chain(&query.secrets).chain(&fragment.secrets);
        for secret in secrets {
            prop_assert!(!clean.contains(secret.as_str()), "{url} became {clean}");
        }
        // `#` ends the query of HTTP's URLs alone: a database's password may hold one.
        let known = scheme.to_ascii_lowercase().starts_with("http");
        let fragments = fragment.others.iter().filter(|_| known || query.secrets.is_empty());
        for other in query.others.iter().chain(fragments) {
            prop_assert!(clean.contains(other.as_str()), "{url} became {clean}");
        }
        prop_assert!(clean.contains(&host), "{url} became {clean}");
    }

    #[test]
    fn no_secret_of_a_query_survives(query in parameters()) {
        let clean = redact_inline("url.query", &query.text).into_owned();
        for secret in &query.secrets {
            prop_assert!(!clean.contains(secret.as_str()), "{} became {clean}", query.text);
        }
        for other in &query.others {
            prop_assert!(clean.contains(other.as_str()), "{} became {clean}", query.text);
        }
    }
}

#[test]
fn a_secret_that_ends_the_query_leaves_the_fragment() {
    let kept = [
        (
            "url.full",
            "https://a.example/x?token=abc#top",
            "https://a.example/x?token=REDACTED#top",
        ),
        ("url.query", "token=abc#top", "token=REDACTED#top"),
        ("http.target", "/x?a=1&token=abc#top", "/x?a=1&token=REDACTED#top"),
        (
            "note",
            "see \"https://a.example/x?a=1&token=abc#top\"",
            "see \"https://a.example/x?a=1&token=REDACTED#top\"",
        ),
        // The fragment is redacted like all else.
        (
            "note",
            "https://a.example/x?token=abc#access_token=def&state=1",
            "https://a.example/x?token=REDACTED#access_token=REDACTED&state=1",
        ),
        (
            "url.full",
            "https://a/x?sig=b#/u/bob@example.com",
            "https://a/x?sig=REDACTED#/u/[REDACTED]",
        ),
    ];
    for (key, text, wanted) in kept {
        let clean = redact_inline(key, text).into_owned();
        assert_eq!(clean, wanted, "{key}: {text}");
        assert_eq!(redact_inline(key, &clean), wanted);
    }
    // Where `#` may be a part of the secret, all of it goes.
    for (key, text) in [
        ("url.full", "postgres://h/x?password=ab#cd"),
        ("note", "jdbc:postgresql://h/x?user=a&password=ab#cd"),
        ("note", "user=a&password=ab#cd"),
        ("note", "password=ab#cd"),
        ("note", "https://a.example/ password=ab#cd"),
    ] {
        let clean = redact_inline(key, text).into_owned();
        assert!(!clean.contains("cd"), "{text} became {clean}");
    }
}

/// Found by fuzzing: RFC 3986 allows `'` in userinfo.
#[test]
fn a_quote_in_a_password_does_not_end_the_url() {
    for (text, wanted) in [
        ("to amqp://a:p'ss@host/v", "to amqp://REDACTED:REDACTED@host/v"),
        ("to amqp://a:'ss@host/v", "to amqp://REDACTED:REDACTED@host/v"),
        (
            "url='http://a.example:80' by='bob@x'",
            "url='http://a.example:80' by='bob@x'",
        ),
        (
            "['http://a.example:80','bob@x']",
            "['http://a.example:80','bob@x']",
        ),
    ] {
        assert_eq!(redact_inline("note", text), wanted);
    }
}
