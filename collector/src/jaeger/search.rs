//! What both APIs look for.

use std::collections::BTreeMap;
use std::ops::Range;

use super::go;
use crate::filter::{Filter, Order, Test, TextTest, ValueTest};
use crate::model::{Kind, Nanos, StatusCode, TraceId};
use crate::store::{Search, SearchOrder};

/// Traces that a search answers with, unless it says how many.
pub(super) const LIMIT: i64 = 100;
/// Traces that a search may ask for.
const MOST: i64 = 10_000;

/// A search's parameters, read.
#[derive(Debug, Default)]
pub(super) struct TraceQuery {
    /// Of this service; of any where it is empty.
    pub(super) service: String,
    /// With this operation; with any where it is empty.
    pub(super) operation: String,
    /// With all of these, in one span.
    pub(super) tags: BTreeMap<String, String>,
    /// Begun between these moments, both included.
    pub(super) time: (Nanos, Nanos),
    /// At least so long; 0 where nobody asked. Nanoseconds.
    pub(super) min: i64,
    /// At most so long; 0 where nobody asked. Nanoseconds.
    pub(super) max: i64,
    /// So many traces.
    pub(super) limit: i64,
    /// As they came, without what makes them readable.
    pub(super) raw: bool,
}

impl TraceQuery {
    /// The question to the store.
    pub(super) fn search(&self) -> Result<Search, String> {
        if !(1..=MOST).contains(&self.limit) {
            return Err(format!(
                "search depth must be greater than 0 and less than max traces ({MOST})"
            ));
        }
        let mut tests = Vec::new();
        let equals = |text: &str| TextTest::Equals(text.to_owned());
        if !self.service.is_empty() {
            tests.push(Filter::Is(Test::Service(equals(&self.service))));
        }
        if !self.operation.is_empty() {
            tests.push(Filter::Is(Test::Name(equals(&self.operation))));
        }
        let durations = [(Order::GreaterOrEqual, self.min), (Order::LessOrEqual, self.max)];
        for (order, nanos) in durations.into_iter().filter(|(_, nanos)| *nanos != 0) {
            tests.push(duration(order, nanos));
        }
        tests.extend(self.tags.iter().map(|(key, value)| tag(key, value)));
        Ok(Search {
            filter: Filter::All(tests),
            time: range(self.time),
            order: SearchOrder::Latest,
            limit: usize::try_from(self.limit).unwrap_or_default(),
        })
    }
}

fn range((first, last): (Nanos, Nanos)) -> Range<Nanos> {
    first..last.saturating_add(1)
}

/// No span is shorter than nothing.
fn duration(order: Order, nanos: i64) -> Filter {
    match u64::try_from(nanos) {
        Ok(nanos) => Filter::Is(Test::Duration(order, nanos)),
        Err(_) if order == Order::GreaterOrEqual => Filter::everything(),
        Err(_) => nothing(),
    }
}

fn status(code: StatusCode) -> Filter {
    Filter::Is(Test::Status(code))
}

fn nothing() -> Filter {
    Filter::Is(Test::Duration(Order::Less, 0))
}

/// A tag is an attribute, or one of those that Jaeger makes of other parts of a span.
fn tag(key: &str, value: &str) -> Filter {
    let attribute = |key: &str| {
        let test = ValueTest::Equals(value.to_owned());
        Filter::Is(Test::Attribute(key.to_owned(), test))
    };
    match key {
        "error" => match go::parse_bool(value) {
            Ok(true) => status(StatusCode::Error),
            Ok(false) => Filter::Not(Box::new(status(StatusCode::Error))),
            Err(_) => nothing(),
        },
        "span.status" | "otel.status_code" => StatusCode::from_name(value).map_or_else(nothing, status),
        "span.kind" => Filter::Is(Test::Kind(Kind::from_name(value).unwrap_or_default())),
        _ => match key.strip_prefix("resource.") {
            Some(of_resource) => Filter::Any(vec![attribute(of_resource), attribute(key)]),
            None => attribute(key),
        },
    }
}

/// A trace's id: up to 32 hexadecimal digits.
pub(super) fn parse_trace_id(text: &str) -> Result<TraceId, String> {
    const DIGITS: usize = 16;
    if text.len() > DIGITS * 2 {
        return Err(format!("TraceID cannot be longer than 32 hex characters: {text}"));
    }
    let low_from = text.char_indices().rev().nth(DIGITS - 1).map_or(0, |(at, _)| at);
    let (high, low) = text.split_at(low_from);
    let high = if high.is_empty() { 0 } else { go::parse_hex(high)? };
    let low = go::parse_hex(low)?;
    Ok(TraceId((u128::from(high) << 64 | u128::from(low)).to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trace_ids_may_be_short() {
        let id = |text| parse_trace_id(text).expect(text).to_string();
        assert_eq!(id("a"), "0000000000000000000000000000000a");
        assert_eq!(id("1A0000000000000002"), "000000000000001a0000000000000002");
        assert_eq!(id("0"), TraceId::default().to_string());
    }

    #[test]
    fn what_is_no_trace_id_is_refused_as_by_jaeger() {
        for (text, error) in [
            ("xyz", "strconv.ParseUint: parsing \"xyz\": invalid syntax"),
            ("", "strconv.ParseUint: parsing \"\": invalid syntax"),
            (
                "ü23456789012345678",
                "strconv.ParseUint: parsing \"ü2\": invalid syntax",
            ),
        ] {
            assert_eq!(parse_trace_id(text).expect_err(text), error);
        }
        let long = "a".repeat(33);
        assert!(
            parse_trace_id(&long)
                .expect_err("long")
                .contains("longer than 32")
        );
    }

    #[test]
    fn a_limit_below_1_is_refused() {
        let mut query = TraceQuery {
            limit: 0,
            ..TraceQuery::default()
        };
        assert!(query.search().expect_err("0").contains("greater than 0"));
        query.limit = MOST + 1;
        assert!(query.search().expect_err("too many").contains("10000"));
    }
}
