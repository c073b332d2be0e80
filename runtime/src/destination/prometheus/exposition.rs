//! The newest points of each metric, as the text that a scrape gets.

use super::names::{family, labels};
use crate::destination::Batch;
use crate::record::{HistogramPoint, Metric, MetricData, NumberPoint, Resource};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// What was delivered last.
#[derive(Debug, Default)]
pub(super) struct Exposition {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    resource: Arc<Resource>,
    /// By name and scope.
    metrics: BTreeMap<(String, String), Metric>,
}

/// A metric's type in OpenMetrics.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    fn of(data: &MetricData) -> Self {
        match data {
            MetricData::Sum(_) => Self::Counter,
            MetricData::UpDown(_) | MetricData::Gauge(_) => Self::Gauge,
            MetricData::Histogram(_) => Self::Histogram,
        }
    }

    fn metric_type(self) -> MetricType {
        match self {
            Self::Counter => MetricType::Counter,
            Self::Gauge => MetricType::Gauge,
            Self::Histogram => MetricType::Histogram,
        }
    }
}

impl Exposition {
    /// Keeps the metrics of a batch in place of what they were before.
    pub(super) fn keep(&self, batch: &Batch) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.resource = Arc::clone(&batch.resource);
        for metric in &batch.metrics {
            let key = (metric.name.to_string(), metric.scope.to_string());
            held.metrics.insert(key, metric.clone());
        }
    }

    /// OpenMetrics' text (1.0), with its end.
    pub(super) fn text(self: &Arc<Self>) -> Result<String, fmt::Error> {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Arc::clone(self)));
        let mut out = String::new();
        text::encode(&mut out, &registry)?;
        Ok(out)
    }
}

impl Collector for Exposition {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if !held.metrics.is_empty() {
            let info = labels("", held.resource.attributes());
            encoder
                .encode_descriptor("target", "What sends these metrics.", None, MetricType::Info)?
                .encode_info(&info)?;
        }
        // Metrics of several scopes may have one name, and names may become one.
        let mut families: BTreeMap<String, Vec<&Metric>> = BTreeMap::new();
        for metric in held.metrics.values() {
            let is_sum = Kind::of(&metric.data) == Kind::Counter;
            let name = family(&metric.name, &metric.unit, is_sum);
            families.entry(name).or_default().push(metric);
        }
        for (name, metrics) in families {
            write_family(&mut encoder, &name, &metrics)?;
        }
        Ok(())
    }
}

/// A family has one type: that of its first metric. The others are left out.
fn write_family(encoder: &mut DescriptorEncoder<'_>, name: &str, metrics: &[&Metric]) -> fmt::Result {
    let Some(first) = metrics.first() else {
        return Ok(());
    };
    let kind = Kind::of(&first.data);
    let help = first.description.replace(['\n', '\\'], " ");
    let mut encoder = encoder.encode_descriptor(name, &help, None, kind.metric_type())?;
    for metric in metrics.iter().filter(|metric| Kind::of(&metric.data) == kind) {
        match &metric.data {
            MetricData::Sum(points) => {
                for point in points {
                    write_number(&mut encoder, &metric.scope, point, |encoder, value| {
                        encoder.encode_counter::<NoLabelSet, _, u64>(&value, None)
                    })?;
                }
            }
            MetricData::UpDown(points) | MetricData::Gauge(points) => {
                for point in points {
                    write_number(&mut encoder, &metric.scope, point, |encoder, value| {
                        encoder.encode_gauge(&value)
                    })?;
                }
            }
            MetricData::Histogram(points) => {
                for point in points {
                    write_histogram(&mut encoder, &metric.scope, point)?;
                }
            }
        }
    }
    Ok(())
}

fn write_number(
    encoder: &mut MetricEncoder<'_>,
    scope: &str,
    point: &NumberPoint,
    write: impl Fn(&mut MetricEncoder<'_>, f64) -> fmt::Result,
) -> fmt::Result {
    let labels = labels(scope, &point.attributes);
    write(&mut encoder.encode_family(&labels)?, point.value)
}

fn write_histogram(encoder: &mut MetricEncoder<'_>, scope: &str, point: &HistogramPoint) -> fmt::Result {
    let labels = labels(scope, &point.attributes);
    let bounds = point.bounds.iter().copied().chain([f64::INFINITY]);
    let buckets: Vec<(f64, u64)> = bounds.zip(point.buckets.iter().copied()).collect();
    encoder
        .encode_family(&labels)?
        .encode_histogram::<NoLabelSet>(point.sum, point.count, &buckets, None)
}
