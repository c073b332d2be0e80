//! Which destinations there are: those given in code, and those that the environment names.

use super::error::InitError;
#[cfg(feature = "otlp")]
use crate::config::JaegerTarget;
use crate::config::{Exporter, Settings, Signal};
use crate::destination::console::Console;
use crate::destination::{Destination, Signals};
use std::io::IsTerminal;

/// A line for the person who started the program.
pub(super) type Note = String;

/// All destinations, and what there is to say about them.
pub(super) fn collect(
    mut destinations: Vec<Box<dyn Destination>>,
    settings: &Settings,
    errors: &mut Vec<InitError>,
) -> (Vec<Box<dyn Destination>>, Vec<Note>) {
    let mut notes = Vec::new();
    if settings.disabled {
        return (Vec::new(), notes);
    }
    let given = !destinations.is_empty();
    let on_console = |signal| takes(settings, signal, Exporter::Console);
    if Signal::ALL.into_iter().any(on_console) && !is_given(&destinations, "console") {
        destinations.push(Box::new(Console::stderr().signals(Signals {
            traces: on_console(Signal::Traces),
            logs: on_console(Signal::Logs),
            metrics: on_console(Signal::Metrics),
        })));
    }
    add_otlp(&mut destinations, settings, errors);
    add_jaeger_and_zipkin(&mut destinations, settings, errors);
    if takes(settings, Signal::Metrics, Exporter::Prometheus) && !is_given(&destinations, "prometheus") {
        add_prometheus(&mut destinations, settings, errors);
    }
    #[cfg(feature = "otlp")]
    super::backends::add(
        &mut destinations,
        settings,
        &|name| std::env::var_os(name),
        &mut notes,
    );
    for name in &settings.disabled_destinations {
        if !is_given(&destinations, name) {
            notes.push(format!(
                "SPANWRIGHT_DISABLED_DESTINATIONS: no destination is called {name:?}"
            ));
        }
    }
    notes.extend(super::spool::note(&settings.spool));
    for destination in &destinations {
        let name = destination.name();
        notes.extend(
            destination
                .warnings()
                .into_iter()
                .map(|warning| format!("{name}: {warning}")),
        );
    }
    let named = settings.traces.exporters.is_some();
    if destinations.is_empty() && !given && !named {
        if std::io::stderr().is_terminal() {
            destinations.push(Box::new(Console::stderr()));
        } else {
            notes.push("no destination is configured, so nothing is recorded; set OTEL_TRACES_EXPORTER to otlp or console".into());
        }
    }
    (destinations, notes)
}

/// Whether there is a destination of this name: one that the program gave goes before the variables'.
pub(super) fn is_given(destinations: &[Box<dyn Destination>], name: &str) -> bool {
    destinations.iter().any(|one| one.name() == name)
}

/// Whether a signal goes to this exporter. Logs and metrics go where spans go, unless something else is said.
fn takes(settings: &Settings, signal: Signal, exporter: Exporter) -> bool {
    let exporters = settings
        .signal(signal)
        .exporters
        .as_ref()
        .or(settings.traces.exporters.as_ref());
    exporters.is_some_and(|exporters| exporters.contains(&exporter))
}

#[cfg(not(feature = "prometheus"))]
fn add_prometheus(_: &mut Vec<Box<dyn Destination>>, settings: &Settings, errors: &mut Vec<InitError>) {
    errors.push(InitError::Destination {
        name: "OTEL_METRICS_EXPORTER=prometheus".into(),
        message: format!(
            "nobody answers scrapes at {}, as this program was built without spanwright's feature `prometheus`; add it, \
             or set the variable to otlp",
            settings.prometheus.address
        ),
    });
}

#[cfg(feature = "prometheus")]
fn add_prometheus(
    destinations: &mut Vec<Box<dyn Destination>>,
    settings: &Settings,
    errors: &mut Vec<InitError>,
) {
    use crate::destination::{IntoDestination, Prometheus};
    match Prometheus::new()
        .listen(&settings.prometheus.address)
        .into_destination()
    {
        Ok(destination) => destinations.push(destination),
        Err(error) => errors.push(InitError::Destination {
            name: "prometheus".into(),
            message: error.to_string(),
        }),
    }
}

#[cfg(not(feature = "otlp"))]
fn add_otlp(_: &mut Vec<Box<dyn Destination>>, settings: &Settings, errors: &mut Vec<InitError>) {
    if takes(settings, Signal::Traces, Exporter::Otlp) {
        errors.push(InitError::Destination {
            name: "OTEL_TRACES_EXPORTER=otlp".into(),
            message: "this program was built without spanwright's feature `otlp`; add it, or set the variable to console".into(),
        });
    }
}

#[cfg(not(feature = "otlp"))]
fn add_jaeger_and_zipkin(
    _: &mut Vec<Box<dyn Destination>>,
    settings: &Settings,
    errors: &mut Vec<InitError>,
) {
    for (exporter, name) in [(Exporter::Jaeger, "jaeger"), (Exporter::Zipkin, "zipkin")] {
        if takes(settings, Signal::Traces, exporter) {
            errors.push(InitError::Destination {
                name: name.into(),
                message: "this program was built without spanwright's feature `otlp`, which has it; add it, or set \
                          OTEL_TRACES_EXPORTER to console"
                    .into(),
            });
        }
    }
}

#[cfg(feature = "otlp")]
fn add_jaeger_and_zipkin(
    destinations: &mut Vec<Box<dyn Destination>>,
    settings: &Settings,
    errors: &mut Vec<InitError>,
) {
    use super::jaeger_zipkin::{add_jaeger, add_zipkin};
    match &settings.jaeger {
        Some(_) if is_given(destinations, "jaeger") => {}
        Some(jaeger) if jaeger.target == JaegerTarget::AsOtlp => {
            add_group(destinations, settings, errors, &[Signal::Traces], Some("jaeger"));
        }
        Some(jaeger) => add_jaeger(destinations, jaeger, errors),
        None => {}
    }
    if takes(settings, Signal::Traces, Exporter::Zipkin) && !is_given(destinations, "zipkin") {
        add_zipkin(destinations, settings, errors);
    }
}

/// One destination where all three signals are sent alike, else one for each.
#[cfg(feature = "otlp")]
fn add_otlp(destinations: &mut Vec<Box<dyn Destination>>, settings: &Settings, errors: &mut Vec<InitError>) {
    let wanted: Vec<_> = Signal::ALL
        .into_iter()
        .filter(|signal| takes(settings, *signal, Exporter::Otlp))
        .collect();
    let Some(first) = wanted.first().copied() else {
        return;
    };
    let alike = wanted.iter().all(|signal| sent_alike(settings, first, *signal));
    let groups: Vec<Vec<Signal>> = if alike {
        vec![wanted]
    } else {
        wanted.into_iter().map(|signal| vec![signal]).collect()
    };
    for group in groups {
        add_group(destinations, settings, errors, &group, None);
    }
}

/// A destination for signals that are sent alike, under a name of its own if it has one.
#[cfg(feature = "otlp")]
fn add_group(
    destinations: &mut Vec<Box<dyn Destination>>,
    settings: &Settings,
    errors: &mut Vec<InitError>,
    group: &[Signal],
    name: Option<&'static str>,
) {
    let mut failed = |message: String| {
        errors.push(InitError::Destination {
            name: name.unwrap_or("otlp").into(),
            message,
        });
    };
    #[cfg(not(feature = "grpc"))]
    if settings.signal(group[0]).otlp.protocol == crate::config::Protocol::Grpc {
        let message = "this program was built without spanwright's feature `grpc`; add it, or set \
                       OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf";
        return failed(message.into());
    }
    let mut otlp = otlp(settings, group);
    if let Some(name) = name {
        otlp = otlp.named(name);
    }
    match otlp.build() {
        Ok(destination) => destinations.push(Box::new(destination)),
        Err(error) => failed(error.to_string()),
    }
}

#[cfg(feature = "otlp")]
fn sent_alike(settings: &Settings, one: Signal, other: Signal) -> bool {
    let (one, other) = (&settings.signal(one).otlp, &settings.signal(other).otlp);
    one.protocol == other.protocol
        && one.headers == other.headers
        && one.timeout == other.timeout
        && one.compression == other.compression
        && one.certificate == other.certificate
        && one.client_key == other.client_key
        && one.client_certificate == other.client_certificate
        && (one.protocol != crate::config::Protocol::Grpc || one.endpoint == other.endpoint)
}

#[cfg(feature = "otlp")]
fn otlp(settings: &Settings, group: &[Signal]) -> crate::destination::otlp::Otlp {
    use crate::config::{Compression, Protocol};
    use crate::destination::otlp::{self, Otlp};
    let own = &settings.signal(group[0]).otlp;
    let endpoint = own.endpoint.as_str();
    let mut otlp = match own.protocol {
        #[cfg(feature = "grpc")]
        Protocol::Grpc => Otlp::grpc(endpoint),
        #[cfg(not(feature = "grpc"))]
        Protocol::Grpc => Otlp::http(endpoint),
        Protocol::HttpProtobuf => Otlp::http(endpoint),
        Protocol::HttpJson => Otlp::http_json(endpoint),
    };
    if own.protocol != Protocol::Grpc {
        for signal in group {
            let url = settings.signal(*signal).otlp.endpoint.as_str();
            otlp = match signal {
                Signal::Traces => otlp.traces_endpoint(url),
                Signal::Logs => otlp.logs_endpoint(url),
                Signal::Metrics => otlp.metrics_endpoint(url),
            };
        }
    }
    let has = |signal| group.contains(&signal);
    otlp = otlp.headers(own.headers.iter()).signals(Signals {
        traces: has(Signal::Traces),
        logs: has(Signal::Logs),
        metrics: has(Signal::Metrics),
    });
    if own.compression == Compression::Gzip {
        otlp = otlp.compression(otlp::Compression::Gzip);
    }
    if let Some(timeout) = own.timeout {
        otlp = otlp.timeout(timeout);
    }
    if let Some(certificate) = &own.certificate {
        otlp = otlp.certificate(certificate);
    }
    if let (Some(certificate), Some(key)) = (&own.client_certificate, &own.client_key) {
        otlp = otlp.client_certificate(certificate, key);
    }
    match group {
        [Signal::Logs] => otlp.named("otlp-logs"),
        [Signal::Metrics] => otlp.named("otlp-metrics"),
        _ => otlp,
    }
}
