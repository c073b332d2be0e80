//! Texts and values: planted secrets go, benign ones stay.

mod hostile;
mod records;

use super::corpus::{benign, planted};
use super::*;
use crate::limits;

#[test]
fn planted_secrets_do_not_survive_and_what_is_clean_stays_clean() {
    let redactor = Redactor::default();
    let leaked: Vec<_> = planted()
        .into_iter()
        .map(|(text, secret)| (redactor.redact_text(&text).into_owned(), text, secret))
        .filter(|(clean, _, secret)| clean.contains(secret) || *redactor.redact_text(clean) != **clean)
        .collect();
    assert!(planted().len() >= 220, "{}", planted().len());
    assert!(leaked.is_empty(), "{leaked:#?}");
}

#[test]
fn what_surrounds_a_secret_stays() {
    for (text, clean) in [
        (
            "login as bob password=hunter2 failed",
            "login as bob password=[REDACTED] failed",
        ),
        (
            r#"{"a":1,"password":"x\"y","b":2}"#,
            r#"{"a":1,"password":"[REDACTED]","b":2}"#,
        ),
        (r#"{"pin":1234,"b":2}"#, r#"{"pin":"[REDACTED]","b":2}"#),
        (r#"{"secret":true}"#, r#"{"secret":"[REDACTED]"}"#),
        (
            r#"{"credentials":{"a":[1,"}"]},"b":2}"#,
            r#"{"credentials":"[REDACTED]","b":2}"#,
        ),
        (
            "{\\\"token\\\":5,\\\"b\\\":2}",
            "{\\\"token\\\":\\\"[REDACTED]\\\",\\\"b\\\":2}",
        ),
        ("?token=abc&page=2", "?token=REDACTED&page=2"),
        (
            "postgres://u:p@db:5432/app",
            "postgres://REDACTED:REDACTED@db:5432/app",
        ),
        (
            "GET /x\nAuthorization: Bearer a b\nHost: h",
            "GET /x\nAuthorization: [REDACTED]\nHost: h",
        ),
        (
            "Server=db;Password=a;Timeout=3",
            "Server=db;Password=[REDACTED];Timeout=3",
        ),
        (
            "user=bob, password=a, port=1",
            "user=bob, password=[REDACTED], port=1",
        ),
        (
            "Config { password: \"a\", port: 1 }",
            "Config { password: \"[REDACTED]\", port: 1 }",
        ),
        (
            "curl -H 'X-Api-Key: a' https://h",
            "curl -H 'X-Api-Key: [REDACTED]' https://h",
        ),
        (
            "a -----BEGIN PRIVATE KEY-----x-----END PRIVATE KEY----- b",
            "a [REDACTED] b",
        ),
    ] {
        assert_eq!(Redactor::default().redact_text(text), clean);
    }
}

#[test]
fn benign_values_stay() {
    let redactor = Redactor::default();
    let touched: Vec<_> = benign()
        .into_iter()
        .map(|text| (redactor.redact_text(&text).into_owned(), text))
        .filter(|(clean, text)| clean != text)
        .collect();
    assert!(benign().len() > 500);
    assert!(touched.is_empty(), "{touched:#?}");
}

#[test]
fn values_are_withheld_by_key_whatever_their_type() {
    let redactor = Redactor::default().key("pan").allow_key("login.token");
    let of = |key: &str, mut value: Value| {
        redactor.redact_value(key, &mut value);
        value
    };
    let mark = Value::from(MARK);
    assert_eq!(of("pin", 1234_i64.into()), mark);
    assert_eq!(of("card.pan", Value::Array(vec![1_i64.into()])), mark);
    assert_eq!(of("password", Value::Bytes(vec![1])), mark);
    assert_eq!(of("login.token", "abc".into()), Value::from("abc"));
    assert_eq!(of("gen_ai.usage.input_tokens", 5_i64.into()), Value::Int(5));
    let list = |items: &[&str]| Value::Array(items.iter().map(|item| Value::from(*item)).collect());
    assert_eq!(
        of("args", list(&["app", "--password", "x", "-v"])),
        list(&["app", "--password", MARK, "-v"])
    );
    assert_eq!(
        of("header", list(&["authorization", "x"])),
        list(&["authorization", MARK])
    );
    let header = |value: &str| {
        Value::Map(vec![
            ("name".into(), "Cookie".into()),
            ("value".into(), value.into()),
        ])
    };
    assert_eq!(of("headers", header("x")), header(MARK));
}

#[test]
fn what_nests_too_deep_is_withheld() {
    let mut value = Value::from("password=hunter2");
    for _ in 0..40 {
        value = Value::Array(vec![value]);
    }
    Redactor::default().redact_value("a", &mut value);
    let text = value.to_string();
    assert!(
        text.contains(limits::TOO_DEEP) && !text.contains("hunter2"),
        "{text}"
    );
}

#[test]
fn a_rule_of_the_user_replaces_and_a_panicking_one_withholds() {
    let redactor = Redactor::default()
        .rule(|text| {
            text.contains("ACME-")
                .then(|| "customer password=hunter2".to_owned())
        })
        .rule(|text| {
            assert!(!text.contains("boom"), "made to fail");
            None
        });
    assert_eq!(
        redactor.redact_text("order of ACME-1"),
        "customer password=[REDACTED]"
    );
    let mut value = Value::Array(vec!["boom".into(), "fine".into()]);
    let counts = redactor.redact_value("a", &mut value);
    assert_eq!(value, Value::Array(vec![FAILED.into(), "fine".into()]));
    assert_eq!(
        counts,
        Redactions {
            redacted: 0,
            failed: 1
        }
    );
}

#[test]
fn inline_works_without_configuration_and_off_is_off() {
    assert_eq!(redact_inline("x-api-key", "abc"), MARK);
    assert_eq!(redact_inline("user.id", "bob"), "bob");
    assert_eq!(
        redact_inline("url.full", "https://a:b@h/?sig=1"),
        "https://REDACTED:REDACTED@h/?sig=REDACTED"
    );
    let mut value = Value::from("hunter2");
    let off = Redactor::disabled_for_debugging();
    assert_eq!(off.redact_value("password", &mut value), Redactions::default());
    assert_eq!(value, Value::from("hunter2"));
}
