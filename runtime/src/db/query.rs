//! A query on its way. In: the options of `#[trace_db_query]`. Out: attributes and the span's name.

use super::dialect::Dialect;
use super::sanitize::sanitize;
use super::summary::Summary;
use crate::capture::Capture;
use crate::caught::caught;
use crate::llm::{Count, Text};
use crate::recorder::{End, Span};
use crate::semconv::{db, general, own};

/// A query that is known at compile time, with its summary.
#[derive(Clone, Copy)]
pub struct Literal {
    text: &'static str,
    summary: Summary,
}

impl Literal {
    /// Summarises a query.
    pub const fn new(text: &'static str) -> Self {
        Self {
            text,
            summary: Summary::of(text),
        }
    }
}

impl std::fmt::Debug for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Literal").field(&self.text).finish()
    }
}

/// `db.system.name`. Comes first.
pub fn system<T: Capture + ?Sized>(span: &mut Span, value: &T) {
    span.set(db::SYSTEM_NAME, value);
    rename(span);
}

/// `db.operation.name`.
pub fn operation<T: Capture + ?Sized>(span: &mut Span, value: &T) {
    span.set(db::OPERATION_NAME, value);
    rename(span);
}

/// `db.collection.name`.
pub fn collection<T: Capture + ?Sized>(span: &mut Span, value: &T) {
    span.set(db::COLLECTION_NAME, value);
    rename(span);
}

/// `db.namespace`.
pub fn namespace<T: Capture + ?Sized>(span: &mut Span, value: &T) {
    span.set(db::NAMESPACE, value);
    rename(span);
}

/// `server.address` and `server.port`.
pub fn server<A: Capture + ?Sized, P: Capture>(span: &mut Span, address: &A, port: P) {
    span.set(general::SERVER_ADDRESS, address);
    span.set(general::SERVER_PORT, &port);
    rename(span);
}

/// A query's text as it is at run time: without its literals, and with its summary.
pub fn query<T: Text + ?Sized>(span: &mut Span, value: &T) {
    if !span.recording() {
        return;
    }
    let Some(text) = caught(|| value.text()).flatten() else {
        return;
    };
    let dialect = Dialect::of(span.text(db::SYSTEM_NAME).as_deref());
    span.set(db::QUERY_TEXT, &sanitize(&text, dialect));
    if !matches!(dialect, Dialect::Command | Dialect::Document) {
        summarised(span, &Summary::of(&text));
    }
}

/// A query that is a literal of the program, and so holds no user's data: its text as it is.
pub fn query_literal(span: &mut Span, literal: &Literal) {
    if !span.recording() {
        return;
    }
    span.set(db::QUERY_TEXT, literal.text);
    summarised(span, &literal.summary);
}

fn summarised(span: &mut Span, summary: &Summary) {
    let summary = summary.as_str();
    if !summary.is_empty() {
        span.set(db::QUERY_SUMMARY, summary);
        span.set_name(summary);
    }
}

/// One of `params(…)`: `db.query.parameter.<name>`.
pub fn param<T: Capture + ?Sized>(span: &mut Span, name: &'static str, value: &T) {
    if span.recording() {
        span.set(&format!("{}{name}", db::QUERY_PARAMETER_PREFIX), value);
    }
}

/// From how many nanoseconds on the query is slow; the pipeline compares.
pub fn slow(span: &mut Span, nanos: u64) {
    span.set(own::DB_SLOW_AFTER, &i64::try_from(nanos).unwrap_or(i64::MAX));
}

/// `db.response.returned_rows`.
pub fn rows(end: &mut End<'_>, count: impl Count) {
    end.set(db::RESPONSE_RETURNED_ROWS, &count.to_count());
}

/// Names the span by what is known: the summary, else `{operation} {target}`, else the target, else the system.
fn rename(span: &mut Span) {
    if span.text(db::QUERY_SUMMARY).is_some() {
        return;
    }
    let name = match (span.text(db::OPERATION_NAME), target(span)) {
        (Some(operation), Some(target)) => Some(format!("{operation} {target}")),
        (Some(name), None) | (None, Some(name)) => Some(name),
        (None, None) => span.text(db::SYSTEM_NAME),
    };
    if let Some(name) = name {
        span.set_name(&name);
    }
}

/// The collection, else the namespace (in Redis a number, which names nothing), else the server.
fn target(span: &Span) -> Option<String> {
    let numbered = matches!(span.text(db::SYSTEM_NAME).as_deref(), Some("redis" | "valkey"));
    let namespace = || span.text(db::NAMESPACE).filter(|_| !numbered);
    span.text(db::COLLECTION_NAME).or_else(namespace).or_else(|| {
        let address = span.text(general::SERVER_ADDRESS)?;
        Some(match span.integer(general::SERVER_PORT) {
            Some(port) => format!("{address}:{port}"),
            None => address,
        })
    })
}

#[cfg(all(test, feature = "pipeline"))]
mod tests {
    use super::*;
    use crate::llm::recorded::testing;
    use crate::value::Value;

    #[test]
    fn a_query_is_named_by_the_best_that_is_known() {
        let mut span = testing::span();
        system(&mut span, "postgresql");
        assert_eq!(testing::name(&span), "postgresql");
        server(&mut span, "db.local", 5433_u16);
        assert_eq!(testing::name(&span), "db.local:5433");
        namespace(&mut span, &Some("app"));
        assert_eq!(testing::name(&span), "app");
        operation(&mut span, "SELECT");
        collection(&mut span, "users");
        assert_eq!(testing::name(&span), "SELECT users");
        query(&mut span, "SELECT * FROM accounts WHERE id = 7");
        assert_eq!(testing::name(&span), "SELECT accounts");
        assert_eq!(
            span.text(db::QUERY_TEXT).as_deref(),
            Some("SELECT * FROM accounts WHERE id = ?")
        );
        collection(&mut span, "other");
        assert_eq!(testing::name(&span), "SELECT accounts");
    }

    #[test]
    fn a_literal_is_recorded_as_it_is() {
        let mut span = testing::span();
        query_literal(
            &mut span,
            const { &Literal::new("SELECT name FROM users WHERE id = ? AND kind = 'x'") },
        );
        assert_eq!(
            span.text(db::QUERY_TEXT).as_deref(),
            Some("SELECT name FROM users WHERE id = ? AND kind = 'x'")
        );
        assert_eq!(span.text(db::QUERY_SUMMARY).as_deref(), Some("SELECT users"));
    }

    #[test]
    fn redis_arguments_are_withheld() {
        let mut span = testing::span();
        system(&mut span, "redis");
        namespace(&mut span, "3");
        operation(&mut span, "SET");
        query(&mut span, "SET user:1 secret");
        assert_eq!(span.text(db::QUERY_TEXT).as_deref(), Some("SET ? ?"));
        assert_eq!(testing::name(&span), "SET");
    }

    #[test]
    fn parameters_and_rows_are_typed() {
        let mut span = testing::span();
        param(&mut span, "id", &7_i64);
        testing::ending(&mut span, |end| rows(end, 3_usize));
        assert_eq!(
            testing::attributes(&span),
            [
                ("db.query.parameter.id".into(), Value::Int(7)),
                ("db.response.returned_rows".into(), Value::Int(3)),
            ]
        );
    }
}
