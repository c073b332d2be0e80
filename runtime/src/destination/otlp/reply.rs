//! What a server says of a request it took: a reply's bytes in, [`Delivered`] out.

use super::wire::{Field, Malformed, Reader};
use crate::destination::Delivered;
use ureq::http::{HeaderMap, HeaderValue};

/// Characters of a server's message that are kept.
const MESSAGE: usize = 256;

/// Shorter header values are not looked for in messages: they would match by chance.
const SECRET: usize = 4;

/// An `Export…ServiceResponse` in protobuf. A reply that cannot be read is a success: the status said so.
pub(super) fn from_protobuf(reply: &[u8], sent: &HeaderMap) -> Delivered {
    partial_success(reply).map_or_else(
        |Malformed| Delivered::default(),
        |(rejected, message)| delivered(rejected, &message, sent),
    )
}

/// The same in JSON.
pub(super) fn from_json(reply: &[u8], sent: &HeaderMap) -> Delivered {
    let Ok(reply) = serde_json::from_slice::<serde_json::Value>(reply) else {
        return Delivered::default();
    };
    let partial = &reply["partialSuccess"];
    let rejected = ["rejectedSpans", "rejectedLogRecords", "rejectedDataPoints"]
        .into_iter()
        .find_map(|name| match &partial[name] {
            serde_json::Value::String(text) => text.parse().ok(),
            other => other.as_u64(),
        });
    let message = partial["errorMessage"].as_str().unwrap_or_default();
    delivered(rejected.unwrap_or(0), message, sent)
}

/// `partial_success` is field 1 of all three responses; in it, field 1 is how many were rejected and field 2 why.
fn partial_success(reply: &[u8]) -> Result<(u64, String), Malformed> {
    let (mut rejected, mut message) = (0, String::new());
    let mut outer = Reader::new(reply);
    while let Some(field) = outer.next()? {
        let (1, Field::Bytes(partial)) = field else {
            continue;
        };
        let mut inner = Reader::new(partial);
        while let Some(field) = inner.next()? {
            match field {
                // A negative count makes no sense and is none.
                (1, Field::Varint(count)) => rejected = u64::try_from(count.cast_signed()).unwrap_or(0),
                (2, Field::Bytes(text)) => message = String::from_utf8_lossy(text).into_owned(),
                _ => {}
            }
        }
    }
    Ok((rejected, message))
}

fn delivered(rejected: u64, message: &str, sent: &HeaderMap) -> Delivered {
    Delivered {
        rejected,
        message: (!message.is_empty()).then(|| presentable(message, sent)),
    }
}

/// One short line without control characters, and without any header value that the server sends back.
fn presentable(message: &str, sent: &HeaderMap) -> String {
    let mut message = message.to_owned();
    let secrets = sent
        .values()
        .filter_map(|value: &HeaderValue| value.to_str().ok());
    for secret in secrets.flat_map(|value| [value, value.rsplit(' ').next().unwrap_or(value)]) {
        if secret.len() >= SECRET {
            message = message.replace(secret, "[withheld]");
        }
    }
    message
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .take(MESSAGE)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn partial_success_is_read_from_both_encodings() {
        let expected = Delivered {
            rejected: 3,
            message: Some("too old".into()),
        };
        let none = HeaderMap::new();
        assert_eq!(from_protobuf(b"\x0a\x0b\x08\x03\x12\x07too old", &none), expected);
        let json = br#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}"#;
        assert_eq!(from_json(json, &none), expected);
        let json = br#"{"partialSuccess":{"rejectedLogRecords":3,"errorMessage":"too old"}}"#;
        assert_eq!(from_json(json, &none), expected);
    }

    #[test]
    fn garbage_and_nothing_are_success() {
        for reply in [
            &b""[..],
            b"{}",
            b"\x0a\x0b\x08",
            b"<html>",
            b"[1]",
            b"{\"partialSuccess\":7}",
        ] {
            assert_eq!(from_protobuf(reply, &HeaderMap::new()), Delivered::default());
            assert_eq!(from_json(reply, &HeaderMap::new()), Delivered::default());
        }
    }

    #[test]
    fn a_message_gives_no_header_back_and_is_one_short_line() {
        let mut sent = HeaderMap::new();
        sent.insert("authorization", HeaderValue::from_static("Bearer abc123def"));
        let message = format!("bad token\r\nabc123def{}", "x".repeat(1000));
        let shown = presentable(&message, &sent);
        assert!(shown.starts_with("bad token  [withheld]x"), "{shown}");
        assert_eq!(shown.chars().count(), MESSAGE);
    }

    proptest! {
        #[test]
        fn any_reply_is_read_without_a_panic(reply: Vec<u8>) {
            from_protobuf(&reply, &HeaderMap::new());
            from_json(&reply, &HeaderMap::new());
        }
    }
}
