//! What [`assert_trace!`](crate::assert_trace) compares with.

use super::tree;
use crate::record::SpanRecord;
use crate::value::Value;

/// A span that is expected, with those below it.
#[derive(Debug)]
pub struct Expected {
    name: &'static str,
    attributes: Vec<(&'static str, Value)>,
    children: Vec<Expected>,
}

impl Expected {
    /// A span of this name.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            children: Vec::new(),
        }
    }

    /// With this attribute.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.attributes.push((key, value.into()));
        self
    }

    /// With exactly these spans below it.
    #[must_use]
    pub fn above(mut self, children: Vec<Expected>) -> Self {
        self.children = children;
        self
    }

    fn differs(&self, spans: &[SpanRecord], span: &SpanRecord) -> Option<String> {
        if span.name != self.name {
            return Some(format!("expected span `{}`, found `{}`", self.name, span.name));
        }
        for (key, value) in &self.attributes {
            match span.attribute(key) {
                Some(found) if found == value => {}
                found => {
                    return Some(format!(
                        "`{}`: expected {key} = {value:?}, found {found:?}",
                        self.name
                    ));
                }
            }
        }
        differ(&self.children, spans, &tree::below(spans, Some(span)), self.name)
    }
}

fn differ(expected: &[Expected], spans: &[SpanRecord], found: &[&SpanRecord], place: &str) -> Option<String> {
    if expected.len() != found.len() {
        return Some(format!(
            "{place}: expected {} spans, found {}",
            expected.len(),
            found.len()
        ));
    }
    expected
        .iter()
        .zip(found)
        .find_map(|(expected, span)| expected.differs(spans, span))
}

/// Compares; see [`assert_trace!`](crate::assert_trace).
///
/// # Panics
/// Where the trees differ, with the difference and the tree that was found.
#[track_caller]
pub fn check(spans: &[SpanRecord], expected: &[Expected]) {
    if let Some(difference) = differ(expected, spans, &tree::below(spans, None), "roots") {
        panic!("{difference}\nfound:\n{}", tree::print(spans));
    }
}
