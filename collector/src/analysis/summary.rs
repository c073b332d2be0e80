//! A trace in a few numbers.

use std::collections::BTreeMap;

use super::parents::{Origin, parents};
use crate::model::{Nanos, Trace};

/// A trace in a few numbers. Times are the senders' own, as no clock is better than another here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The root, the first of several; none has arrived where there is none.
    pub root: Option<Root>,
    /// The first start.
    pub start: Nanos,
    /// The last end.
    pub end: Nanos,
    /// How many spans.
    pub spans: usize,
    /// How many of them have an error.
    pub errors: usize,
    /// How many name a parent that is not here.
    pub orphans: usize,
    /// The services, sorted by name.
    pub services: Vec<ServiceCount>,
}

/// The span that a trace began with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Its place in the trace.
    pub span: usize,
    /// Its service.
    pub service: String,
    /// Its name.
    pub operation: String,
}

/// A service's part of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceCount {
    /// Its name.
    pub name: String,
    /// How many spans it has.
    pub spans: usize,
    /// How many of them have an error.
    pub errors: usize,
}

impl Summary {
    /// The summary of a trace.
    #[must_use]
    pub fn new(trace: &Trace) -> Self {
        let origins = parents(&trace.spans);
        let is = |origin| {
            let origins = &origins;
            move |at: &usize| origins[*at].1 == origin
        };
        let root = (0..origins.len())
            .filter(is(Origin::Root))
            .min_by_key(|at| (trace.spans[*at].start, trace.spans[*at].span_id))
            .map(|span| Root {
                span,
                service: trace.spans[span].service().to_owned(),
                operation: trace.spans[span].name.clone(),
            });
        let mut services: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for span in &trace.spans {
            let (spans, errors) = services.entry(span.service()).or_default();
            *spans += 1;
            *errors += usize::from(span.is_error());
        }
        Self {
            root,
            start: trace.spans.iter().map(|span| span.start).min().unwrap_or(0),
            end: trace
                .spans
                .iter()
                .map(|span| span.end.max(span.start))
                .max()
                .unwrap_or(0),
            spans: trace.spans.len(),
            errors: trace.spans.iter().filter(|span| span.is_error()).count(),
            orphans: (0..origins.len()).filter(is(Origin::Orphan)).count(),
            services: services
                .into_iter()
                .map(|(name, (spans, errors))| ServiceCount {
                    name: name.to_owned(),
                    spans,
                    errors,
                })
                .collect(),
        }
    }

    /// From the first start to the last end.
    #[must_use]
    pub fn duration(&self) -> Nanos {
        self.end - self.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::{sketch, trace};
    use crate::model::StatusCode;

    #[test]
    fn it_counts_spans_errors_orphans_and_services() {
        let mut trace = trace(&[
            sketch(1, 0, 10..100).service("shop"),
            sketch(2, 1, 20..130).service("stock"),
            sketch(3, 9, 5..7).service("stock"),
            sketch(4, 0, 8..9).service("shop"),
        ]);
        trace.spans[1].status.code = StatusCode::Error;
        trace.spans[2].end = 1;
        let summary = Summary::new(&trace);
        let root = summary.root.expect("a root");
        assert_eq!(
            (root.span, root.service.as_str(), root.operation.as_str()),
            (3, "shop", "span 4")
        );
        assert_eq!((summary.start, summary.end), (5, 130));
        assert_eq!((summary.spans, summary.errors, summary.orphans), (4, 1, 1));
        let service = |name: &str, spans, errors| ServiceCount {
            name: name.to_owned(),
            spans,
            errors,
        };
        assert_eq!(summary.services, [service("shop", 2, 0), service("stock", 2, 1)]);
    }

    #[test]
    fn a_trace_whose_root_has_not_come_has_none() {
        assert_eq!(Summary::new(&trace(&[sketch(2, 1, 0..1)])).root, None);
        assert_eq!(Summary::new(&trace(&[])).duration(), 0);
    }
}
