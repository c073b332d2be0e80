//! Rates, errors and durations over time.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::{Kind, Nanos, Span};

/// A question for rates, errors and durations.
#[derive(Debug, Clone, PartialEq)]
pub struct RedQuery {
    /// Of these services.
    pub services: Vec<String>,
    /// Of spans of these kinds; of all where there is none.
    pub kinds: Vec<Kind>,
    /// A series for each operation, and not for each service.
    pub by_operation: bool,
    /// There is a point at the start, and after each step as long as the end is not passed.
    pub time: Range<Nanos>,
    /// From point to point; not 0.
    pub step: Nanos,
    /// A point is about the spans that began in so much time before it. A store that counts by the minute may be wrong
    /// by a minute at either end.
    pub window: Nanos,
    /// Which part of the spans is not slower than a point's [`RedPoint::duration`]: 0.5 for the median.
    pub quantile: f64,
}

/// The points of a service, or of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct RedSeries {
    /// The service.
    pub service: String,
    /// The operation, where the question was for each.
    pub operation: Option<String>,
    /// Those with calls, in the order of their time.
    pub points: Vec<RedPoint>,
}

/// What happened in the time before a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedPoint {
    /// The moment.
    pub time: Nanos,
    /// How many spans began.
    pub calls: u64,
    /// How many of them have an error.
    pub errors: u64,
    /// The duration that was asked for. A store that counts durations in classes may be wrong by 7 %.
    pub duration: Nanos,
}

impl RedQuery {
    /// The moments of the points.
    pub fn moments(&self) -> impl Iterator<Item = Nanos> {
        let end = self.time.end;
        let next = move |time: &Nanos| time.checked_add(self.step.max(1)).filter(|time| *time <= end);
        std::iter::successors((self.time.start <= end).then_some(self.time.start), next)
    }

    /// What is true of these spans, counted span by span: the meaning of the question. A store's faster ways give the
    /// same, but for what is said at the fields.
    #[must_use]
    pub fn count<'a>(&self, spans: impl IntoIterator<Item = &'a Span>) -> Vec<RedSeries> {
        let mut series: BTreeMap<(&str, Option<&str>), Vec<&Span>> = BTreeMap::new();
        for span in spans {
            let asked = self.services.iter().any(|service| service == span.service())
                && (self.kinds.is_empty() || self.kinds.contains(&span.kind));
            if asked {
                let operation = self.by_operation.then_some(span.name.as_str());
                series.entry((span.service(), operation)).or_default().push(span);
            }
        }
        let series = series.into_iter().map(|((service, operation), spans)| RedSeries {
            service: service.to_owned(),
            operation: operation.map(str::to_owned),
            points: self
                .moments()
                .filter_map(|time| self.point(time, &spans))
                .collect(),
        });
        series.filter(|series| !series.points.is_empty()).collect()
    }

    fn point(&self, time: Nanos, spans: &[&Span]) -> Option<RedPoint> {
        let window = time.saturating_sub(self.window)..time;
        let spans: Vec<&Span> = spans
            .iter()
            .copied()
            .filter(|span| window.contains(&span.start))
            .collect();
        let mut durations: Vec<Nanos> = spans.iter().map(|span| span.duration()).collect();
        durations.sort_unstable();
        let rank = (durations.len() as f64 * self.quantile.clamp(0.0, 1.0)).ceil() as usize;
        Some(RedPoint {
            time,
            calls: spans.len() as u64,
            errors: spans.iter().filter(|span| span.is_error()).count() as u64,
            duration: *durations.get(rank.saturating_sub(1))?,
        })
    }
}
