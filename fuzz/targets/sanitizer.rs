//! Statements and URLs that the fuzzer puts together: no literal and no secret of theirs survives.

#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use spanwright::fuzzing::{redact, sanitize_query, summary};
use spanwright_fuzz::{one, text};

/// What no name holds; every literal does.
const MARK: &str = "7351";

const SYSTEMS: [&str; 7] = ["", "postgresql", "sqlite", "mysql", "mssql", "mongodb", "redis"];

/// What stands between literals.
const PIECES: [&str; 34] = [
    "SELECT",
    "a",
    "t.b",
    ",",
    "FROM",
    "WHERE",
    "=",
    "(",
    ")",
    "IN",
    "INSERT INTO",
    "VALUES",
    "UPDATE",
    "SET",
    "AND",
    "NOT",
    "LIKE",
    "BETWEEN",
    "||",
    "::",
    ";",
    "?",
    "$1",
    ":p",
    "NULL",
    "*",
    ".",
    "<>",
    "DATE",
    "+",
    "AS",
    "CASE",
    "WITH",
    "EXISTS",
];

/// A literal as the system writes it, with whatever text in it.
fn literal(bytes: &mut Unstructured<'_>, system: &str) -> arbitrary::Result<String> {
    let inside = format!("{}{MARK}{}", text(bytes, 8, |_| true)?, text(bytes, 8, |_| true)?);
    let quoted = |quote: char, escapes: bool| {
        let doubled = inside.replace(quote, &format!("{quote}{quote}"));
        let doubled = if escapes {
            doubled.replace('\\', "\\\\")
        } else {
            doubled
        };
        format!("{quote}{doubled}{quote}")
    };
    let number = |bytes: &mut Unstructured<'_>| {
        one(
            bytes,
            &[
                "7351", "7351.5", ".7351", "0x7351AF", "1e7351", "7_7351", "X'7351'",
            ],
        )
        .map(str::to_owned)
    };
    Ok(match (system, bytes.int_in_range(0..=3_u8)?) {
        (_, 0) => number(bytes)?,
        ("mysql", 1) => quoted('"', true),
        ("mysql", _) => quoted('\'', true),
        // Both ways to read a backslash; where they differ the rest is withheld.
        ("", 1) => quoted('\'', true),
        ("postgresql", 1) => format!("E{}", quoted('\'', true)),
        ("" | "postgresql", 2) => {
            let tag = text(bytes, 3, |c| c.is_ascii_lowercase())?;
            let close = format!("${tag}$");
            let ends_early = inside.contains(&close) || inside.ends_with('$') || inside.contains('$');
            if ends_early {
                number(bytes)?
            } else {
                format!("{close}{inside}{close}")
            }
        }
        _ => quoted('\'', false),
    })
}

fn name(bytes: &mut Unstructured<'_>, system: &str) -> arbitrary::Result<String> {
    let (open, close) = match system {
        "mysql" => ('`', '`'),
        "mssql" => ('[', ']'),
        _ => ('"', '"'),
    };
    let inside = text(bytes, 6, |c| c.is_ascii_lowercase() || c == ' ' || c == '-')?;
    Ok(format!("{open}n{inside}{close}"))
}

fn comment(bytes: &mut Unstructured<'_>) -> arbitrary::Result<String> {
    let inside = text(bytes, 8, |c| !matches!(c, '*' | '/' | '\n' | '\r' | '\\'))?;
    Ok(if bytes.arbitrary()? {
        format!("/* {MARK} {inside} */")
    } else {
        format!("-- {MARK} {inside}\n")
    })
}

fn statement(bytes: &mut Unstructured<'_>, system: &str) -> arbitrary::Result<String> {
    let mut out = String::new();
    for _ in 0..bytes.int_in_range(1..=24)? {
        out.push_str(&match bytes.int_in_range(0..=7_u8)? {
            0 | 1 => literal(bytes, system)?,
            2 => name(bytes, system)?,
            3 => comment(bytes)?,
            _ => one(bytes, &PIECES)?.to_owned(),
        });
        out.push(' ');
    }
    Ok(out)
}

fn check_query(bytes: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let system = one(bytes, &SYSTEMS[..5])?;
    let statement = statement(bytes, system)?;
    let clean = sanitize_query(&statement, system);
    assert!(!clean.contains(MARK), "{system}\n{statement:?}\n{clean:?}");
    let words = summary(&statement);
    assert!(words.len() <= 255, "{statement:?}\n{words:?}");
    // After these a text in quotes is a table's name (`SELECT * FROM 'artists'` is the conventions' own example).
    let names_tables = ["FROM", "INTO", "UPDATE"]
        .iter()
        .any(|word| statement.contains(word));
    assert!(names_tables || !words.contains(MARK), "{statement:?}\n{words:?}");
    Ok(())
}

/// Any text at all ends, bounded.
fn check_any(bytes: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let system = one(bytes, &SYSTEMS)?;
    let text = text(bytes, 4096, |_| true)?;
    let clean = sanitize_query(&text, system);
    assert!(
        clean.len() <= 2 * text.len() + 8,
        "{} became {}",
        text.len(),
        clean.len()
    );
    assert!(summary(&text).len() <= 255);
    if system == "redis" {
        // A command and nothing of its arguments.
        assert!(
            clean.split(' ').skip(1).all(|word| word == "?"),
            "{text:?}\n{clean:?}"
        );
    }
    Ok(())
}

fn check_url(bytes: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    const SECRET: &str = "Zq8vXw3nLmT6";
    let value = |bytes: &mut Unstructured<'_>| text(bytes, 8, |c| !c.is_whitespace() && !"&;?#".contains(c));
    let secret = format!("{}{SECRET}{}", value(bytes)?, value(bytes)?);
    let scheme = one(bytes, &["https", "http", "postgres", "amqp", "HTTP"])?;
    let host = one(bytes, &["h.example", "h.example:8080", "[::1]:80", "localhost"])?;
    // The fuzzer learns the secret from the comparisons, and writes it where no rule looks for one.
    let path = text(bytes, 12, |c| c.is_ascii_alphanumeric() || "/._-%".contains(c))?.replace(SECRET, "");
    let name = one(
        bytes,
        &[
            "token",
            "api_key",
            "X-Amz-Signature",
            "sig",
            "access%5Ftoken",
            "password",
            "AWSAccessKeyId",
        ],
    )?;
    let before = text(bytes, 12, |c| !c.is_whitespace())?.replace(SECRET, "");
    let key = one(bytes, &["url.full", "http.url", "http.request.header.referer"])?;
    let url = match bytes.int_in_range(0..=3_u8)? {
        0 => format!("{scheme}://{host}/{path}?{before}&{name}={secret}&a=1"),
        1 => format!("{scheme}://{host}/{path}#{before}&{name}={secret}"),
        2 => format!("{scheme}://{host}/{path}?a={before}&{name}={secret}#{before}"),
        _ => {
            let password = text(bytes, 8, |c| {
                c.is_ascii_alphanumeric() || "!$&'()*+,;=%:._~-".contains(c)
            })?;
            format!("{scheme}://user:{password}{SECRET}@{host}/{path}?{before}")
        }
    };
    let clean = redact(key, &url);
    assert!(!clean.contains(SECRET), "{key}: {url:?}\n{clean:?}");
    let query = format!("{before}&{name}={secret}");
    let clean = redact("url.query", &query);
    assert!(!clean.contains(SECRET), "url.query: {query:?}\n{clean:?}");
    Ok(())
}

fuzz_target!(|data: &[u8]| {
    let mut bytes = Unstructured::new(data);
    let _ = match bytes.int_in_range(0..=3_u8) {
        Ok(0) => check_any(&mut bytes),
        Ok(1) => check_url(&mut bytes),
        Ok(_) => check_query(&mut bytes),
        Err(error) => Err(error),
    };
});
