//! Starting Spanwright. In: where this process shows its traces, and the collector that has them too. Out: the guard
//! that delivers them at the end.
//!
//! OpenTelemetry's variables add to what is set here: `OTEL_TRACES_EXPORTER=otlp` sends the same traces elsewhere, too.
//! `OTEL_METRICS_EXPORTER` asks for metrics. `ASSISTANT_TRACES_FILE` names a file that they are written to as lines of OTLP JSON.

use crate::{Failure, output};
use spanwright::Guard;
use spanwright::destination::console::Console;
use spanwright::destination::{File, Otlp, Signals};
use std::time::Duration;

/// Tells a process where its collector is: those that this program starts, and `serve`.
pub(crate) const COLLECTOR: &str = "ASSISTANT_COLLECTOR";

/// On a terminal metrics would come between the traces, and the collector keeps none: they are for Prometheus.
const SHOWN: Signals = Signals {
    traces: true,
    logs: true,
    metrics: false,
};

/// Longest waits for what is not delivered yet: between two traces, where the terminal is what matters, and at the end.
const BETWEEN: Duration = Duration::from_millis(500);
const AT_THE_END: Duration = Duration::from_secs(3);

/// Shows each trace as it ends; the collector that [`COLLECTOR`] names has it too.
pub(crate) fn start(service: &str, console: Console) -> Result<Guard, Failure> {
    let collector = std::env::var(COLLECTOR).ok();
    Ok(builder(service, console, collector)?.init()?)
}

/// Shows traces when [`show`] is called, so that nothing comes between the lines of two processes.
pub(crate) fn start_held(
    service: &str,
    console: Console,
    collector: Option<String>,
) -> Result<Guard, Failure> {
    Ok(builder(service, console, collector)?
        .delay(Duration::from_secs(60))
        .init()?)
}

fn builder(
    service: &str,
    console: Console,
    collector: Option<String>,
) -> Result<spanwright::Builder, Failure> {
    let mut builder = spanwright::builder(service)
        .version(env!("CARGO_PKG_VERSION"))
        // A Jaeger takes none, and would refuse them.
        .metrics(std::env::var_os("OTEL_METRICS_EXPORTER").is_some())
        .destination(console.signals(SHOWN));
    if let Some(url) = collector {
        // With a name of its own: the environment may add one that is called `otlp`.
        builder = builder.destination(Otlp::http(url).signals(SHOWN).named("collector"));
    }
    if let Some(path) = std::env::var_os("ASSISTANT_TRACES_FILE") {
        builder = builder.destination(File::append(path)?);
    }
    Ok(builder)
}

/// Delivers what has ended, once no request is being worked on any more.
pub(crate) async fn show(guard: &Guard) {
    for _ in 0..200 {
        if spanwright::active_spans().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // What was lost is counted until the end, and said there.
    let _ = guard.flush_async(BETWEEN).await;
}

/// Delivers the rest. What could not be delivered is said, and does not change how the program ends.
pub(crate) async fn end(guard: Guard) {
    if let Err(report) = guard.shutdown_async(AT_THE_END).await.into_result() {
        output::problem(&format!("some spans were not delivered: {report}"));
    }
}
