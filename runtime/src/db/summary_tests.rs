//! Summaries of queries, the conventions' own examples first.

use super::summary::{READ_BYTES, Summary};

#[track_caller]
fn check(text: &str, wanted: &str) {
    assert_eq!(Summary::of(text).as_str(), wanted, "{text}");
}

#[test]
fn the_conventions_table() {
    check(
        "SELECT * FROM wuser_table WHERE username = ?",
        "SELECT wuser_table",
    );
    check(
        "INSERT INTO shipping_details (order_id, address) SELECT order_id, address FROM orders WHERE order_id = ?",
        "INSERT shipping_details SELECT orders",
    );
    check(
        "SELECT * FROM songs, artists WHERE songs.artist_id == artists.id",
        "SELECT songs artists",
    );
    check(
        "SELECT order_date FROM (SELECT * FROM orders o JOIN customers c ON o.customer_id = c.customer_id)",
        "SELECT SELECT orders customers",
    );
    check(
        r#"SELECT * FROM "song list", 'artists'"#,
        r#"SELECT "song list" 'artists'"#,
    );
    check("{call some_stored_procedure}", "call some_stored_procedure");
    check("EXECUTE some_stored_procedure", "EXECUTE some_stored_procedure");
}

#[test]
fn statements() {
    check("update users set a = 1 where b = 2", "update users");
    check("DELETE FROM app.users u WHERE u.id = $1", "DELETE app.users");
    check(
        "INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 1",
        "INSERT t",
    );
    check(
        "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1",
        "INSERT t",
    );
    check("SELECT a FROM t FOR UPDATE", "SELECT t");
    check("WITH x AS (SELECT a FROM b) SELECT * FROM x", "SELECT b SELECT x");
    check(
        "CREATE TABLE IF NOT EXISTS users (id int, x int)",
        "CREATE TABLE users",
    );
    check("DROP INDEX CONCURRENTLY idx", "DROP INDEX idx");
    check("CREATE UNIQUE INDEX i ON t (a)", "CREATE INDEX i");
    check("TRUNCATE TABLE logs", "TRUNCATE logs");
    check("BEGIN", "BEGIN");
    check("BEGIN; SELECT 1 FROM a; COMMIT", "BEGIN SELECT a COMMIT");
    check("SELECT 1", "SELECT");
    check("", "");
    check("-- only a comment", "");
}

#[test]
fn what_is_no_target() {
    check("SELECT EXTRACT(year FROM created) FROM t", "SELECT t");
    check("SELECT * FROM generate_series(1, 5) g, t", "SELECT t");
    check("SELECT a IS DISTINCT FROM b FROM t", "SELECT t");
    check("SELECT * FROM (a JOIN b ON a.id = b.id), c", "SELECT a b c");
    check("SELECT a, b FROM t ORDER BY a, b", "SELECT t");
    check(
        "SELECT a FROM t WHERE b IN (SELECT c FROM d) AND e = 1",
        "SELECT t SELECT d",
    );
    check(
        "SELECT * FROM [dbo].[users] JOIN `x` USING (id)",
        "SELECT [dbo].[users] `x`",
    );
}

#[test]
fn at_most_255_and_whole_tokens() {
    let tables: Vec<String> = (0..60).map(|i| format!("table_{i:04}")).collect();
    let summary = Summary::of(&format!("SELECT * FROM {}", tables.join(", ")));
    assert!(summary.as_str().len() <= 255);
    assert!(summary.as_str().len() > 240);
    assert!(
        summary
            .as_str()
            .split(' ')
            .skip(1)
            .all(|part| tables.iter().any(|table| table == part))
    );
}

#[test]
fn is_known_at_compile_time() {
    const SUMMARY: Summary = Summary::of("SELECT * FROM users WHERE id = $1");
    assert_eq!(SUMMARY.as_str(), "SELECT users");
}

/// The compiler refuses constants that take too long.
#[test]
fn a_long_literal_is_no_burden_to_the_compiler() {
    macro_rules! eight {
        ($text:expr) => {
            concat!($text, $text, $text, $text, $text, $text, $text, $text)
        };
    }
    const LONG: &str = concat!(
        "SELECT a FROM t WHERE ",
        eight!(eight!(eight!("b_c = $1 AND d.e IN (f, g) OR "))),
        "TRUE"
    );
    const SUMMARY: Summary = Summary::of(LONG);
    assert!(LONG.len() > READ_BYTES && SUMMARY.as_str() == "SELECT t");
}
