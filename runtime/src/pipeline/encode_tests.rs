use super::*;

use crate::pipeline::Assembler;
use crate::record::{Record, Resource};
use crate::recorder::PLAIN;
use crate::redact::Redactor;
use crate::value::Value;
use proptest::prelude::*;

static SITES: [Site; 3] = [
    Site::new("plain", "app", "app.rs", 1),
    Site::new("other", "app::db", "app.rs", 2),
    Site::new("measured", "app", "app.rs", 3).metrics(),
];

/// What the recorder writes for a plain span, without its length.
fn record(site: &'static Site, root: bool, attributes: &[(String, Value)]) -> Vec<u8> {
    site.is_on();
    let mut record = vec![PLAIN, 2, u8::from(root), 3];
    record.extend_from_slice(&site.number().to_le_bytes());
    record.extend_from_slice(&[7; 16]);
    record.extend_from_slice(&[8; 8]);
    record.extend_from_slice(&[if root { 0 } else { 9 }; 8]);
    record.extend_from_slice(&1_000_u64.to_le_bytes());
    record.extend_from_slice(&2_000_u64.to_le_bytes());
    record.extend_from_slice(&4_u16.to_le_bytes());
    for (key, value) in attributes {
        wire::put_key(&mut record, key);
        wire::put_value(&mut record, value);
    }
    record
}

fn request(spans: &EncodedSpans) -> Vec<u8> {
    let mut out = Writer::default();
    spans.request(&mut out, &Resource::default(), 0..spans.len());
    out.as_slice().to_vec()
}

/// The same span by way of a record.
fn by_record(
    record: &[u8],
    assembler: &mut Assembler,
    preparation: &Preparation,
) -> (EncodedSpans, Redactions) {
    let Some(Record::Span(mut span)) = assembler.record(record) else {
        panic!("not a span")
    };
    let (_, redactions) = preparation.span(&mut span);
    let mut spans = EncodedSpans::default();
    spans.add_record(&span);
    (spans, redactions)
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,4}(\\.[a-z]{1,8})?",
        1 => "[a-z]{1020,1030}",
        1 => prop_oneof![
            Just("password"), Just("x-api-key"), Just("url.full"), Just("db.query.text"), Just("http.url"),
            Just("gen_ai.operation.name"), Just("prompt_tokens"), Just("AKIAQ3EGMZ4XHV7YTPLK"),
        ].prop_map(str::to_owned),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => any::<i64>().prop_map(Value::Int),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => (-1e9..1e9).prop_map(Value::Float),
        4 => ".{0,40}".prop_map(Value::String),
        1 => "[ -~]{90,140}".prop_map(Value::String),
        1 => prop_oneof![
            Just("Bearer abcdefghijklmnop.qrst"),
            Just("https://u:p@host/path?token=abc&x=1"),
            Just("AKIAIOSFODNN7EXAMPLE and more"),
            Just(r#"{"password":"hunter2","n":1}"#),
        ].prop_map(|text| Value::String(text.to_owned())),
        1 => proptest::collection::vec(any::<u8>(), 0..20).prop_map(Value::Bytes),
        1 => proptest::collection::vec(any::<i64>().prop_map(Value::Int), 0..4).prop_map(Value::Array),
    ]
}

fn preparation() -> Preparation {
    let mut preparation = Preparation::default();
    preparation.limits.value_length = 100;
    preparation
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn what_is_encoded_is_what_the_record_would_be(
        spans in proptest::collection::vec(
            (0_usize..2, any::<bool>(), proptest::collection::vec((key(), value()), 0..8)), 1..6),
    ) {
        let preparation = preparation();
        let mut assembler = Assembler::new();
        let mut encoder = Encoder::new(&preparation).unwrap();
        for (site, root, attributes) in spans {
            let record = record(&SITES[site], root, &attributes);
            let anchor = *assembler.anchor();
            // More than once, since what was found clean is remembered.
            for _ in 0..3 {
                encoder.plain_span(&record, &anchor, &mut EncodedSpans::default());
            }
            let mut direct = EncodedSpans::default();
            if let Some(redactions) = encoder.plain_span(&record, &anchor, &mut direct) {
                let (other, others) = by_record(&record, &mut assembler, &preparation);
                prop_assert_eq!(request(&direct), request(&other), "{:?}", attributes);
                prop_assert_eq!(redactions, others);
            } else {
                prop_assert_eq!(direct.len(), 0);
            }
        }
    }

    #[test]
    fn damaged_records_do_not_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..120), damage in any::<bool>()) {
        if damage {
            let good = record(&SITES[0], false, &[("key".to_owned(), Value::String("value".to_owned()))]);
            bytes = [&good[..], &bytes[..]].concat();
        }
        let anchor = Anchor::read();
        Encoder::new(&preparation()).unwrap().plain_span(&bytes, &anchor, &mut EncodedSpans::default());
    }
}

fn is_direct(site: &'static Site, attributes: &[(&str, Value)]) -> bool {
    let attributes: Vec<_> = attributes
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect();
    let mut spans = EncodedSpans::default();
    let done = Encoder::new(&preparation()).unwrap().plain_span(
        &record(site, false, &attributes),
        &Anchor::read(),
        &mut spans,
    );
    assert_eq!(done.is_some(), spans.len() == 1);
    done.is_some()
}

#[test]
fn what_must_be_settled_goes_by_way_of_a_record() {
    let one = || Value::Int(1);
    assert!(is_direct(
        &SITES[0],
        &[("a", one()), ("b", Value::String("x".repeat(100)))]
    ));
    assert!(!is_direct(&SITES[2], &[("a", one())]), "measured");
    assert!(!is_direct(&SITES[0], &[("a", one()), ("a", one())]), "twice");
    assert!(
        !is_direct(&SITES[0], &[("a", Value::String("x".repeat(101)))]),
        "cut"
    );
    assert!(
        !is_direct(&SITES[0], &[("gen_ai.operation.name", Value::from("chat"))]),
        "settled"
    );
}

#[test]
fn a_secret_is_replaced_and_counted() {
    let secret = [("login".to_owned(), Value::from("Bearer abcdefghijklmnop.qrst"))];
    let mut spans = EncodedSpans::default();
    let redactions = Encoder::new(&preparation()).unwrap().plain_span(
        &record(&SITES[0], false, &secret),
        &Anchor::read(),
        &mut spans,
    );
    assert_ne!(redactions.unwrap(), Redactions::default());
    let bytes = request(&spans);
    assert!(!bytes.windows(10).any(|window| window == b"abcdefghij"));
}

#[test]
fn without_redaction_nothing_is_replaced() {
    let preparation = Preparation {
        redactor: Redactor::disabled_for_debugging(),
        ..preparation()
    };
    let secret = [("password".to_owned(), Value::from("hunter2"))];
    let mut spans = EncodedSpans::default();
    Encoder::new(&preparation)
        .unwrap()
        .plain_span(&record(&SITES[0], false, &secret), &Anchor::read(), &mut spans)
        .unwrap();
    assert!(request(&spans).windows(7).any(|window| window == b"hunter2"));
}
