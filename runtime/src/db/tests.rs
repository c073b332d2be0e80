//! Properties of the sanitiser and the summary: statements made by a grammar, in which each literal holds a mark
//! that must not survive, and any text at all.

use super::dialect::Dialect;
use super::lexer::{Kind, token};
use super::sanitize::sanitize;
use super::summary::Summary;
use proptest::prelude::*;

/// What no name of the grammar holds; every literal does.
const MARK: &str = "7351";

const DIALECTS: [Dialect; 5] = [
    Dialect::Unknown,
    Dialect::Standard,
    Dialect::Sqlite,
    Dialect::MySql,
    Dialect::SqlServer,
];

fn dialect() -> impl Strategy<Value = Dialect> {
    prop::sample::select(&DIALECTS[..])
}

/// Text within quotes: what upsets lexers, and the mark at any place.
fn inside() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a", " ", "''", "\"", "`", "--", "/*", "*/", "#", "$", "$$", ";", "é", "💥", "\n", "(", ")", "IN (",
        ",", "?", ":x", "[", "]", "E", "=",
    ]);
    (
        prop::collection::vec(pieces.clone(), 0..4),
        prop::collection::vec(pieces, 0..4),
    )
        .prop_map(|(before, after)| format!("{}{MARK}{}", before.concat(), after.concat()))
}

/// A literal that this dialect reads as one.
fn literal(dialect: Dialect) -> BoxedStrategy<String> {
    let plain = (
        prop::sample::select(vec!["", "N", "n", "DATE ", "INTERVAL ", "_utf8"]),
        inside(),
    )
        .prop_map(|(prefix, text)| format!("{prefix}'{text}'"));
    let number = prop::sample::select(vec![
        "7351", "-7351", "7351.5", "0.7351", ".7351", "0x7351AF", "1e7351", "7351e-3", "7_7351",
    ])
    .prop_map(str::to_owned);
    let bytes = prop::sample::select(vec!["X'7351'", "x'7351ff'", "B'01' 'x7351'", "TRUE AND '7351'"])
        .prop_map(str::to_owned);
    let mut any = vec![plain.boxed(), number.boxed(), bytes.boxed()];
    match dialect {
        Dialect::Standard | Dialect::Unknown => {
            let escaped = inside().prop_map(|text| format!("E'\\'{text}\\\\'"));
            let tagged = ("[a-z]{0,3}", inside())
                .prop_filter("the tag would end early", |(tag, text)| {
                    !text.contains(&format!("${tag}$")) && !text.ends_with('$')
                })
                .prop_map(|(tag, text)| format!("${tag}${text}${tag}$"));
            let quoted = inside().prop_map(|text| format!("q'[{}]'", text.replace(']', "")));
            any.extend([escaped.boxed(), tagged.boxed(), quoted.boxed()]);
        }
        Dialect::MySql => {
            let escaped = inside().prop_map(|text| format!("'\\'{text}\\\\'"));
            let double = inside().prop_map(|text| format!("\"{}\\\"\"", text.replace('"', "")));
            any.extend([escaped.boxed(), double.boxed()]);
        }
        _ => {}
    }
    proptest::strategy::Union::new(any).boxed()
}

fn name(dialect: Dialect) -> BoxedStrategy<String> {
    let plain = "[a-z]{1,6}_[a-z0-2]{1,3}".boxed();
    let quoted = match dialect {
        Dialect::MySql => "`[a-z ]{1,6}`".boxed(),
        Dialect::SqlServer | Dialect::Sqlite => r"\[[a-z ]{1,6}\]".boxed(),
        _ => "\"[a-z '-]{1,6}\"".boxed(),
    };
    prop_oneof![3 => plain, 1 => quoted].boxed()
}

fn comment(dialect: Dialect) -> BoxedStrategy<String> {
    let hash = if dialect == Dialect::MySql {
        " # it's 7351\n"
    } else {
        " "
    };
    prop::sample::select(vec![
        " ",
        " ",
        " ",
        "\n",
        " /* it's 7351 \" */ ",
        " -- don't 7351 `\n",
        hash,
    ])
    .prop_map(str::to_owned)
    .boxed()
}

fn condition(dialect: Dialect) -> BoxedStrategy<String> {
    let (n, l) = (name(dialect), literal(dialect));
    prop_oneof![
        (
            n.clone(),
            prop::sample::select(vec!["=", "<>", "LIKE", ">=", "||"]),
            l.clone(),
            comment(dialect)
        )
            .prop_map(|(name, operator, literal, comment)| format!("{name} {operator}{comment}{literal}")),
        (n.clone(), prop::collection::vec(l.clone(), 1..4))
            .prop_map(|(name, items)| format!("{name} IN ({})", items.join(", "))),
        (n.clone(), l.clone(), l.clone())
            .prop_map(|(name, low, high)| format!("{name} BETWEEN {low} AND {high}")),
        (n, l).prop_map(|(name, literal)| format!("coalesce({name}, {literal}) = ?")),
    ]
    .boxed()
}

fn statement(dialect: Dialect) -> BoxedStrategy<String> {
    let (n, l, c) = (name(dialect), literal(dialect), condition(dialect));
    prop_oneof![
        (
            n.clone(),
            n.clone(),
            prop::collection::vec(c.clone(), 1..4),
            comment(dialect)
        )
            .prop_map(|(a, t, c, gap)| format!("SELECT {a} FROM {t}{gap}WHERE {}", c.join(" AND "))),
        (n.clone(), n.clone(), l.clone(), l.clone())
            .prop_map(|(t, a, x, y)| format!("INSERT INTO {t} ({a}) VALUES ({x}), ({y})")),
        (n.clone(), n.clone(), l, c.clone())
            .prop_map(|(t, a, x, c)| format!("UPDATE {t} SET {a} = {x} WHERE {c}")),
        (n.clone(), n, c.clone(), c).prop_map(|(t, u, c, d)| {
            format!("DELETE FROM {t} WHERE EXISTS (SELECT 1 FROM {u} WHERE {c}) AND {d};")
        }),
    ]
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_literal_survives((dialect, statement) in dialect().prop_flat_map(|dialect| (Just(dialect), statement(dialect)))) {
        let clean = sanitize(&statement, dialect);
        prop_assert!(!clean.contains(MARK), "{dialect:?}\n{statement}\n{clean}");
        prop_assert!(!clean.contains("it's") && !clean.contains("don't"), "{clean}");
        prop_assert!(!Summary::of(&statement).as_str().contains(MARK));
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_clean_stays_so((dialect, statement) in dialect().prop_flat_map(|dialect| (Just(dialect), statement(dialect)))) {
        let clean = sanitize(&statement, dialect);
        prop_assert_eq!(sanitize(&clean, dialect), clean.clone(), "{}", statement);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_is_read_to_its_end(text in "[a-zA-Z0-9 '\"`$#@:?.,;()\\[\\]{}\\\\/*=<>+\\-_\n\u{e9}\u{1f4a5}]{0,80}", dialect in dialect()) {
        let mut at = 0;
        loop {
            let next = token(text.as_bytes(), at, dialect);
            prop_assert_eq!(next.start, at);
            if next.kind == Kind::End {
                break;
            }
            prop_assert!(next.end > at && text.is_char_boundary(next.end));
            at = next.end;
        }
        prop_assert_eq!(at, text.len());
        let _ = sanitize(&text, dialect);
        prop_assert!(Summary::of(&text).as_str().len() <= 255);
    }

    #[test]
    fn any_characters_are_taken(text in any::<String>(), dialect in dialect()) {
        let _ = sanitize(&text, dialect);
        let _ = Summary::of(&text);
    }
}

/// Texts that make a careless lexer look ahead to their end again and again, which would take minutes.
#[test]
fn repetition_is_taken() {
    for piece in [
        "$a", "$a$", "[a", "IN (1,", "'", "\\'", "/*", "--'", "((", "1e", "\"", "q'[",
    ] {
        let text = piece.repeat(20_000);
        for dialect in DIALECTS {
            let clean = sanitize(&text, dialect);
            assert!(clean.len() <= text.len() + text.len() / 2 + 8, "{piece}");
        }
    }
}
