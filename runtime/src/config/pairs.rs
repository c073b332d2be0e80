//! Lists of `key=value` with percent-encoding: headers and resource attributes.

use super::env::{Env, list};
use crate::propagate::percent::{NotEncoded, decode_strictly};
use std::fmt;

/// Header names and values. Shown by name only.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Headers(Vec<(String, String)>);

impl Headers {
    /// Names and values in the order given; each name once, whatever its case.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
    }

    /// Sets a header; a later value replaces an earlier one. Refuses what HTTP would not carry.
    pub(crate) fn set(&mut self, name: &str, value: String) -> Result<(), &'static str> {
        if !is_token(name) {
            return Err("a header name is not valid");
        }
        if value.chars().any(|c| c.is_control() && c != '\t') {
            return Err("a header value holds a control character");
        }
        match self.0.iter_mut().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
            Some((_, own)) => *own = value,
            None => self.0.push((name.to_owned(), value)),
        }
        Ok(())
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.0.iter().map(|(name, _)| (name, "…")))
            .finish()
    }
}

/// RFC 9110's token.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// The headers of this variable; a part that is not valid is left out and reported by its position.
pub(super) fn headers(env: &mut Env<'_>, name: &str) -> Option<Headers> {
    let text = env.text(name)?;
    let mut headers = Headers::default();
    for (at, part) in list(&text).enumerate() {
        let set = pair(part).and_then(|(key, value)| headers.set(&key, value));
        if let Err(reason) = set {
            let message = format!("part {}: {reason}; that header is left out", at + 1);
            env.refuse(name, message);
        }
    }
    Some(headers)
}

/// `OTEL_RESOURCE_ATTRIBUTES`: one bad part refuses the whole, as the resource SDK specification asks.
pub(super) fn attributes(env: &mut Env<'_>, name: &str) -> Vec<(String, String)> {
    let Some(text) = env.text(name) else {
        return Vec::new();
    };
    let parts: Result<Vec<_>, _> = list(&text)
        .enumerate()
        .map(|(at, part)| pair(part).map_err(|reason| (at + 1, reason)))
        .collect();
    parts.unwrap_or_else(|(at, reason)| {
        env.refuse(name, format!("part {at}: {reason}; the whole value is ignored"));
        Vec::new()
    })
}

/// A key and a decoded value. Only the first `=` separates, so that base64 needs no encoding.
fn pair(part: &str) -> Result<(String, String), &'static str> {
    let (key, value) = part
        .split_once('=')
        .ok_or("there is no `=` between name and value")?;
    let key = percent_decoded(key.trim())?;
    if key.is_empty() {
        return Err("the name is empty");
    }
    Ok((key, percent_decoded(value.trim())?))
}

fn percent_decoded(text: &str) -> Result<String, &'static str> {
    decode_strictly(text).map_err(|error| match error {
        NotEncoded::Escape => "a `%` is not followed by two hexadecimal digits",
        NotEncoded::Utf8 => "it does not decode to UTF-8",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::ffi::OsString;

    fn read<T>(value: &str, read: impl Fn(&mut Env<'_>) -> T) -> (T, Vec<String>) {
        let source = |_: &str| Some(OsString::from(value));
        let mut env = Env::new(&source);
        let found = read(&mut env);
        (
            found,
            env.into_problems().iter().map(ToString::to_string).collect(),
        )
    }

    #[test]
    fn headers_are_decoded_and_bad_ones_left_out() {
        let text = "api-key = a%2Cb%3D , X-Base64=c2VjcmV0==,API-KEY=later,no-equals,=v,b%20d=x,crlf=a%0d%0aX: y,p=%zz,";
        let (headers, problems) = read(text, |env| headers(env, "H"));
        let headers = headers.unwrap();
        assert_eq!(
            headers.iter().collect::<Vec<_>>(),
            [("api-key", "later"), ("X-Base64", "c2VjcmV0==")]
        );
        assert_eq!(
            problems,
            [
                "H: part 4: there is no `=` between name and value; that header is left out",
                "H: part 5: the name is empty; that header is left out",
                "H: part 6: a header name is not valid; that header is left out",
                "H: part 7: a header value holds a control character; that header is left out",
                "H: part 8: a `%` is not followed by two hexadecimal digits; that header is left out",
            ]
        );
        assert_eq!(format!("{headers:?}"), r#"{"api-key": "…", "X-Base64": "…"}"#);
    }

    #[test]
    fn one_bad_part_refuses_all_resource_attributes() {
        let (good, none) = read("a=1, b = two%20words,c=", |env| attributes(env, "A"));
        let own = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(good, [own("a", "1"), own("b", "two words"), own("c", "")]);
        assert!(none.is_empty());

        let (bad, problems) = read("a=1,b=%ff", |env| attributes(env, "A"));
        assert!(bad.is_empty());
        assert_eq!(
            problems,
            ["A: part 2: it does not decode to UTF-8; the whole value is ignored"]
        );
    }

    proptest! {
        #[test]
        fn encoding_every_byte_comes_back(value: String) {
            let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            prop_assert_eq!(percent_decoded(&encoded), Ok(value));
        }

        #[test]
        fn no_message_holds_a_value(text in "[a-z=,%]{0,9}s3cr3t[a-z=,% \n]{0,9}") {
            let (headers, problems) = read(&text, |env| headers(env, "H"));
            prop_assert!(problems.iter().all(|problem| !problem.contains("s3cr3t")));
            for (name, _) in headers.iter().flat_map(Headers::iter) {
                prop_assert!(is_token(name));
            }
        }
    }
}
