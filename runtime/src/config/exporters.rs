//! `OTEL_TRACES_EXPORTER`, `OTEL_LOGS_EXPORTER`, `OTEL_METRICS_EXPORTER`: where each signal goes.

use super::env::{Env, list, quoted};
use super::jaeger::{self, Asked, Built, JaegerSettings};
use super::otlp::{EndpointFrom, OtlpSettings, Signal, endpoint_variable};
use super::prometheus::PrometheusSettings;
use super::zipkin::{self, ZipkinSettings};

/// An exporter that a variable can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exporter {
    Otlp,
    Console,
    /// For traces alone.
    Zipkin,
    /// For traces alone.
    Jaeger,
    /// For metrics alone.
    Prometheus,
}

/// What each signal's variables say, in the order of [`Signal::ALL`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignalSettings {
    /// The exporters that are named; empty for `none`; absent where nothing asks for one.
    pub(crate) exporters: Option<Vec<Exporter>>,
    pub(crate) otlp: OtlpSettings,
}

/// What the variables of all exporters say together.
pub(super) struct Exporters {
    pub(super) signals: [SignalSettings; 3],
    pub(super) jaeger: Option<JaegerSettings>,
    pub(super) zipkin: ZipkinSettings,
    pub(super) prometheus: PrometheusSettings,
}

const TRACES: &str = "OTEL_TRACES_EXPORTER";
const ALIAS: &str = "OTEL_EXPORTER_TYPE";

/// Reads all. An endpoint asks for its exporter by itself: a signal's own of OTLP always, the others where no exporter
/// is named.
pub(super) fn read(env: &mut Env<'_>) -> Exporters {
    let mut signals = Signal::ALL.map(|signal| SignalSettings {
        exporters: named(env, signal),
        otlp: OtlpSettings::read(env, signal),
    });
    let traces_named = signals[0].exporters.is_some();
    let none_named = signals.iter().all(|signal| signal.exporters.is_none());
    for signal in &mut signals {
        let asked = match signal.otlp.endpoint_from {
            Some(EndpointFrom::Signal) => true,
            Some(EndpointFrom::General) => none_named,
            None => false,
        };
        if asked && signal.exporters.is_none() {
            signal.exporters = Some(vec![Exporter::Otlp]);
        }
    }
    let traces = &mut signals[0];
    let jaeger = jaeger(env, traces, traces_named);
    let zipkin = zipkin(env, traces, traces_named);
    let metrics = signals[2].exporters.as_deref().unwrap_or_default();
    let prometheus = PrometheusSettings::read(env, metrics.contains(&Exporter::Prometheus));
    Exporters {
        signals,
        jaeger,
        zipkin,
        prometheus,
    }
}

/// Of all variables that name a Jaeger, one is taken: OTLP's own go first.
fn jaeger(env: &mut Env<'_>, traces: &mut SignalSettings, is_named: bool) -> Option<JaegerSettings> {
    let exporters = traces.exporters.as_deref().unwrap_or_default();
    let has = |exporter| exporters.contains(&exporter);
    let otlp_from = traces.otlp.endpoint_from.map(|from| endpoint_variable(env, from));
    let by = if env.is_set(TRACES) { TRACES } else { ALIAS };
    let other = format!("{by} does not name jaeger");
    let beside = format!("{} names where spans go", otlp_from.unwrap_or_default());
    let asked = match (has(Exporter::Jaeger), has(Exporter::Otlp), otlp_from) {
        (true, false, Some(variable)) => Asked::AsOtlp(variable),
        (true, false, None) => Asked::Named,
        (true, true, _) => Asked::BesideOtlp(by),
        (false, _, _) if is_named => Asked::No(&other),
        (false, true, _) => Asked::No(&beside),
        (false, false, _) => Asked::ByVariables,
    };
    let settings = jaeger::read(env, asked, Built::HERE);
    if settings.is_some() && !has(Exporter::Jaeger) {
        traces.exporters.get_or_insert_default().push(Exporter::Jaeger);
    }
    settings
}

fn zipkin(env: &mut Env<'_>, traces: &mut SignalSettings, is_named: bool) -> ZipkinSettings {
    let settings = ZipkinSettings::read(env);
    let exporters = traces.exporters.as_deref().unwrap_or_default();
    if settings.is_named && !exporters.contains(&Exporter::Zipkin) {
        if is_named {
            let by = if env.is_set(TRACES) { TRACES } else { ALIAS };
            env.note(
                zipkin::ENDPOINT,
                format!("has no effect: {by} does not name zipkin"),
            );
        } else if Built::HERE.otlp {
            traces.exporters.get_or_insert_default().push(Exporter::Zipkin);
        } else {
            let message =
                "has no effect: this program was built without spanwright's feature `otlp`, which has Zipkin";
            env.refuse(zipkin::ENDPOINT, message);
        }
    }
    settings
}

fn named(env: &mut Env<'_>, signal: Signal) -> Option<Vec<Exporter>> {
    let variable = format!("OTEL_{}_EXPORTER", signal.name());
    if let Some(text) = env.text(&variable) {
        return parse(env, &variable, &text, signal);
    }
    if signal != Signal::Traces {
        return None;
    }
    let text = env.text(ALIAS)?;
    env.note(ALIAS, "read as OTEL_TRACES_EXPORTER, which is its name now");
    parse(env, ALIAS, &text, signal)
}

/// The known names of the list, each once. `None` where none is known: as if the variable were unset.
fn parse(env: &mut Env<'_>, variable: &str, text: &str, signal: Signal) -> Option<Vec<Exporter>> {
    let mut exporters = Vec::new();
    let mut none = false;
    for name in list(text) {
        let exporter = match name.to_ascii_lowercase().as_str() {
            "otlp" => Exporter::Otlp,
            "console" => Exporter::Console,
            "zipkin" if signal == Signal::Traces => Exporter::Zipkin,
            "jaeger" if signal == Signal::Traces => Exporter::Jaeger,
            "none" => {
                none = true;
                continue;
            }
            "prometheus" if signal == Signal::Metrics => Exporter::Prometheus,
            "prometheus" => {
                let message = format!("{} takes metrics alone; it is left out", quoted(name));
                env.refuse(variable, message);
                continue;
            }
            "zipkin" | "jaeger" => {
                let message = format!("{} takes traces alone; it is left out", quoted(name));
                env.refuse(variable, message);
                continue;
            }
            "otlp/stdout" => {
                env.refuse(
                    variable,
                    format!("{} is not supported; it is left out", quoted(name)),
                );
                continue;
            }
            _ => {
                let known = match signal {
                    Signal::Traces => "otlp, console, zipkin, jaeger, none",
                    Signal::Metrics => "otlp, console, prometheus, none",
                    Signal::Logs => "otlp, console, none",
                };
                let message = format!("{} is none of {known}; it is left out", quoted(name));
                env.refuse(variable, message);
                continue;
            }
        };
        if !exporters.contains(&exporter) {
            exporters.push(exporter);
        }
    }
    if none && !exporters.is_empty() {
        env.refuse(variable, "`none` stands beside other names; the others are used");
    }
    (none || !exporters.is_empty()).then_some(exporters)
}
