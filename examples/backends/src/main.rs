//! One small program, sent to any backend by name.
//!
//! ```text
//! PHOENIX_COLLECTOR_ENDPOINT=http://localhost:6006 cargo run -p backends -- phoenix
//! LANGFUSE_PUBLIC_KEY=pk-lf-… LANGFUSE_SECRET_KEY=sk-lf-… cargo run -p backends -- langfuse
//! cargo run -p backends -- tempo http://localhost:4318
//! cargo run -p backends -- jaeger     # or zipkin, console, file PATH, otlp URL
//! ```
//!
//! `docs/backends.md` has a page for each, with its variables. Those alone would do: `init()` adds each backend whose
//! variables are set. Here a name asks for one, so that what is missing is an error.

mod agent;

use spanwright::Builder;
use spanwright::backend::{
    Braintrust, Datadog, GrafanaCloud, Honeycomb, LangWatch, Langfuse, Logfire, MlFlow, Opik, Phoenix, Tempo,
    Traceloop,
};
use spanwright::destination::console::Console;
use spanwright::destination::{File, Jaeger, Otlp, Zipkin};
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

const NAMES: &str = "langfuse, langwatch, opik, phoenix, traceloop, logfire, braintrust, datadog, honeycomb, \
                     grafana-cloud, mlflow, tempo URL, jaeger, zipkin, otlp URL, console, file PATH";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("backends: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let builder = spanwright::builder("backends").version(env!("CARGO_PKG_VERSION"));
    let guard = with_backend(builder, arguments)?
        // The sample's questions and answers are nobody's; without this, a backend shows none.
        .capture_content(true)
        .init()?;
    agent::answer("Which projects are delayed?");
    agent::answer("Since when?");
    let report = guard.shutdown(Duration::from_secs(15));
    eprintln!("{report}");
    Ok(report.into_result()?)
}

/// Adds the backend of this name, as its variables say.
fn with_backend(builder: Builder, arguments: &[String]) -> Result<Builder, Box<dyn Error>> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Ok(match words[..] {
        ["langfuse"] => builder.destination(Langfuse::from_env()?),
        ["langwatch"] => builder.destination(LangWatch::from_env()?),
        ["opik"] => builder.destination(Opik::from_env()?),
        ["phoenix"] => builder.destination(Phoenix::from_env()?),
        ["traceloop"] => builder.destination(Traceloop::from_env()?),
        ["logfire"] => builder.destination(Logfire::from_env()?),
        ["braintrust"] => builder.destination(Braintrust::from_env()?),
        ["datadog"] => builder.destination(Datadog::from_env()?),
        ["honeycomb"] => builder.destination(Honeycomb::from_env()?),
        ["grafana-cloud"] => builder.destination(GrafanaCloud::from_env()?),
        ["mlflow"] => builder.destination(MlFlow::from_env()?),
        ["tempo", url] => builder.destination(Tempo::new(url)),
        ["jaeger"] => builder.destination(Jaeger::from_env()?),
        ["zipkin"] => builder.destination(Zipkin::from_env()?),
        ["otlp", url] => builder.destination(Otlp::http(url)),
        ["console"] => builder.destination(Console::stdout()),
        ["file", path] => builder.destination(File::append(path)?),
        _ => return Err(format!("name one of {NAMES}").into()),
    })
}
