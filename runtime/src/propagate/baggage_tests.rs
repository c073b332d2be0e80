use super::*;
use proptest::prelude::*;

fn read(lines: &[&str]) -> Baggage {
    let pairs: Vec<(&str, &str)> = lines.iter().map(|line| ("Baggage", *line)).collect();
    extract(&pairs)
}

fn pairs(baggage: &Baggage) -> Vec<(&str, &str)> {
    baggage
        .iter()
        .map(|member| (member.key(), member.value()))
        .collect()
}

/// The specification's octets by its ranges instead of by exclusion.
fn is_wire(text: &str) -> bool {
    text.bytes().all(
        |byte| matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e | b',' | b';'),
    )
}

prop_compose! {
    fn property()(key in "[a-zA-Z0-9!#$%&'*+.^_`|~-]{1,4}", value in prop::option::of("\\PC{0,4}|[\r\n,;=%\" \\\\]{0,4}"))
        -> BaggageProperty { BaggageProperty::new(key, value).unwrap() }
}

proptest! {
    #[test]
    fn ten_hops_change_nothing(
        members in prop::collection::vec(
            ("[a-zA-Z0-9!#$%&'*+.^_`|~-]{1,6}", any::<String>(), prop::collection::vec(property(), 0..3)), 0..8),
    ) {
        let mut sent = Baggage::default();
        for (key, value, properties) in members {
            let _ = sent.insert_with(key, value, properties);
        }
        let header = sent.to_string();
        prop_assert!(is_wire(&header));
        prop_assert_eq!(header.len(), sent.encoded_len);
        let mut at = sent.clone();
        for _ in 0..10 {
            at = read(&[&at.to_string()]);
        }
        prop_assert_eq!(at.to_string(), header);
        prop_assert_eq!(at, sent);
    }

    #[test]
    fn anything_received_is_sent_on_within_bounds_and_stays_the_same(
        lines in prop::collection::vec("([a-c =;,%\"\\\\\r\n0-9A-Fé]|%[0-9A-F]{2}){0,60}", 0..4),
    ) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let first = read(&lines);
        let header = first.to_string();
        prop_assert!(is_wire(&header) && header.len() <= Baggage::MAX_BYTES);
        prop_assert_eq!(header.len(), first.encoded_len);
        prop_assert_eq!(read(&[&header]), first);
    }

    #[test]
    fn members_are_found_as_the_grammar_says(
        members in prop::collection::vec(("[a-z(]{1,3}", "[ -~é]{0,4}"), 1..6),
    ) {
        let line = members.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",");
        // By the book: cut at commas, then at semicolons, then at the first equals sign.
        let mut expected = Vec::new();
        for member in line.split(',') {
            let pieces: Vec<&str> = member.split(';').map(str::trim).filter(|p| !p.is_empty()).collect();
            let sound = |piece: &str, needs_value: bool| {
                let mut halves = piece.splitn(2, '=');
                let key = halves.next().unwrap_or_default().trim();
                let value = halves.next().map(str::trim);
                let token = !key.is_empty() && !key.contains(|c: char| !c.is_ascii_graphic() || "\"(),/:;<=>?@[\\]{}".contains(c));
                token && (value.is_some() || !needs_value) && is_wire(value.unwrap_or_default())
            };
            if member.trim_start().starts_with(';') || pieces.is_empty() {
                continue;
            }
            if sound(pieces[0], true) && pieces[1..].iter().all(|piece| sound(piece, false)) {
                expected.push(pieces[0].split('=').next().unwrap_or_default().trim().to_owned());
            }
        }
        let found = read(&[&line]);
        prop_assert_eq!(found.iter().map(|member| member.key().to_owned()).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn values_are_decoded_and_keys_are_not() {
    let baggage = read(&["a%20b=c%20d, e = f=g ", "h=%C3%A9;p;q=%2C"]);
    assert_eq!(pairs(&baggage), [("a%20b", "c d"), ("e", "f=g"), ("h", "é")]);
    let member = baggage.iter().last().unwrap();
    let properties: Vec<_> = member.properties().iter().map(|p| (p.key(), p.value())).collect();
    assert_eq!(properties, [("p", None), ("q", Some(","))]);
    assert_eq!(baggage.to_string(), "a%20b=c%20d,e=f=g,h=%C3%A9;p;q=%2C");
}

#[test]
fn order_and_duplicates_survive() {
    let baggage = read(&["b=1,a=2,b=3"]);
    assert_eq!(pairs(&baggage), [("b", "1"), ("a", "2"), ("b", "3")]);
    assert_eq!(baggage.get("b"), Some("3"));
    assert_eq!(baggage.to_string(), "b=1,a=2,b=3");
}

#[test]
fn nothing_is_smuggled_out_of_a_value_or_a_property() {
    let baggage = read(&[
        "a=1%2Cadmin=true;p=x%2Cevil=1%0D%0AX-Admin: 1",
        "b=2%0D%0Aset-cookie%3Ax;q=%3Br",
    ]);
    // The blank in the first line is no octet, so that member is dropped whole.
    assert_eq!(pairs(&baggage), [("b", "2\r\nset-cookie:x")]);
    assert_eq!(baggage.to_string(), "b=2%0D%0Aset-cookie:x;q=%3Br");

    let mut baggage = Baggage::default();
    let property = BaggageProperty::new("p", Some("x,evil=1\r\nX-Admin: 1".to_owned())).unwrap();
    baggage.insert_with("a", "1,admin=true", vec![property]).unwrap();
    assert_eq!(
        baggage.to_string(),
        "a=1%2Cadmin=true;p=x%2Cevil=1%0D%0AX-Admin:%201"
    );
    assert_eq!(read(&[&baggage.to_string()]), baggage);
    for key in ["", "a,b", "a=b", "a;b", "a b", "a\r\nb", "é"] {
        assert_eq!(baggage.insert(key, "1"), Err(BaggageError::Key), "{key:?}");
        assert!(BaggageProperty::new(key, None).is_err(), "{key:?}");
    }
}

#[test]
fn sixty_four_members_over_all_lines() {
    let lines: Vec<String> = (0..70).map(|n| format!("k{n}=v")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let baggage = read(&lines);
    assert_eq!(baggage.len(), 64);
    assert_eq!(baggage.iter().last().map(BaggageMember::key), Some("k63"));
    let mut full = baggage;
    assert_eq!(full.insert("more", "1"), Err(BaggageError::Members));
    assert_eq!(full.insert("k7", "other"), Ok(()), "replacing takes no room");
    assert_eq!(full.iter().nth(7).map(BaggageMember::value), Some("other"));
}

#[test]
fn whole_members_are_dropped_at_the_byte_limit() {
    let half = "x".repeat(4000);
    let baggage = read(&[&format!("a={half}"), &format!("b={half},c={half}"), "d=1"]);
    let keys: Vec<_> = baggage.iter().map(BaggageMember::key).collect();
    assert_eq!(keys, ["a", "b"]);
    // Replacement characters take three times the room that the bad bytes took.
    let grown = read(&[&format!("a=1,b={},c=2", "%FF".repeat(2000))]);
    assert_eq!(pairs(&grown), [("a", "1"), ("c", "2")]);
    let mut own = Baggage::default();
    assert_eq!(own.insert("a", "é".repeat(2000)), Err(BaggageError::Bytes));
    assert!(own.is_empty());
}

#[test]
fn ten_thousand_lines_and_a_megabyte_are_bounded() {
    let lines = vec!["not a member"; 10_000];
    assert!(read(&lines).is_empty());
    let baggage = read(&[&format!("a=1,{}", "b=1;".repeat(250_000))]);
    assert_eq!(pairs(&baggage), [("a", "1")]);
}

#[test]
fn a_failed_replacement_changes_nothing() {
    let mut baggage = read(&["a=1,b=2,a=3"]);
    let before = baggage.clone();
    assert_eq!(baggage.insert("a", "é".repeat(2000)), Err(BaggageError::Bytes));
    assert_eq!(baggage, before);
    baggage.insert("a", "4").unwrap();
    assert_eq!(baggage.to_string(), "a=4,b=2");
    assert!(baggage.remove("a") && !baggage.remove("a"));
    assert_eq!(baggage.encoded_len, "b=2".len());
}
