//! OpenTelemetry's metrics of an SDK, `otel.sdk.*`, of what the pipeline itself does; made where they are asked for.
//!
//! Each destination is an exporter behind a processor of its own. Metrics that leave are not counted: they would count
//! themselves.

use super::policy::Signal;
use super::queue::Standing;
use super::report::DropReason;
use super::shared::Shared;
use crate::record::{Attributes, HistogramPoint, Metric, MetricData, NumberPoint};
use crate::recorder;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

/// Upper bounds of the durations' buckets, in seconds.
const BOUNDS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// How long attempts took that ended alike.
#[derive(Clone, Debug, Default)]
struct Durations {
    buckets: [u64; BOUNDS.len() + 1],
    sum: f64,
    least: Option<f64>,
    most: Option<f64>,
}

/// How long one destination's attempts took, by what went wrong; "" is nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Operations(BTreeMap<&'static str, Durations>);

impl Operations {
    pub(super) fn add(&mut self, error: &'static str, took: Duration) {
        let seconds = took.as_secs_f64();
        let own = self.0.entry(error).or_default();
        // Upper bounds are inclusive.
        own.buckets[BOUNDS.partition_point(|bound| *bound < seconds)] += 1;
        own.sum += seconds;
        own.least = Some(own.least.map_or(seconds, |least| least.min(seconds)));
        own.most = Some(own.most.map_or(seconds, |most| most.max(seconds)));
    }
}

/// The metrics of one moment, gathered by instrument.
struct Gathered {
    start_ns: u64,
    time_ns: u64,
    metrics: BTreeMap<&'static str, Metric>,
}

fn attributes(pairs: &[(&'static str, &str)]) -> Attributes {
    let present = pairs.iter().filter(|(_, value)| !value.is_empty());
    present
        .map(|(key, value)| ((*key).into(), (*value).into()))
        .collect()
}

impl Gathered {
    fn add(
        &mut self,
        name: &'static str,
        unit: &'static str,
        own: fn(Vec<NumberPoint>) -> MetricData,
        value: u64,
        pairs: &[(&'static str, &str)],
    ) {
        let point = NumberPoint {
            attributes: attributes(pairs),
            start_ns: self.start_ns,
            time_ns: self.time_ns,
            value: value as f64,
        };
        let metric = self
            .metrics
            .entry(name)
            .or_insert_with(|| metric(name, unit, own(Vec::new())));
        if let MetricData::Sum(points) | MetricData::UpDown(points) = &mut metric.data {
            points.push(point);
        }
    }

    fn operations(&mut self, operations: &Operations, exporter: [(&'static str, &str); 2]) {
        const NAME: &str = "otel.sdk.exporter.operation.duration";
        for (error, own) in &operations.0 {
            let point = HistogramPoint {
                attributes: attributes(&[exporter[0], exporter[1], ("error.type", error)]),
                start_ns: self.start_ns,
                time_ns: self.time_ns,
                count: own.buckets.iter().sum(),
                sum: own.sum,
                min: own.least,
                max: own.most,
                bounds: BOUNDS.to_vec(),
                buckets: own.buckets.to_vec(),
            };
            let empty = || metric(NAME, "s", MetricData::Histogram(Vec::new()));
            let metric = self.metrics.entry(NAME).or_insert_with(empty);
            if let MetricData::Histogram(points) = &mut metric.data {
                points.push(point);
            }
        }
    }
}

fn metric(name: &'static str, unit: &'static str, data: MetricData) -> Metric {
    Metric {
        name: Cow::Borrowed(name),
        description: Cow::Borrowed(""),
        unit: Cow::Borrowed(unit),
        scope: Cow::Borrowed("spanwright"),
        data,
    }
}

/// The names of one signal's instruments.
struct Names {
    signal: Signal,
    unit: &'static str,
    processor: &'static str,
    size: &'static str,
    capacity: &'static str,
    processed: &'static str,
    in_flight: &'static str,
    exported: &'static str,
}

const NAMES: [Names; 2] = [
    Names {
        signal: Signal::Traces,
        unit: "{span}",
        processor: "batching_span_processor",
        size: "otel.sdk.processor.span.queue.size",
        capacity: "otel.sdk.processor.span.queue.capacity",
        processed: "otel.sdk.processor.span.processed",
        in_flight: "otel.sdk.exporter.span.inflight",
        exported: "otel.sdk.exporter.span.exported",
    },
    Names {
        signal: Signal::Logs,
        unit: "{log_record}",
        processor: "batching_log_processor",
        size: "otel.sdk.processor.log.queue.size",
        capacity: "otel.sdk.processor.log.queue.capacity",
        processed: "otel.sdk.processor.log.processed",
        in_flight: "otel.sdk.exporter.log.inflight",
        exported: "otel.sdk.exporter.log.exported",
    },
];

/// What was dropped, by reason, as `error.type` says it.
fn error_type(reason: DropReason) -> String {
    match reason {
        DropReason::AfterShutdown => "already_shutdown".to_owned(),
        other => other.as_str().replace(' ', "_"),
    }
}

/// All of them; sums count from `start_ns` on.
pub(super) fn metrics(shared: &Shared, start_ns: u64, time_ns: u64) -> Vec<Metric> {
    let mut out = Gathered {
        start_ns,
        time_ns,
        metrics: BTreeMap::new(),
    };
    let health = shared.health();
    let live = recorder::open_spans().len() as u64;
    let sampled = ("otel.span.sampling_result", "RECORD_AND_SAMPLE");
    let dropped = ("otel.span.sampling_result", "DROP");
    out.add(
        "otel.sdk.span.live",
        "{span}",
        MetricData::UpDown,
        live,
        &[sampled],
    );
    out.add(
        "otel.sdk.span.started",
        "{span}",
        MetricData::Sum,
        health.ended + live,
        &[sampled],
    );
    out.add(
        "otel.sdk.span.started",
        "{span}",
        MetricData::Sum,
        health.unsampled,
        &[dropped],
    );
    // What was lost before the destinations' queues is lost to each of them.
    let lost = |reason| health.dropped.get(&reason).copied().unwrap_or(0);
    for worker in shared.workers.get().into_iter().flatten() {
        let standing = worker.standing();
        for names in NAMES.iter().filter(|names| worker.takes(names.signal)) {
            let spans = names.signal == Signal::Traces;
            let before = if spans {
                [lost(DropReason::QueueFull), lost(DropReason::AfterShutdown)]
            } else {
                [0; 2]
            };
            let waiting = if spans { health.pending } else { 0 };
            one(&mut out, names, worker.name(), &standing, before, waiting);
        }
        let exporter = [
            ("otel.component.type", "spanwright::Destination"),
            ("otel.component.name", worker.name()),
        ];
        out.operations(&standing.operations, exporter);
    }
    out.metrics.into_values().collect()
}

/// One destination's, of one signal.
fn one(out: &mut Gathered, names: &Names, name: &str, standing: &Standing, before: [u64; 2], waiting: u64) {
    let account = standing.accounts[names.signal as usize];
    let fresh = standing.fresh[names.signal as usize];
    let processor_name = format!("{}/{name}", names.processor);
    let [kind, own] = [
        ("otel.component.type", names.processor),
        ("otel.component.name", processor_name.as_str()),
    ];
    out.add(
        names.size,
        names.unit,
        MetricData::UpDown,
        waiting + fresh,
        &[kind, own],
    );
    if let Some(capacity) = standing.capacity[names.signal as usize] {
        out.add(
            names.capacity,
            names.unit,
            MetricData::UpDown,
            capacity as u64,
            &[kind, own],
        );
    }
    let dropped = account.dropped_by_reason();
    let full = dropped.get(&DropReason::QueueFull).copied().unwrap_or(0);
    let processed = account.offered.saturating_sub(fresh + full);
    out.add(
        names.processed,
        names.unit,
        MetricData::Sum,
        processed,
        &[kind, own],
    );
    for (error, count) in [("queue_full", before[0] + full), ("already_shutdown", before[1])] {
        if count > 0 {
            out.add(
                names.processed,
                names.unit,
                MetricData::Sum,
                count,
                &[kind, own, ("error.type", error)],
            );
        }
    }
    let [kind, own] = [
        ("otel.component.type", "spanwright::Destination"),
        ("otel.component.name", name),
    ];
    let in_flight = account.pending.saturating_sub(fresh);
    out.add(
        names.in_flight,
        names.unit,
        MetricData::UpDown,
        in_flight,
        &[kind, own],
    );
    out.add(
        names.exported,
        names.unit,
        MetricData::Sum,
        account.exported,
        &[kind, own],
    );
    let failed = dropped
        .into_iter()
        .filter(|(reason, _)| *reason != DropReason::QueueFull);
    let failed = failed.map(|(reason, count)| (error_type(reason), count));
    for (error, count) in failed.chain([("rejected".to_owned(), account.rejected)]) {
        if count > 0 {
            out.add(
                names.exported,
                names.unit,
                MetricData::Sum,
                count,
                &[kind, own, ("error.type", error.as_str())],
            );
        }
    }
}
