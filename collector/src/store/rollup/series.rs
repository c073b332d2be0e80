//! Rates, errors and durations over time, from what was counted by the minute.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Counts, MINUTE, OperationMinute};
use crate::model::Kind;
use crate::store::{RedPoint, RedQuery, RedSeries};

/// The minutes that a question is about.
pub(in crate::store) fn minutes(query: &RedQuery) -> Range<u64> {
    let first = query.time.start.saturating_sub(query.window) / MINUTE;
    first..query.time.end.div_ceil(MINUTE).max(first)
}

/// The answer, from the counts of these minutes. One operation may be counted in several places.
pub(in crate::store) fn series(
    query: &RedQuery,
    counted: impl IntoIterator<Item = (OperationMinute, Counts)>,
) -> Vec<RedSeries> {
    let mut series: BTreeMap<(String, Option<String>), BTreeMap<u64, Counts>> = BTreeMap::new();
    for (key, counts) in counted {
        let kind = Kind::from_otlp(u64::from(key.kind));
        let asked =
            query.services.contains(&key.service) && (query.kinds.is_empty() || query.kinds.contains(&kind));
        if asked {
            let operation = query.by_operation.then_some(key.name);
            let minutes = series.entry((key.service, operation)).or_default();
            minutes.entry(key.minute).or_default().merge(&counts);
        }
    }
    let series = series
        .into_iter()
        .map(|((service, operation), minutes)| RedSeries {
            service,
            operation,
            points: points(query, &minutes),
        });
    series.filter(|series| !series.points.is_empty()).collect()
}

fn points(query: &RedQuery, counted: &BTreeMap<u64, Counts>) -> Vec<RedPoint> {
    let mut points = Vec::new();
    // Points that are near each other are about the same minutes.
    let mut last: Option<(Range<u64>, Counts)> = None;
    for time in query.moments() {
        let first = time.saturating_sub(query.window).div_ceil(MINUTE);
        let minutes = first..time.div_ceil(MINUTE).max(first);
        let counts = match &last {
            Some((of, counts)) if *of == minutes => counts,
            _ => {
                let mut sum = Counts::default();
                counted
                    .range(minutes.clone())
                    .for_each(|(_, counts)| sum.merge(counts));
                &last.insert((minutes, sum)).1
            }
        };
        if counts.calls > 0 {
            points.push(RedPoint {
                time,
                calls: counts.calls,
                errors: counts.errors,
                duration: counts.durations.quantile(query.quantile),
            });
        }
    }
    points
}
