//! Configuration from the environment: variables go in, [`Settings`] and a list of [`Problem`]s come out.
//!
//! `docs/environment.md` is the table of all of them. What the builder says goes before what is read here,
//! and nothing here fails: a value that cannot be used is reported and the default holds.

mod batching;
mod env;
mod exporters;
mod jaeger;
mod legacy;
mod limits;
mod names;
mod otlp;
mod pairs;
mod resource;
mod sampling;
mod semantics;
mod spool;
mod prometheus;
mod zipkin;

pub(crate) use batching::{BATCH_BYTES, Batching, MetricTiming};
pub(crate) use env::{Problem, Source};
pub(crate) use exporters::{Exporter, SignalSettings};
pub(crate) use jaeger::{JaegerSettings, JaegerTarget};
pub(crate) use otlp::{Compression, Protocol, Signal};
pub(crate) use prometheus::PrometheusSettings;
pub(crate) use resource::{GivenService, ProcessFacts, ResourceSettings};
pub(crate) use semantics::{Content, ExceptionSignal, Semantics};
#[cfg(feature = "spool-encryption")]
pub(crate) use spool::KEYS as SPOOL_KEYS;
pub(crate) use spool::SpoolSettings;
pub(crate) use zipkin::ZipkinSettings;

use crate::limits::Limits;
use crate::propagate::Propagators;
use crate::redact::{HASH_KEY_VARIABLE, HashKey};
use crate::sampler::Sampler;
use crate::site::{Filter, FilterError};
use env::{Env, list, one_of};

/// How much Spanwright says about itself (`OTEL_LOG_LEVEL`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LogLevel {
    None,
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

/// Everything the environment says, with our defaults where it says nothing.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Nothing is recorded; context is still propagated.
    pub(crate) disabled: bool,
    pub(crate) log_level: LogLevel,
    /// The names of `OTEL_PROPAGATORS` in lower case; `None` where it is unset.
    pub(crate) propagators: Option<Propagators>,
    pub(crate) resource: ResourceSettings,
    /// `None` where no variable asks for a sampler.
    pub(crate) sampler: Option<Sampler>,
    pub(crate) limits: Limits,
    pub(crate) traces: SignalSettings,
    pub(crate) logs: SignalSettings,
    pub(crate) metrics: SignalSettings,
    /// Where Jaeger is, if something asks for it and it can be sent to.
    pub(crate) jaeger: Option<JaegerSettings>,
    pub(crate) zipkin: ZipkinSettings,
    pub(crate) prometheus: PrometheusSettings,
    pub(crate) span_batches: Batching,
    pub(crate) log_batches: Batching,
    pub(crate) metric_timing: MetricTiming,
    /// Bytes that all records in the process may take.
    pub(crate) queue_bytes: usize,
    /// A batch is given up after so many attempts; `None` leaves it to the time.
    pub(crate) attempts: Option<u32>,
    /// Names of destinations that are switched off.
    pub(crate) disabled_destinations: Vec<String>,
    /// Whether OpenTelemetry's metrics of an SDK are made.
    pub(crate) self_metrics: bool,
    pub(crate) spool: SpoolSettings,
    pub(crate) semantics: Semantics,
    /// Which sites record.
    pub(crate) trace_filter: Option<Filter>,
    /// What was wrong, and what to know; each once.
    pub(crate) problems: Vec<Problem>,
}

impl Settings {
    /// Reads the process's environment, and looks for names that mean nothing.
    pub(crate) fn from_process() -> Self {
        let mut settings = Self::read(&|name: &str| std::env::var_os(name));
        let all = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        settings.problems.extend(names::unknown(all));
        settings
    }

    /// Reads variables from anywhere.
    pub(crate) fn read(source: &Source<'_>) -> Self {
        let mut env = Env::new(source);
        let exporters = exporters::read(&mut env);
        let [traces, logs, metrics] = exporters.signals;
        legacy::without_effect(&mut env);
        fixed_metrics(&mut env);
        hash_key(&mut env);
        Self {
            disabled: disabled(&mut env),
            log_level: log_level(&mut env),
            propagators: propagators(&mut env),
            resource: ResourceSettings::read(&mut env),
            sampler: sampling::read(&mut env),
            limits: limits::read(&mut env),
            traces,
            logs,
            metrics,
            jaeger: exporters.jaeger,
            zipkin: exporters.zipkin,
            prometheus: exporters.prometheus,
            span_batches: Batching::read(&mut env, "OTEL_BSP"),
            log_batches: Batching::read(&mut env, "OTEL_BLRP"),
            metric_timing: MetricTiming::read(&mut env),
            queue_bytes: batching::queue_bytes(&mut env),
            attempts: batching::attempts(&mut env),
            disabled_destinations: env
                .text("SPANWRIGHT_DISABLED_DESTINATIONS")
                .map(|text| list(&text).map(str::to_owned).collect())
                .unwrap_or_default(),
            self_metrics: env.boolean("SPANWRIGHT_SELF_METRICS").unwrap_or(false),
            spool: SpoolSettings::read(&mut env),
            semantics: Semantics::read(&mut env),
            trace_filter: env.parsed("SPANWRIGHT_TRACE", "what the program sets", |text| {
                text.parse().map_err(|error: FilterError| error.to_string())
            }),
            problems: env.into_problems(),
        }
    }

    /// What the variables say about one signal.
    pub(crate) fn signal(&self, signal: Signal) -> &SignalSettings {
        match signal {
            Signal::Traces => &self.traces,
            Signal::Logs => &self.logs,
            Signal::Metrics => &self.metrics,
        }
    }
}

/// The standard name goes before the older one.
fn disabled(env: &mut Env<'_>) -> bool {
    env.boolean("OTEL_SDK_DISABLED")
        .or_else(|| legacy::enabled(env).map(|enabled| !enabled))
        .unwrap_or(false)
}

/// A name that is none is left out, and told.
fn propagators(env: &mut Env<'_>) -> Option<Propagators> {
    const NAME: &str = "OTEL_PROPAGATORS";
    let (propagators, errors) = Propagators::parse(&env.text(NAME)?.to_ascii_lowercase());
    for error in errors {
        env.refuse(NAME, format!("{error}; it is left out"));
    }
    Some(propagators)
}

fn log_level(env: &mut Env<'_>) -> LogLevel {
    let names = [
        ("none", LogLevel::None),
        ("off", LogLevel::None),
        ("error", LogLevel::Error),
        ("warn", LogLevel::Warn),
        ("info", LogLevel::Info),
        ("debug", LogLevel::Debug),
        ("trace", LogLevel::Trace),
    ];
    env.parsed("OTEL_LOG_LEVEL", "info", |text| one_of(text, &names))
        .unwrap_or_default()
}

/// The key itself is read where it is used; a bad one is told here, and never shown.
fn hash_key(env: &mut Env<'_>) {
    env.parsed(HASH_KEY_VARIABLE, "a random key", |text| {
        let key = HashKey::parse(text).map(|_| ());
        key.ok_or_else(|| {
            "the key is not 32 hexadecimal digits, as `openssl rand -hex 16` prints them".to_owned()
        })
    });
}

/// Metrics have one shape here; asking for another is told.
fn fixed_metrics(env: &mut Env<'_>) {
    for (option, only) in [
        ("TEMPORALITY_PREFERENCE", "cumulative"),
        ("DEFAULT_HISTOGRAM_AGGREGATION", "explicit_bucket_histogram"),
    ] {
        let name = format!("OTEL_EXPORTER_OTLP_METRICS_{option}");
        env.parsed(&name, only, |text| {
            one_of(text, &[(only, ())]).map_err(|_| format!("{} is not supported", env::quoted(text)))
        });
    }
}

#[cfg(test)]
mod tests;
