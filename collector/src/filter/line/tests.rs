//! Lines read, refused, printed and completed.

use proptest::prelude::*;

use super::{LineError, MAX_DEPTH, MAX_LENGTH, Problem, Wanted, complete, parse};
use crate::filter::{Filter, Order, Test, TextTest, ValueTest};
use crate::model::{Kind, Nanos, StatusCode};
use crate::testing::{order, status};

const NOW: Nanos = 1_700_000_000_000_000_000;

fn read(line: &str) -> Filter {
    parse(line, NOW).unwrap_or_else(|error| panic!("{line}\n{}\n{error}", error.caret(line)))
}

fn refused(line: &str) -> LineError {
    parse(line, NOW).expect_err(line)
}

fn service(name: &str) -> Filter {
    Filter::Is(Test::Service(TextTest::Equals(name.to_owned())))
}

fn attribute(key: &str, test: ValueTest) -> Filter {
    Filter::Is(Test::Attribute(key.to_owned(), test))
}

fn equals(key: &str, value: &str) -> Filter {
    attribute(key, ValueTest::Equals(value.to_owned()))
}

fn anywhere(text: &str) -> Filter {
    Filter::Is(Test::Anywhere(text.to_owned()))
}

fn not(filter: Filter) -> Filter {
    Filter::Not(Box::new(filter))
}

#[test]
fn the_line_of_the_readme_is_read() {
    let line = r#"service="josoor-backend" AND duration>5s AND error=true AND persona="noor" AND operation="llm.call""#;
    let expected = Filter::All(vec![
        service("josoor-backend"),
        Filter::Is(Test::Duration(Order::Greater, 5_000_000_000)),
        Filter::Is(Test::Status(StatusCode::Error)),
        equals("persona", "noor"),
        Filter::Is(Test::Name(TextTest::Equals("llm.call".to_owned()))),
    ]);
    assert_eq!(read(line), expected);
}

#[test]
fn every_kind_of_condition_is_read() {
    let cases = [
        (
            "service~back",
            Filter::Is(Test::Service(TextTest::Contains("back".to_owned()))),
        ),
        ("service!=a", not(service("a"))),
        ("kind=Server", Filter::Is(Test::Kind(Kind::Server))),
        ("status=error", Filter::Is(Test::Status(StatusCode::Error))),
        ("status != ok", not(Filter::Is(Test::Status(StatusCode::Ok)))),
        ("status=UNSET", Filter::Is(Test::Status(StatusCode::Unset))),
        ("error=false", not(Filter::Is(Test::Status(StatusCode::Error)))),
        ("error!=false", Filter::Is(Test::Status(StatusCode::Error))),
        (
            "duration<=1.5ms",
            Filter::Is(Test::Duration(Order::LessOrEqual, 1_500_000)),
        ),
        (
            "start>-1h",
            Filter::Is(Test::Start(Order::Greater, NOW - 3_600_000_000_000)),
        ),
        (
            r#"start<"2026-01-01T00:00:00Z""#,
            Filter::Is(Test::Start(Order::Less, 1_767_225_600_000_000_000)),
        ),
        ("http.status_code=200", equals("http.status_code", "200")),
        ("app/user-id=x", equals("app/user-id", "x")),
        (
            "a>=2.5",
            attribute("a", ValueTest::Number(Order::GreaterOrEqual, 2.5)),
        ),
        ("a==5", attribute("a", ValueTest::Number(Order::Equal, 5.0))),
        ("a~b", attribute("a", ValueTest::Contains("b".to_owned()))),
        ("a!~b", not(attribute("a", ValueTest::Contains("b".to_owned())))),
        ("a=*", attribute("a", ValueTest::Present)),
        ("a!=*", not(attribute("a", ValueTest::Present))),
        (r#"a="*""#, equals("a", "*")),
        (r#""error"=yes"#, equals("error", "yes")),
        (r#""two words"=x"#, equals("two words", "x")),
        ("url=http://a/?b=c~d", equals("url", "http://a/?b=c~d")),
        ("timeout", anywhere("timeout")),
        ("duration", anywhere("duration")),
        (r#""say \"hi\" \\ \n""#, anywhere("say \"hi\" \\ \n")),
        ("", Filter::everything()),
        ("*", Filter::everything()),
        ("service=*", Filter::everything()),
    ];
    for (line, filter) in cases {
        assert_eq!(read(line), filter, "{line}");
    }
}

#[test]
fn not_binds_before_and_before_or() {
    let (a, b, c) = (anywhere("a"), anywhere("b"), anywhere("c"));
    let all = |filters: &[&Filter]| Filter::All(filters.iter().copied().cloned().collect());
    let any = |filters: &[&Filter]| Filter::Any(filters.iter().copied().cloned().collect());
    assert_eq!(read("a or b And c"), any(&[&a, &all(&[&b, &c])]));
    assert_eq!(read("a b OR c"), any(&[&all(&[&a, &b]), &c]));
    assert_eq!(read("(a OR b) c"), all(&[&any(&[&a, &b]), &c]));
    assert_eq!(read("not a b"), all(&[&not(a.clone()), &b]));
    assert_eq!(read("NOT (a OR b)"), not(any(&[&a, &b])));
    assert_eq!(read("a NOT b"), all(&[&a, &not(b)]));
}

#[test]
fn what_is_wrong_is_said_at_its_column() {
    let cases = [
        ("error=true AND ", 16, "a condition is expected after AND"),
        ("(a OR b", 1, "add a )"),
        ("a OR b)", 7, "closes nothing"),
        ("()", 2, "a condition is expected after ("),
        ("OR a", 1, "a condition is expected here"),
        ("a AND OR b", 7, "a condition is expected after AND"),
        ("a NOT", 6, "after NOT"),
        ("=5", 1, "a key is expected before ="),
        ("persona=", 9, "a value is expected after persona="),
        ("persona=)", 9, "as in persona=\"noor\""),
        ("a=>5", 3, "a value is expected after a="),
        ("ß duration>5", 12, "takes a number with a unit"),
        ("duration~5s", 9, "use <, <=, >, >=, = or !="),
        ("duration>", 10, "as in duration>5s"),
        ("service>a", 8, "does not take >"),
        ("kind=sever", 6, "server, client"),
        ("error=maybe", 7, "true or false"),
        ("status=fine", 8, "ok, error or unset"),
        ("start>yesterday", 7, "a moment"),
        ("a<5s", 3, "a< takes a number, not \"5s\""),
        ("a=\"b", 3, "never closed"),
        ("a='b\"", 3, "never closed"),
        ("a && b", 3, "write AND"),
        ("a&&b", 2, "write AND"),
        ("service=a||b&&c", 10, "write OR"),
        ("error=true trace_id=0a", 12, "spanwright show"),
        ("traceID=*", 1, "needs quotes"),
        (r#"a="\q""#, 4, r"\q means nothing"),
    ];
    for (line, column, part) in cases {
        let error = refused(line);
        assert_eq!(error.column, column, "{line}: {error}");
        assert!(error.to_string().contains(part), "{line}: {error}");
    }
}

#[test]
fn single_quotes_quote_and_what_is_quoted_is_a_text() {
    assert_eq!(read("'*'"), anywhere("*"));
    assert_eq!(read("service='a \"b\"'"), read(r#"service="a \"b\"""#));
    assert_eq!(read(r"name='it\'s'"), read("name=it's"));
    assert_eq!(read("'a b'"), anywhere("a b"));
    assert_eq!(read("\"a&&b\""), anywhere("a&&b"));
    for line in ["\"trace_id\"=a", "\"'tis\"", "\"a||b\"=c"] {
        assert_eq!(read(&read(line).to_string()), read(line), "{line}");
    }
}

#[test]
fn the_caret_stands_below_what_is_wrong() {
    let line = "ß kind=sever";
    assert_eq!(refused(line).caret(line), "       ^^^^^");
    let line = "a AND";
    assert_eq!(refused(line).caret(line), "     ^");
}

#[test]
fn length_and_depth_are_bounded() {
    assert_eq!(refused(&"(".repeat(100_000)).problem, Problem::TooLong);
    assert_eq!(refused(&"(".repeat(MAX_LENGTH)).problem, Problem::TooDeep);
    assert_eq!(refused(&"not ".repeat(MAX_LENGTH / 4)).problem, Problem::TooDeep);
    let deepest = format!("{}a{}", "(".repeat(MAX_DEPTH), ")".repeat(MAX_DEPTH));
    assert_eq!(read(&deepest), anywhere("a"));
    assert_eq!(refused(&format!("({deepest})")).problem, Problem::TooDeep);
    let siblings = "(a) not b ".repeat(MAX_DEPTH * 4);
    assert!(parse(&siblings, NOW).is_ok(), "depth is given back");
    let terms = "a ".repeat(MAX_LENGTH / 2);
    assert!(matches!(read(&terms), Filter::All(all) if all.len() == MAX_LENGTH / 2));
}

#[test]
fn what_is_typed_is_known() {
    let key = |prefix: &str| Wanted::Key {
        prefix: prefix.to_owned(),
    };
    let value = |key: &str, prefix: &str| Wanted::Value {
        key: key.to_owned(),
        attribute: false,
        prefix: prefix.to_owned(),
    };
    // `|` is the cursor, and `[…]` what is replaced.
    let cases = [
        ("[|]", key("")),
        ("[ser|]", key("ser")),
        ("[ser|vice]=a", key("ser")),
        ("a=b AND [per|]", key("per")),
        ("a=b [|]", key("")),
        ("(a OR [|]", key("")),
        (
            "service [|]",
            Wanted::Operator {
                key: "service".to_owned(),
            },
        ),
        ("service=[|]", value("service", "")),
        ("service = [|]", value("service", "")),
        ("service=[che|]", value("service", "che")),
        ("service=[\"che|]", value("service", "che")),
        ("service=[\"che|ck\"] AND b", value("service", "che")),
        ("service=[\"che|] AND b=\"x\"", value("service", "che")),
        ("service=[\"a\\\"b|]", value("service", "a\"b")),
        ("service=\"a\"[|]", Wanted::Nothing),
        ("(a)[|]", Wanted::Nothing),
        ("=[|]", Wanted::Nothing),
        ("a=\"\\q[|]", Wanted::Nothing),
    ];
    for (marked, wanted) in cases {
        let start = marked.find('[').expect("a start");
        let end = marked.find(']').expect("an end") - 2;
        let cursor = marked.find('|').expect("a cursor") - 1;
        let line = marked.replace(['[', '|', ']'], "");
        let completion = complete(&line, cursor);
        assert_eq!(completion.wanted, wanted, "{marked}");
        assert_eq!(completion.replace, start..end, "{marked}");
    }
}

#[test]
fn lists_of_one_and_none_are_printed_as_what_they_mean() {
    let one = Filter::All(vec![Filter::Any(vec![anywhere("a")])]);
    assert_eq!(one.to_string(), "a");
    assert_eq!(Filter::everything().to_string(), "");
    assert_eq!(Filter::Any(Vec::new()).to_string(), "NOT *");
    let nested = Filter::Any(vec![Filter::everything(), anywhere("b")]);
    assert_eq!(nested.to_string(), "* OR b");
    assert_eq!(read("* OR b"), nested);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z.]{1,6}",
        any::<String>(),
        "[ \"\\\\()=<>~!*\n\tA]{0,8}",
        Just("and".to_owned()),
        Just("NOT".to_owned()),
        Just("*".to_owned()),
        Just("error".to_owned()),
        Just("200".to_owned()),
    ]
}

fn test() -> impl Strategy<Value = Test> {
    let text_test = || {
        prop_oneof![
            text().prop_map(TextTest::Equals),
            text().prop_map(TextTest::Contains)
        ]
    };
    let number = any::<f64>().prop_filter("NaN equals nothing", |number| !number.is_nan());
    let value_test = prop_oneof![
        Just(ValueTest::Present),
        text().prop_map(ValueTest::Equals),
        text().prop_map(ValueTest::Contains),
        (order(), number).prop_map(|(order, number)| ValueTest::Number(order, number)),
    ];
    prop_oneof![
        text_test().prop_map(Test::Service),
        text_test().prop_map(Test::Name),
        (0u64..6).prop_map(|number| Test::Kind(Kind::from_otlp(number))),
        status().prop_map(Test::Status),
        (order(), any::<Nanos>()).prop_map(|(order, nanos)| Test::Duration(order, nanos)),
        (order(), any::<Nanos>()).prop_map(|(order, nanos)| Test::Start(order, nanos)),
        (text(), value_test).prop_map(|(key, test)| Test::Attribute(key, test)),
        text().prop_map(Test::Anywhere),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    test().prop_map(Filter::Is).prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::All),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::Any),
            inner.prop_map(not),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_printed_reads_back(filter in filter()) {
        let line = filter.to_string();
        prop_assert_eq!(parse(&line, NOW), Ok(filter), "{}", line);
    }

    #[test]
    fn no_line_panics(line in "([a-z]{1,4}|duration|start|[ ()\"=<>~!*\\\\]|and |OR |not |ß|5s|-1h){0,20}", cursor in 0usize..60) {
        let completion = complete(&line, cursor);
        prop_assert!(line.get(completion.replace).is_some());
        match parse(&line, NOW) {
            Ok(filter) => prop_assert_eq!(parse(&filter.to_string(), NOW), Ok(filter)),
            Err(error) => {
                prop_assert!(line.get(error.at.clone()).is_some());
                prop_assert!(!error.caret(&line).is_empty());
            }
        }
    }
}
