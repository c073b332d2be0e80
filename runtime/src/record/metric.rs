//! An aggregated metric.

use super::Attributes;
use std::borrow::Cow;

/// A metric with its points, cumulative since `start_ns` of each point.
#[derive(Clone, Debug)]
pub struct Metric {
    /// The instrument's name, such as `db.client.operation.duration`.
    pub name: Cow<'static, str>,
    /// What it measures.
    pub description: Cow<'static, str>,
    /// The unit in UCUM, such as `s` or `{token}`.
    pub unit: Cow<'static, str>,
    /// The instrumentation scope.
    pub scope: Cow<'static, str>,
    /// The points.
    pub data: MetricData,
}

/// A metric's points by instrument.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum MetricData {
    /// A monotonic cumulative sum.
    Sum(Vec<NumberPoint>),
    /// A cumulative sum that also falls, such as the length of a queue.
    UpDown(Vec<NumberPoint>),
    /// A last value.
    Gauge(Vec<NumberPoint>),
    /// A cumulative histogram with explicit bounds.
    Histogram(Vec<HistogramPoint>),
}

/// One number with its attributes.
#[derive(Clone, Debug)]
pub struct NumberPoint {
    /// The attributes that tell this point from others.
    pub attributes: Attributes,
    /// Since when the sum counts, in nanoseconds since the Unix epoch.
    pub start_ns: u64,
    /// When it was read.
    pub time_ns: u64,
    /// The value.
    pub value: f64,
}

/// One histogram with its attributes.
#[derive(Clone, Debug)]
pub struct HistogramPoint {
    /// The attributes that tell this point from others.
    pub attributes: Attributes,
    /// Since when it counts, in nanoseconds since the Unix epoch.
    pub start_ns: u64,
    /// When it was read.
    pub time_ns: u64,
    /// How many values.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The least value, if any.
    pub min: Option<f64>,
    /// The greatest value, if any.
    pub max: Option<f64>,
    /// Upper bounds of the buckets but the last, rising.
    pub bounds: Vec<f64>,
    /// Counts: one more than there are bounds.
    pub buckets: Vec<u64>,
}

impl Metric {
    pub(crate) fn bytes(&self) -> usize {
        let points = match &self.data {
            MetricData::Sum(points) | MetricData::UpDown(points) | MetricData::Gauge(points) => points
                .iter()
                .map(|p| size_of::<NumberPoint>() + super::attributes_bytes(&p.attributes))
                .sum::<usize>(),
            MetricData::Histogram(points) => points
                .iter()
                .map(|p| {
                    size_of::<HistogramPoint>()
                        + super::attributes_bytes(&p.attributes)
                        + p.bounds.len() * 16
                        + 8
                })
                .sum(),
        };
        size_of::<Self>() + points
    }
}
