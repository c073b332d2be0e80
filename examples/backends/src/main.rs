//! One small program, sent to any backend by name.
//!
//! ```text
//! PHOENIX_COLLECTOR_ENDPOINT=http://localhost:6006 cargo run -p backends -- phoenix
//! LANGFUSE_PUBLIC_KEY=pk-lf-… LANGFUSE_SECRET_KEY=sk-lf-… cargo run -p backends -- langfuse
//! cargo run -p backends -- tempo http://localhost:4318
//! ```
//!
//! `docs/backends.md` has a page for each, with its variables. Those alone would do: `init()` adds each backend whose
//! variables are set. Here a name asks for one, so that what is missing is an error.

mod agent;

use spanwright::backend::{
    Braintrust, Datadog, GrafanaCloud, Honeycomb, LangWatch, Langfuse, Logfire, MlFlow, Opik, Phoenix, Tempo,
    Traceloop,
};
use spanwright::destination::Otlp;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

const NAMES: &str = "langfuse, langwatch, opik, phoenix, traceloop, logfire, braintrust, datadog, honeycomb, \
                     grafana-cloud, mlflow, tempo URL";

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
    let guard = spanwright::builder("backends")
        .version(env!("CARGO_PKG_VERSION"))
        .destination(backend(arguments)?)
        // The sample's questions and answers are nobody's; without this, a backend shows none.
        .capture_content(true)
        .init()?;
    agent::answer("Which projects are delayed?");
    agent::answer("Since when?");
    let report = guard.shutdown(Duration::from_secs(15));
    eprintln!("{report}");
    Ok(report.into_result()?)
}

/// The backend of this name, as its variables say.
fn backend(arguments: &[String]) -> Result<Otlp, Box<dyn Error>> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Ok(match words[..] {
        ["langfuse"] => Langfuse::from_env()?.otlp(),
        ["langwatch"] => LangWatch::from_env()?.otlp(),
        ["opik"] => Opik::from_env()?.otlp(),
        ["phoenix"] => Phoenix::from_env()?.otlp(),
        ["traceloop"] => Traceloop::from_env()?.otlp(),
        ["logfire"] => Logfire::from_env()?.otlp(),
        ["braintrust"] => Braintrust::from_env()?.otlp(),
        ["datadog"] => Datadog::from_env()?.otlp(),
        ["honeycomb"] => Honeycomb::from_env()?.otlp(),
        ["grafana-cloud"] => GrafanaCloud::from_env()?.otlp(),
        ["mlflow"] => MlFlow::from_env()?.otlp(),
        ["tempo", url] => Tempo::new(url).otlp(),
        _ => return Err(format!("name one of {NAMES}").into()),
    })
}
