//! Metrics from ended spans: duration histograms of the sites that ask for them.
//!
//! Aggregated before any span is dropped by a hook. Spans that were never recorded are not measured.

use crate::record::{Attributes, HistogramPoint, Kind, Metric, MetricData, SpanRecord};
use crate::site::Domain;
use crate::value::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Seconds; OpenTelemetry's bounds for HTTP and RPC durations.
const GENERAL_BOUNDS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];
const DB_BOUNDS: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];
const GEN_AI_BOUNDS: &[f64] = &[
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const TOKEN_BOUNDS: &[f64] = &[
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];

/// Different attribute sets that one instrument keeps; the rest falls into one that says so.
const SERIES_BOUND: usize = 1000;

struct Instrument {
    name: &'static str,
    unit: &'static str,
    description: &'static str,
    bounds: &'static [f64],
    /// Span attributes that become the point's.
    keys: &'static [&'static str],
}

static SPAN_DURATION: Instrument = Instrument {
    name: "spanwright.span.duration",
    unit: "s",
    description: "Duration of the function",
    bounds: GENERAL_BOUNDS,
    keys: &["error.type"],
};

static DB_DURATION: Instrument = Instrument {
    name: "db.client.operation.duration",
    unit: "s",
    description: "Duration of database client operations",
    bounds: DB_BOUNDS,
    keys: &[
        "db.system.name",
        "db.collection.name",
        "db.namespace",
        "db.operation.name",
        "db.query.summary",
        "db.response.status_code",
        "error.type",
        "server.address",
        "server.port",
    ],
};

const GEN_AI_KEYS: &[&str] = &[
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "error.type",
    "server.address",
    "server.port",
];

static GEN_AI_DURATION: Instrument = Instrument {
    name: "gen_ai.client.operation.duration",
    unit: "s",
    description: "GenAI operation duration",
    bounds: GEN_AI_BOUNDS,
    keys: GEN_AI_KEYS,
};

static GEN_AI_TOKENS: Instrument = Instrument {
    name: "gen_ai.client.token.usage",
    unit: "{token}",
    description: "Number of input and output tokens used",
    bounds: TOKEN_BOUNDS,
    keys: GEN_AI_KEYS,
};

#[derive(Debug)]
struct Histogram {
    attributes: Attributes,
    start_ns: u64,
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
    buckets: Vec<u64>,
}

/// All histograms of the process, by instrument and attributes.
#[derive(Debug, Default)]
pub(super) struct Aggregate {
    series: BTreeMap<&'static str, (InstrumentRef, BTreeMap<String, Histogram>)>,
}

#[derive(Clone, Copy)]
struct InstrumentRef(&'static Instrument);

impl std::fmt::Debug for InstrumentRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.name)
    }
}

impl Aggregate {
    /// Measures an ended span, if its site asks for it.
    pub(super) fn span(&mut self, span: &SpanRecord) {
        let Some(site) = span.site.filter(|site| site.has_metrics()) else {
            return;
        };
        let seconds = span.duration().as_secs_f64();
        match site.span_domain() {
            Domain::Llm => {
                self.measure(&GEN_AI_DURATION, span, seconds, None);
                for (key, kind) in [
                    ("gen_ai.usage.input_tokens", "input"),
                    ("gen_ai.usage.output_tokens", "output"),
                ] {
                    if let Some(tokens) = span.attribute(key).and_then(Value::as_int) {
                        self.measure(
                            &GEN_AI_TOKENS,
                            span,
                            tokens as f64,
                            Some(("gen_ai.token.type", kind)),
                        );
                    }
                }
            }
            Domain::Db => self.measure(&DB_DURATION, span, seconds, None),
            Domain::Tool | Domain::Function => {
                self.measure(
                    &SPAN_DURATION,
                    span,
                    seconds,
                    Some(("spanwright.outcome", span.outcome.as_str())),
                );
            }
        }
    }

    fn measure(
        &mut self,
        instrument: &'static Instrument,
        span: &SpanRecord,
        value: f64,
        extra: Option<(&'static str, &str)>,
    ) {
        let mut attributes = Attributes::new();
        if instrument.name == SPAN_DURATION.name {
            attributes.push((
                "spanwright.span.name".into(),
                span.name.clone().into_owned().into(),
            ));
            if span.kind != Kind::Internal {
                attributes.push(("spanwright.span.kind".into(), span.kind.as_str().into()));
            }
        }
        for key in instrument.keys {
            if let Some(value) = span.attribute(key) {
                attributes.push(((*key).into(), value.clone()));
            }
        }
        attributes.extend(extra.map(|(key, value)| (key.into(), value.into())));
        let (_, series) = self
            .series
            .entry(instrument.name)
            .or_insert_with(|| (InstrumentRef(instrument), BTreeMap::new()));
        let mut identity = format!("{attributes:?}");
        if series.len() >= SERIES_BOUND && !series.contains_key(&identity) {
            attributes = vec![("otel.metric.overflow".into(), Value::Bool(true))];
            identity = format!("{attributes:?}");
        }
        let histogram = series.entry(identity).or_insert_with(|| Histogram {
            attributes,
            start_ns: span.start_ns,
            count: 0,
            sum: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            buckets: vec![0; instrument.bounds.len() + 1],
        });
        histogram.add(value, instrument.bounds);
    }

    /// All histograms as they stand; empty where nothing was measured.
    pub(super) fn metrics(&self, time_ns: u64) -> Vec<Metric> {
        self.series
            .values()
            .map(|(InstrumentRef(instrument), series)| Metric {
                name: Cow::Borrowed(instrument.name),
                description: Cow::Borrowed(instrument.description),
                unit: Cow::Borrowed(instrument.unit),
                scope: Cow::Borrowed("spanwright"),
                data: MetricData::Histogram(
                    series
                        .values()
                        .map(|histogram| histogram.point(instrument.bounds, time_ns))
                        .collect(),
                ),
            })
            .collect()
    }
}

impl Histogram {
    fn add(&mut self, value: f64, bounds: &[f64]) {
        self.count += 1;
        self.sum += value;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        // Upper bounds are inclusive.
        self.buckets[bounds.partition_point(|bound| *bound < value)] += 1;
    }

    fn point(&self, bounds: &[f64], time_ns: u64) -> HistogramPoint {
        HistogramPoint {
            attributes: self.attributes.clone(),
            start_ns: self.start_ns,
            time_ns,
            count: self.count,
            sum: self.sum,
            min: Some(self.min),
            max: Some(self.max),
            bounds: bounds.to_vec(),
            buckets: self.buckets.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_inclusive_above() {
        let mut histogram = Histogram {
            attributes: Vec::new(),
            start_ns: 0,
            count: 0,
            sum: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            buckets: vec![0; 3],
        };
        for value in [0.5, 1.0, 1.5, 2.0, 9.0] {
            histogram.add(value, &[1.0, 2.0]);
        }
        assert_eq!(histogram.buckets, [2, 2, 1]);
        assert_eq!((histogram.count, histogram.min, histogram.max), (5, 0.5, 9.0));
    }
}
