//! What a block must have so that it can hold a span that is searched for.

use std::ops::Range;

use crate::filter::{Filter, Order, Test, TextTest, ValueTest};
use crate::model::{Nanos, StatusCode};
use crate::store::fingerprint::{self, Key};

/// Taken from the filter's parts that must all be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Required {
    /// Of each of these lists the block has one at least.
    pub(in crate::store) fingerprints: Vec<Vec<u32>>,
    /// A span of the block began then.
    pub(in crate::store) start: Range<Nanos>,
    /// A span of the block took so long.
    pub(in crate::store) duration: Range<Nanos>,
    /// A span of the block has an error.
    pub(in crate::store) error: bool,
    /// The fingerprint of the service that all spans are of.
    pub(in crate::store) service: Option<u32>,
}

impl Required {
    pub(in crate::store) fn new(filter: &Filter, time: Range<Nanos>) -> Self {
        let mut required = Self {
            fingerprints: Vec::new(),
            start: time,
            duration: 0..Nanos::MAX,
            error: false,
            service: the(filter, service).map(fingerprint::service),
        };
        required.collect(filter);
        if let (Some(service), Some(name)) = (the(filter, service), the(filter, name)) {
            required
                .fingerprints
                .push(vec![fingerprint::operation(service, name.as_bytes())]);
        }
        required
    }

    fn collect(&mut self, filter: &Filter) {
        match filter {
            Filter::All(all) => all.iter().for_each(|filter| self.collect(filter)),
            Filter::Is(test) => self.test(test),
            Filter::Any(_) | Filter::Not(_) => {}
        }
    }

    fn test(&mut self, test: &Test) {
        match test {
            Test::Service(TextTest::Equals(name)) => self.fingerprints.push(vec![fingerprint::service(name)]),
            Test::Name(TextTest::Equals(name)) => {
                self.fingerprints.push(vec![fingerprint::name(name.as_bytes())]);
            }
            Test::Attribute(key, ValueTest::Equals(value)) => {
                self.fingerprints.push(Key::new(key).written(value));
            }
            Test::Attribute(key, _) => self.fingerprints.push(vec![Key::new(key).present()]),
            Test::Status(StatusCode::Error) => self.error = true,
            Test::Duration(order, nanos) => narrow(&mut self.duration, *order, *nanos),
            Test::Start(order, nanos) => narrow(&mut self.start, *order, *nanos),
            Test::Service(_) | Test::Name(_) | Test::Kind(_) | Test::Status(_) | Test::Anywhere(_) => {}
        }
    }
}

/// What stands so to `nanos`, and in the range. The range's end is not in it, but `Nanos::MAX` is nobody's time.
fn narrow(range: &mut Range<Nanos>, order: Order, nanos: Nanos) {
    let next = nanos.saturating_add(1);
    match order {
        Order::Less => range.end = range.end.min(nanos),
        Order::LessOrEqual => range.end = range.end.min(next),
        Order::Equal => *range = range.start.max(nanos)..range.end.min(next),
        Order::GreaterOrEqual => range.start = range.start.max(nanos),
        Order::Greater => range.start = range.start.max(next),
    }
}

/// What one of the parts that must all be true gives.
fn the<'a>(filter: &'a Filter, of: fn(&'a Test) -> Option<&'a str>) -> Option<&'a str> {
    match filter {
        Filter::All(all) => all.iter().find_map(|filter| the(filter, of)),
        Filter::Is(test) => of(test),
        Filter::Any(_) | Filter::Not(_) => None,
    }
}

fn service(test: &Test) -> Option<&str> {
    match test {
        Test::Service(TextTest::Equals(name)) => Some(name),
        _ => None,
    }
}

fn name(test: &Test) -> Option<&str> {
    match test {
        Test::Name(TextTest::Equals(name)) => Some(name),
        _ => None,
    }
}
