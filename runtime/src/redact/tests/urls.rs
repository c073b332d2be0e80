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
        // A secret that ends the query takes the fragment along: `#` may be a part of it where nobody encoded it.
        let fragments = fragment.others.iter().filter(|_| query.secrets.is_empty());
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
