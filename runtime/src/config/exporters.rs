//! `OTEL_TRACES_EXPORTER`, `OTEL_LOGS_EXPORTER`, `OTEL_METRICS_EXPORTER`: where each signal goes.

use super::env::{Env, list, quoted};
use super::legacy;
use super::otlp::{EndpointFrom, OtlpSettings, Signal};

/// An exporter that a variable can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exporter {
    Otlp,
    Console,
}

/// What each signal's variables say, in the order of [`Signal::ALL`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignalSettings {
    /// The exporters that are named; empty for `none`; absent where nothing asks for one.
    pub(crate) exporters: Option<Vec<Exporter>>,
    pub(crate) otlp: OtlpSettings,
}

/// Reads all three. An endpoint asks for OTLP by itself: the signal's own always, the general one where
/// no exporter is named for any signal.
pub(super) fn read(env: &mut Env<'_>) -> [SignalSettings; 3] {
    let mut signals = Signal::ALL.map(|signal| SignalSettings {
        exporters: named(env, signal),
        otlp: OtlpSettings::read(env, signal),
    });
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
    signals
}

fn named(env: &mut Env<'_>, signal: Signal) -> Option<Vec<Exporter>> {
    let variable = format!("OTEL_{}_EXPORTER", signal.name());
    if let Some(text) = env.text(&variable) {
        return parse(env, &variable, &text);
    }
    const ALIAS: &str = "OTEL_EXPORTER_TYPE";
    if signal != Signal::Traces {
        return None;
    }
    let text = env.text(ALIAS)?;
    env.note(ALIAS, "read as OTEL_TRACES_EXPORTER, which is its name now");
    if text.eq_ignore_ascii_case("jaeger") {
        env.note(ALIAS, legacy::JAEGER);
        return Some(vec![Exporter::Otlp]);
    }
    parse(env, ALIAS, &text)
}

/// The known names of the list, each once. `None` where none is known: as if the variable were unset.
fn parse(env: &mut Env<'_>, variable: &str, text: &str) -> Option<Vec<Exporter>> {
    let mut exporters = Vec::new();
    let mut none = false;
    for name in list(text) {
        let exporter = match name.to_ascii_lowercase().as_str() {
            "otlp" => Exporter::Otlp,
            "console" => Exporter::Console,
            "none" => {
                none = true;
                continue;
            }
            "zipkin" | "jaeger" | "prometheus" | "otlp/stdout" => {
                env.refuse(
                    variable,
                    format!("{} is not supported; it is left out", quoted(name)),
                );
                continue;
            }
            _ => {
                let message = format!("{} is none of otlp, console, none; it is left out", quoted(name));
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
