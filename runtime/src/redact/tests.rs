//! Every field of every record, with planted secrets, benign values and hostile texts.
#![allow(clippy::unwrap_used)]

use super::corpus::{benign, planted};
use super::*;
use crate::id::{SpanId, TraceFlags, TraceId};
use crate::limits::{self, Limits};
use crate::record::{Attributes, Event, Kind, Link, LogRecord, Outcome, Severity, SpanRecord, Status};
use proptest::prelude::*;

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

fn span(text: &str) -> SpanRecord {
    let attributes = |key: &str| -> Attributes {
        vec![
            (Key::from(key.to_owned()), text.into()),
            (Key::from(text.to_owned()), 1_i64.into()),
            ("list".into(), Value::Array(vec![1_i64.into(), text.into()])),
            (
                "map".into(),
                Value::Map(vec![("a".into(), Value::Map(vec![("b".into(), text.into())]))]),
            ),
            ("bytes".into(), Value::Bytes(text.as_bytes().to_vec())),
            ("raw".into(), Value::Bytes([b"\xff ", text.as_bytes()].concat())),
            ("db.query.text".into(), text.into()),
            ("url.full".into(), text.into()),
            ("url.query".into(), text.into()),
        ]
    };
    SpanRecord {
        trace_id: TraceId::INVALID,
        span_id: SpanId::INVALID,
        parent_span_id: None,
        parent_is_remote: false,
        flags: TraceFlags::default(),
        trace_state: "".into(),
        site: None,
        name: text.to_owned().into(),
        kind: Kind::Internal,
        scope: "app".into(),
        start_ns: 0,
        end_ns: 1,
        attributes: attributes("a"),
        events: vec![Event {
            time_ns: 0,
            name: text.to_owned().into(),
            attributes: attributes("exception.message"),
            dropped_attributes: 0,
        }],
        links: vec![Link {
            trace_id: TraceId::INVALID,
            span_id: SpanId::INVALID,
            flags: TraceFlags::default(),
            trace_state: "".into(),
            attributes: attributes("a"),
        }],
        status: Status::Error(text.to_owned().into()),
        outcome: Outcome::Error,
        dropped_attributes: 0,
        dropped_events: 0,
        dropped_links: 0,
    }
}

/// All text of a span, bytes as text.
fn all_text(span: &SpanRecord) -> String {
    fn add(value: &Value, out: &mut String) {
        match value {
            Value::Bytes(bytes) => out.push_str(&String::from_utf8_lossy(bytes)),
            Value::Array(items) => items.iter().for_each(|item| add(item, out)),
            Value::Map(items) => items.iter().for_each(|(key, item)| {
                out.push_str(key);
                add(item, out);
            }),
            other => out.push_str(&other.to_string()),
        }
        out.push('\n');
    }
    let mut out = format!("{}\n{:?}\n", span.name, span.status);
    let events = span.events.iter().map(|event| {
        out.push_str(&event.name);
        &event.attributes
    });
    let lists: Vec<_> = events
        .chain(span.links.iter().map(|link| &link.attributes))
        .collect();
    for (key, value) in lists.into_iter().flatten().chain(&span.attributes) {
        out.push_str(key);
        add(value, &mut out);
    }
    out
}

#[test]
fn every_field_of_a_span_is_redacted() {
    for (text, secret) in planted() {
        let mut span = span(&text);
        let counts = Redactor::default().redact_span(&mut span);
        let all = all_text(&span);
        assert!(!all.contains(&secret), "{text}: {all}");
        assert!(counts.redacted >= 20 && counts.failed == 0, "{text}: {counts:?}");
    }
}

#[test]
fn logs_metrics_and_the_resource_are_redacted() {
    use crate::record::{Metric, MetricData, NumberPoint, Resource};
    let redactor = Redactor::default();
    let mut log = LogRecord {
        time_ns: 0,
        severity: Severity::Info,
        event_name: "password=hunter2".into(),
        body: Some(Value::Map(vec![
            ("password".into(), 5_i64.into()),
            ("x".into(), "token=hunter2".into()),
        ])),
        trace_id: TraceId::INVALID,
        span_id: SpanId::INVALID,
        flags: TraceFlags::default(),
        scope: "app".into(),
        attributes: vec![("apiKey".into(), "hunter2".into())],
        dropped_attributes: 0,
    };
    assert_eq!(redactor.redact_log(&mut log).redacted, 4);
    assert!(!format!("{log:?}").contains("hunter2"));
    let mut metric = Metric {
        name: "m".into(),
        description: "password=hunter2".into(),
        unit: "s".into(),
        scope: "app".into(),
        data: MetricData::Sum(vec![NumberPoint {
            attributes: vec![("q".into(), "password=hunter2".into())],
            start_ns: 0,
            time_ns: 0,
            value: 1.0,
        }]),
    };
    assert_eq!(redactor.redact_metric(&mut metric).redacted, 2);
    assert!(!format!("{metric:?}").contains("hunter2"));
    let mut resource = Resource::new().with("process.command_line", "app --password hunter2");
    assert_eq!(redactor.redact_resource(&mut resource).redacted, 1);
    assert!(!format!("{resource:?}").contains("hunter2"));
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

#[test]
fn a_secret_across_the_cut_leaves_nothing_of_itself() {
    let secret = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
    for before in 180..205 {
        let mut value = Value::from(format!("{} {secret} tail", "x".repeat(before)));
        Redactor::default().redact_value("llm.prompt_preview", &mut value);
        let mut span = span("");
        span.attributes = vec![("llm.prompt_preview".into(), value)];
        limits::apply_limits(&mut span, &Limits::default());
        let text = span.attribute("llm.prompt_preview").unwrap().to_string();
        assert!(!text.contains("ghp_"), "{text}");
    }
}

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
fn hostile_texts_are_read_a_bounded_number_of_times() {
    // Quadratic work would take minutes; no clock is read.
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
    ] {
        let text = piece.repeat(100_000 / piece.len());
        let clean = Redactor::default().redact_text(&text).into_owned();
        assert!(clean.len() <= 2 * text.len() + 64);
        redact_inline("url.full", &text);
        redact_inline(&text, "");
    }
}
