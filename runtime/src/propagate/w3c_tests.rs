//! The behaviours that W3C's own test suite for Trace Context asks of a service, as a table: inbound headers
//! and what has to become of them.

use super::Propagators;
use proptest::prelude::*;

const TRACE: &str = "12345678901234567890123456789012";
const SPAN: &str = "1234567890123456";
const PARENT: &str = "00-12345678901234567890123456789012-1234567890123456-00";

/// What is to come of one request.
#[derive(Clone, Copy)]
enum Then {
    /// A new trace, without the inbound `tracestate`.
    Restart,
    /// The same trace with these flags; `tracestate` is not looked at.
    Continue(&'static str),
    /// The same trace, and this `tracestate` sent on (empty: none).
    State(&'static str),
}

use Then::{Continue, Restart, State};

type Case = (&'static str, &'static [(&'static str, &'static str)], Then);

/// Checks that what is extracted, and then injected for a child, is as expected.
fn check(name: &str, headers: &[(&str, &str)], then: Then) {
    let propagators = Propagators::default();
    let found = propagators.extract(&headers);
    let Some(mut child) = found.span else {
        assert!(matches!(then, Restart), "{name}: restarted");
        return;
    };
    assert_eq!(child.trace_id.to_string(), TRACE, "{name}");
    assert_eq!(child.span_id.to_string(), SPAN, "{name}");
    assert!(child.is_remote, "{name}");
    child.span_id = crate::id::SpanId::from_hex("00f067aa0ba902b7").unwrap();
    let mut sent = Vec::new();
    propagators.inject(&child, &found.baggage, &mut sent);
    let sent: Vec<_> = sent
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let flags = match then {
        Restart => panic!("{name}: continued"),
        Continue(flags) => flags,
        State(_) => "00",
    };
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-{flags}");
    assert_eq!(sent[0], ("traceparent", parent.as_str()), "{name}");
    if let State(state) = then {
        let expected: &[_] = if state.is_empty() {
            &[]
        } else {
            &[("tracestate", state)]
        };
        assert_eq!(&sent[1..], expected, "{name}");
    }
}

#[rustfmt::skip]
const TRACEPARENT: &[Case] = &[
    ("no headers", &[], Restart),
    ("traceparent alone", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-01")], Continue("01")),
    ("traceparent twice", &[("traceparent", "00-12345678901234567890123456789011-1234567890123456-01"), ("traceparent", "00-12345678901234567890123456789012-1234567890123456-01")], Restart),
    ("traceparent twice, the same", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-01"), ("TraceParent", "00-12345678901234567890123456789012-1234567890123456-01")], Restart),
    ("traceparent twice, the first good", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-01"), ("traceparent", "junk")], Restart),
    ("two traceparents folded into one line", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-01, 00-12345678901234567890123456789012-1234567890123456-01")], Restart),
    ("name with a dash", &[("trace-parent", "00-12345678901234567890123456789012-1234567890123456-01")], Restart),
    ("name with a dot", &[("trace.parent", "00-12345678901234567890123456789012-1234567890123456-01")], Restart),
    ("name in camel case", &[("TraceParent", "00-12345678901234567890123456789012-1234567890123456-01")], Continue("01")),
    ("name in mixed case", &[("TrAcEpArEnT", "00-12345678901234567890123456789012-1234567890123456-01")], Continue("01")),
    ("name in upper case", &[("TRACEPARENT", "00-12345678901234567890123456789012-1234567890123456-01")], Continue("01")),
    ("version 00 with a dot behind", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-01.")], Restart),
    ("version 00 with a dash behind", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-01-")], Restart),
    ("version 00 with more behind", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-01-later-fields")], Restart),
    ("version cc as long as 00", &[("traceparent", "cc-12345678901234567890123456789012-1234567890123456-01")], Continue("01")),
    ("version cc with more behind a dash", &[("traceparent", "cc-12345678901234567890123456789012-1234567890123456-01-later-fields")], Continue("01")),
    ("version cc with more behind a dot", &[("traceparent", "cc-12345678901234567890123456789012-1234567890123456-01.later-fields")], Restart),
    ("version cc that ends in a dash", &[("traceparent", "cc-12345678901234567890123456789012-1234567890123456-01-")], Continue("01")),
    ("version cc too short", &[("traceparent", "cc-12345678901234567890123456789012-1234567890123456-0")], Restart),
    ("version ff", &[("traceparent", "ff-12345678901234567890123456789012-1234567890123456-01")], Restart),
    ("version in upper case", &[("traceparent", "CC-12345678901234567890123456789012-1234567890123456-01")], Restart),
    ("version starts with a dot", &[("traceparent", ".0-12345678901234567890123456789012-1234567890123456-01")], Restart),
    ("version ends with a dot", &[("traceparent", "0.-12345678901234567890123456789012-1234567890123456-01")], Restart),
    ("version with a sign", &[("traceparent", "+0-12345678901234567890123456789012-1234567890123456-01")], Restart),
    ("version of three digits", &[("traceparent", "000-12345678901234567890123456789012-1234567890123456-01")], Restart),
    ("version of four digits", &[("traceparent", "0000-12345678901234567890123456789012-1234567890123456-01")], Restart),
    ("version of one digit", &[("traceparent", "0-12345678901234567890123456789012-1234567890123456-01")], Restart),
    ("trace id all zero", &[("traceparent", "00-00000000000000000000000000000000-1234567890123456-01")], Restart),
    ("trace id starts with a dot", &[("traceparent", "00-.2345678901234567890123456789012-1234567890123456-01")], Restart),
    ("trace id ends with a dot", &[("traceparent", "00-1234567890123456789012345678901.-1234567890123456-01")], Restart),
    ("trace id in upper case", &[("traceparent", "00-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-1234567890123456-01")], Restart),
    ("trace id too long", &[("traceparent", "00-123456789012345678901234567890123-1234567890123456-01")], Restart),
    ("trace id too long by a zero", &[("traceparent", "00-012345678901234567890123456789012-1234567890123456-01")], Restart),
    ("trace id too short", &[("traceparent", "00-1234567890123456789012345678901-1234567890123456-01")], Restart),
    ("parent id all zero", &[("traceparent", "00-12345678901234567890123456789012-0000000000000000-01")], Restart),
    ("parent id starts with a dot", &[("traceparent", "00-12345678901234567890123456789012-.234567890123456-01")], Restart),
    ("parent id ends with a dot", &[("traceparent", "00-12345678901234567890123456789012-123456789012345.-01")], Restart),
    ("parent id in upper case", &[("traceparent", "00-12345678901234567890123456789012-BBBBBBBBBBBBBBBB-01")], Restart),
    ("parent id too long", &[("traceparent", "00-12345678901234567890123456789012-12345678901234567-01")], Restart),
    ("parent id too short", &[("traceparent", "00-12345678901234567890123456789012-123456789012345-01")], Restart),
    ("flags start with a dot", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-.0")], Restart),
    ("flags end with a dot", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-0.")], Restart),
    ("flags in upper case", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-0F")], Restart),
    ("flags too long", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-001")], Restart),
    ("flags too short", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-1")], Restart),
    ("flags: the random bit stays", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-02")], Continue("02")),
    ("flags: both bits stay", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-03")], Continue("03")),
    ("flags: unknown bits are cleared", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-fd")], Continue("01")),
    ("empty traceparent", &[("traceparent", "")], Restart),
    ("a space before", &[("traceparent", " 00-12345678901234567890123456789012-1234567890123456-01")], Continue("01")),
    ("a tab before", &[("traceparent", "\t00-12345678901234567890123456789012-1234567890123456-01")], Continue("01")),
    ("a space behind", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-01 ")], Continue("01")),
    ("a tab behind", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-01\t")], Continue("01")),
    ("blanks around", &[("traceparent", "\t 00-12345678901234567890123456789012-1234567890123456-01 \t")], Continue("01")),
    ("a line break behind", &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-01\n")], Restart),
];

#[rustfmt::skip]
const TRACESTATE: &[Case] = &[
    ("tracestate without traceparent", &[("tracestate", "foo=1,bar=2")], Restart),
    ("tracestate with an invalid traceparent", &[("traceparent", "00-x"), ("tracestate", "foo=1")], Restart),
    ("tracestate with two traceparents", &[("traceparent", PARENT), ("traceparent", PARENT), ("tracestate", "foo=1")], Restart),
    ("tracestate is inherited", &[("traceparent", PARENT), ("tracestate", "foo=1,bar=2")], State("foo=1,bar=2")),
    ("name with a dash", &[("traceparent", PARENT), ("trace-state", "foo=1")], State("")),
    ("name with a dot", &[("traceparent", PARENT), ("trace.state", "foo=1")], State("")),
    ("name in camel case", &[("traceparent", PARENT), ("TraceState", "foo=1")], State("foo=1")),
    ("name in mixed case", &[("traceparent", PARENT), ("TrAcEsTaTe", "foo=1")], State("foo=1")),
    ("name in upper case", &[("traceparent", PARENT), ("TRACESTATE", "foo=1")], State("foo=1")),
    ("empty header", &[("traceparent", PARENT), ("tracestate", "")], State("")),
    ("empty header second", &[("traceparent", PARENT), ("tracestate", "foo=1"), ("tracestate", "")], State("foo=1")),
    ("empty header first", &[("traceparent", PARENT), ("tracestate", ""), ("tracestate", "foo=1")], State("foo=1")),
    ("empty members", &[("traceparent", PARENT), ("tracestate", ",foo=1, ,\t,bar=2,")], State("foo=1,bar=2")),
    ("several headers in order", &[("traceparent", PARENT), ("tracestate", "foo=1,bar=2"), ("tracestate", "rojo=1,congo=2"), ("tracestate", "baz=3")], State("foo=1,bar=2,rojo=1,congo=2,baz=3")),
    ("the same member twice", &[("traceparent", PARENT), ("tracestate", "foo=1,foo=1")], State("foo=1")),
    ("the same key twice", &[("traceparent", PARENT), ("tracestate", "foo=1,foo=2")], State("foo=1")),
    ("the same member in two headers", &[("traceparent", PARENT), ("tracestate", "foo=1"), ("tracestate", "foo=1")], State("foo=1")),
    ("the same key in two headers", &[("traceparent", PARENT), ("tracestate", "foo=1"), ("tracestate", "foo=2")], State("foo=1")),
    ("a key that another starts with", &[("traceparent", PARENT), ("tracestate", "foo=1,fo=2,fooo=3")], State("foo=1,fo=2,fooo=3")),
    ("every character of a key and a value", &[("traceparent", PARENT), ("tracestate", "abcdefghijklmnopqrstuvwxyz0123456789_-*/= !\"#$%&'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~")], State("abcdefghijklmnopqrstuvwxyz0123456789_-*/= !\"#$%&'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~")),
    ("every character of a key with an at sign", &[("traceparent", PARENT), ("tracestate", "abcdefghijklmnopqrstuvwxyz0123456789_-*/@a-z0-9_-*/= !\"#$%&'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~")], State("abcdefghijklmnopqrstuvwxyz0123456789_-*/@a-z0-9_-*/= !\"#$%&'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~")),
    ("blanks around members", &[("traceparent", PARENT), ("tracestate", "foo=1 \t , \t bar=2, \t baz=3")], State("foo=1,bar=2,baz=3")),
    ("tabs around members", &[("traceparent", PARENT), ("tracestate", "foo=1\t \t,\t \tbar=2,\t \tbaz=3")], State("foo=1,bar=2,baz=3")),
    ("a space before", &[("traceparent", PARENT), ("tracestate", " foo=1")], State("foo=1")),
    ("a tab before", &[("traceparent", PARENT), ("tracestate", "\tfoo=1")], State("foo=1")),
    ("a space behind", &[("traceparent", PARENT), ("tracestate", "foo=1 ")], State("foo=1")),
    ("a tab behind", &[("traceparent", PARENT), ("tracestate", "foo=1\t")], State("foo=1")),
    ("blanks on both sides", &[("traceparent", PARENT), ("tracestate", "\t foo=1 \t")], State("foo=1")),
    ("key with a space", &[("traceparent", PARENT), ("tracestate", "foo =1")], State("")),
    ("key in upper case", &[("traceparent", PARENT), ("tracestate", "FOO=1")], State("")),
    ("key with a dot", &[("traceparent", PARENT), ("tracestate", "foo.bar=1")], State("")),
    ("key that is empty", &[("traceparent", PARENT), ("tracestate", "=1,bar=2")], State("")),
    ("key that starts with a digit", &[("traceparent", PARENT), ("tracestate", "1foo=1")], State("1foo=1")),
    ("key that starts with a dash", &[("traceparent", PARENT), ("tracestate", "-foo=1,bar=2")], State("")),
    ("key that ends with an at sign", &[("traceparent", PARENT), ("tracestate", "foo@=1,bar=2")], State("foo@=1,bar=2")),
    ("key that starts with an at sign", &[("traceparent", PARENT), ("tracestate", "@foo=1,bar=2")], State("")),
    ("key with two at signs together", &[("traceparent", PARENT), ("tracestate", "foo@@bar=1,bar=2")], State("foo@@bar=1,bar=2")),
    ("key with two at signs apart", &[("traceparent", PARENT), ("tracestate", "foo@bar@baz=1,bar=2")], State("foo@bar@baz=1,bar=2")),
    ("value with an equals sign", &[("traceparent", PARENT), ("tracestate", "foo=bar=baz")], State("")),
    ("value that is empty", &[("traceparent", PARENT), ("tracestate", "foo=,bar=3")], State("")),
    ("value with a tab inside", &[("traceparent", PARENT), ("tracestate", "foo=a\tb")], State("")),
    ("value with a line break", &[("traceparent", PARENT), ("tracestate", "foo=a\r\nx-admin: 1")], State("")),
    ("value beyond ASCII", &[("traceparent", PARENT), ("tracestate", "foo=é")], State("")),
    ("value with a leading space", &[("traceparent", PARENT), ("tracestate", "foo= 1")], State("foo= 1")),
    ("member without an equals sign", &[("traceparent", PARENT), ("tracestate", "foo=1,bar")], State("")),
];

#[test]
fn the_table_for_traceparent() {
    TRACEPARENT
        .iter()
        .for_each(|(name, headers, then)| check(name, headers, *then));
}

#[test]
fn the_table_for_tracestate() {
    TRACESTATE
        .iter()
        .for_each(|(name, headers, then)| check(name, headers, *then));
    assert!(TRACEPARENT.len() + TRACESTATE.len() >= 41);
}

/// The `tracestate` sent on for these lines.
fn state(lines: &[&str]) -> Option<String> {
    let mut headers = vec![("traceparent", PARENT)];
    headers.extend(lines.iter().map(|line| ("tracestate", *line)));
    let span = Propagators::default().extract(&headers).span;
    span.and_then(|span| span.trace_state)
        .map(|state| state.to_string())
}

#[test]
fn thirty_two_members_and_not_one_more() {
    let members: Vec<String> = (1..=33).map(|n| format!("bar{n:02}={n:02}")).collect();
    let lines =
        |count: usize| -> Vec<String> { members[..count].chunks(10).map(|line| line.join(",")).collect() };
    let of = |lines: Vec<String>| state(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(of(lines(32)), Some(members[..32].join(",")));
    assert_eq!(of(lines(33)), None);
}

#[test]
fn keys_and_values_of_256_and_not_one_more() {
    let sound = [
        format!("{}=1", "z".repeat(256)),
        format!("{}@{}=1", "t".repeat(241), "v".repeat(14)),
        format!("{}@v=1", "t".repeat(242)),
        format!("t@{}=1", "v".repeat(15)),
        format!("v={}", "0".repeat(256)),
    ];
    for member in sound {
        assert_eq!(state(&["foo=1", &member]), Some(format!("foo=1,{member}")));
    }
    assert_eq!(state(&["foo=1", &format!("{}=1", "z".repeat(257))]), None);
    assert_eq!(state(&["foo=1", &format!("v={}", "0".repeat(257))]), None);
}

proptest! {
    #[test]
    fn no_header_line_is_ever_broken(
        lines in prop::collection::vec(("(traceparent|tracestate|baggage|b3|uber-trace-id|x-trace-id|uberctx-a)", any::<String>()), 0..6),
        state in any::<String>(), key in any::<String>(), value in any::<String>(),
    ) {
        use super::{Baggage, Format};
        let all = Propagators::new([
            Format::TraceContext, Format::Baggage, Format::B3, Format::B3Multi, Format::Jaeger, Format::XRay, Format::Legacy,
        ]);
        let mut headers = lines;
        headers.push(("traceparent".to_owned(), PARENT.to_owned()));
        let found = all.extract(&headers);
        let mut span = found.span.unwrap_or_default();
        span.trace_state = Some(state.into());
        let mut baggage: Baggage = found.baggage;
        let _ = baggage.insert(key, value);
        let mut sent = Vec::new();
        all.inject(&span, &baggage, &mut sent);
        for (name, value) in sent {
            prop_assert!(name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':'), "{:?}", name);
            prop_assert!(!value.is_empty() || name.starts_with("uberctx-"));
            prop_assert!(value.bytes().all(|byte| (0x20..=0x7e).contains(&byte)), "{:?}", value);
        }
    }
}
