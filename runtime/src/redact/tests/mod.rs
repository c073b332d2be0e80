//! Texts and values: planted secrets go, benign ones stay.

mod hostile;
mod records;
mod urls;

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
    assert_eq!((counts.redacted(), counts.failed), (0, 1));
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

#[test]
fn numbers_and_addresses_of_people_are_found_and_their_like_are_not() {
    let redactor = Redactor::default();
    for (text, clean) in [
        ("paid with 4111111111111111.", "paid with [REDACTED]."),
        ("card 4111 1111 1111 1111, ok", "card [REDACTED], ok"),
        ("4111-1111-1111-1111", "[REDACTED]"),
        ("3782 822463 10005 x", "[REDACTED] x"),
        ("order-4111111111111111", "order-[REDACTED]"),
        ("4012 8888 8888 1881 002", "[REDACTED] 002"),
        (r#"{"n":4111111111111111,"m":1}"#, r#"{"n":"[REDACTED]","m":1}"#),
        (r#"{\"n\": 4111111111111111}"#, r#"{\"n\": \"[REDACTED]\"}"#),
        ("[1,4111111111111111]", r#"[1,"[REDACTED]"]"#),
        (r"a\n4111111111111111", r"a\n[REDACTED]"),
        ("DE89370400440532013000", "[REDACTED]"),
        ("to GB82 WEST 1234 5698 7654 32 now", "to [REDACTED] now"),
        ("IBAN:FR1420041010050500013M02606;", "IBAN:[REDACTED];"),
        ("is 219-09-9999 he", "is [REDACTED] he"),
        ("my SSN is 219 09 9999", "my SSN is [REDACTED]"),
        ("123-45-6789", "[REDACTED]"),
        ("mail bob@example.com, now", "mail [REDACTED], now"),
        ("<bob.o'neil+tag@mail.example.co.uk>", "<[REDACTED]>"),
        ("?q=bob%40example.com&x=1", "?q=[REDACTED]&x=1"),
        ("jürgen@example.com.", "[REDACTED]."),
        ("bob@bücher.de", "[REDACTED]"),
    ] {
        assert_eq!(redactor.redact_text(text), clean);
    }
    for text in [
        "4111111111111112",
        "0.4111111111111111",
        "4111111111111111.5",
        "a4111111111111111",
        "4111111111111111b",
        "1.4111.1111.1111.1111",
        "1700000000000000",
        "DE89370400440532013001",
        "DE893704004405320130",
        "XX89370400440532013000",
        "219 09 9999",
        "000-12-3456",
        "987-65-4321",
        "1219-09-9999",
        "219-09-99991",
        "2026-11-21",
        "555-123-4567",
        "+49 30 1234567",
        "10.0.0.1",
        "git@github.com:org/repo.git",
        "left-pad@1.3.0",
        "logo@2x.png",
        "getty@tty1.service",
        "user@host",
        "@scope/pkg",
        "a @ b.com",
    ] {
        assert_eq!(redactor.redact_text(text), text);
    }
}

#[test]
fn telephone_numbers_and_ip_addresses_are_found_on_demand() {
    let redactor = Redactor::default()
        .with(RedactionRule::Phone)
        .with(RedactionRule::Ip)
        .without(RedactionRule::Email);
    for (text, clean) in [
        ("call +49 30 1234567!", "call [REDACTED]!"),
        ("+14155550132", "[REDACTED]"),
        ("(415) 555-0132 x", "[REDACTED] x"),
        ("415-555-0132", "[REDACTED]"),
        ("415.555.0132", "[REDACTED]"),
        ("10.0.0.1", "[REDACTED]"),
        ("from 192.168.0.1:8080.", "from [REDACTED]:8080."),
        ("[fe80::1]:443", "[[REDACTED]]:443"),
        ("::1", "[REDACTED]"),
        ("2001:db8:0:0:0:0:2:1 x", "[REDACTED] x"),
        ("::ffff:10.0.0.1", "[REDACTED]"),
        ("bob@example.com", "bob@example.com"),
    ] {
        assert_eq!(redactor.redact_text(text), clean);
    }
    for text in [
        "1.2.3",
        "v1.2.3.4.5",
        "256.1.1.1",
        "12:34:56",
        "app::db::query",
        "+1",
        "aa:bb:cc:dd:ee:ff",
        "4155550132",
    ] {
        assert_eq!(redactor.redact_text(text), text);
    }
}

#[test]
fn a_rule_and_a_key_say_what_stands_in_the_place() {
    let redactor = Redactor::default()
        .mode(RedactionRule::Card, RedactionMode::Mask)
        .mode(RedactionRule::Url, RedactionMode::Hash)
        .key_mode("customer.number", RedactionMode::Hash)
        .key_mode("password", RedactionMode::Mask);
    let of = |key: &str, mut value: Value| {
        redactor.redact_value(key, &mut value);
        let once = value.clone();
        redactor.redact_value(key, &mut value);
        assert_eq!(once, value, "a mark is left alone");
        value.to_string()
    };
    assert_eq!(of("a", "card 4111111111111111 x".into()), "card ********1111 x");
    assert_eq!(of("a", 4_111_111_111_111_111_i64.into()), "********1111");
    assert_eq!(of("customer.number", "17".into()), hash("17"));
    assert_eq!(of("customer.number", 17_i64.into()), hash("17"));
    assert_eq!(of("password", "correct horse battery".into()), "********tery");
    assert_eq!(
        of("a", "password=correct-horse-battery x".into()),
        "password=********tery x"
    );
    assert_eq!(
        of("a", "{\"customerNumber\":17}".into()),
        format!("{{\"customerNumber\":\"{}\"}}", hash("17"))
    );
    assert_eq!(of("a", "api_key=abc x".into()), "api_key=[REDACTED] x");
    let url = of("url.full", "https://h/?sig=abc&a=1".into());
    assert_eq!(url, format!("https://h/?sig={}&a=1", hash("abc")));
}

#[test]
fn each_rule_counts_what_it_replaced() {
    let redactor = Redactor::default().rule(|text| text.strip_prefix("ACME-").map(str::to_owned));
    let text = "ACME-bob@example.com 4111111111111111 password=x token=y https://a:b@h/ Bearer abc123def";
    let mut value = Value::from(text);
    let counts = redactor.redact_value("a", &mut value);
    for (rule, count) in [
        (RedactionRule::Custom, 1),
        (RedactionRule::Email, 1),
        (RedactionRule::Card, 1),
        (RedactionRule::Key, 2),
        (RedactionRule::Url, 1),
        (RedactionRule::Authorization, 1),
        (RedactionRule::Jwt, 0),
    ] {
        assert_eq!(counts.by(rule), count, "{rule:?} in {value}");
    }
    assert_eq!(counts.redacted(), 7);
}

#[test]
fn a_text_that_was_cut_loses_its_uncertain_end() {
    use crate::capture::CUT;
    let redactor = Redactor::default();
    let cut = |text: &str| redactor.redact_text(&format!("{text}{CUT}")).into_owned();
    let filler = "word ".repeat(1000);
    let secret = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
    // Where the text ends within the secret, and where it is kept until within it.
    for at in [0, 1, 3, 10, 40, 1000, 1010, 1020, 1024, 1030, 1060] {
        let clean = cut(&format!("{filler}{secret}{}", " x".repeat(600))[..filler.len() + at]);
        assert!(!clean.contains("ghp_"), "{at}: {clean}");
        assert!(
            clean.ends_with("…[cut]") && clean.len() < filler.len() + 70,
            "{at}: {clean}"
        );
        assert_eq!(redactor.redact_text(&clean), clean);
    }
    let long = "a1B2".repeat(1000);
    for begun in [
        format!("-----BEGIN PRIVATE KEY-----\n{long}"),
        format!("eyJ{long}"),
        format!("password=\"{}", "x y ".repeat(1000)),
        format!("{{\"password\":\"{}", "x y ".repeat(1000)),
        format!("{{\"secrets\":[\"{}", "x y ".repeat(1000)),
        format!("Authorization: {}", "x y ".repeat(1000)),
        format!("{{\\\"token\\\":\\\"{}", "x y ".repeat(1000)),
    ] {
        let clean = cut(&format!("{filler}{begun}"));
        assert!(clean.len() < filler.len() + 60, "{clean}");
        assert!(!clean.contains("x y") && !clean.contains("a1B2"), "{clean}");
    }
    assert_eq!(cut(""), "…[cut]");
    assert_eq!(cut("é"), "…[cut]");
}
