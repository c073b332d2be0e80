//! Interoperation with real servers: `cargo run -p spanwright-tests --bin interop -- jaeger`, and `-- collector`, which
//! compares what Spanwright's collector answers with what Jaeger does. `-- phoenix` is for Arize Phoenix.
//!
//! `jaeger` builds a Jaeger (unless it is cached) and starts it on loopback. For OTLP over gRPC and over HTTP, runs two programs
//! that send their spans to Jaeger and write the same spans to a file: `examples/assistant`, and one of its own that
//! makes everything a span can hold. Reads the traces back through Jaeger's API, and compares. Prints every
//! difference, and ends with an error if there is one.

mod collector;
mod compare;
mod jaeger;
mod made;
mod observed;
mod phoenix;
mod program;
mod read;
mod span;

use jaeger::Jaeger;
use observed::Observed;
use span::Span;
use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};

const USAGE: &str = "usage: interop jaeger         builds, runs and compares
       interop collector      the same traces into Jaeger and into the collector: compares what both answer
       interop phoenix        the assistant's traces into Arize Phoenix: compares what its API shows
       interop build-jaeger   builds only";
/// How long Jaeger may take to show what it has accepted.
const SHOWN: Duration = Duration::from_secs(20);

/// How spans travel to Jaeger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Grpc,
    Http,
}

impl Protocol {
    /// The name that `OTEL_EXPORTER_OTLP_PROTOCOL` gives it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Http => "http/protobuf",
        }
    }

    fn of(name: &str) -> Option<Self> {
        [Self::Grpc, Self::Http]
            .into_iter()
            .find(|protocol| protocol.as_str() == name)
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match &words[..] {
        ["jaeger"] => until_signalled(with_jaeger()),
        ["collector"] => until_signalled(collector::run()),
        ["phoenix"] => until_signalled(phoenix::run()),
        ["model-calls"] => phoenix::emit(),
        ["build-jaeger"] => until_signalled(async {
            println!("{}", jaeger::build().await?.display());
            Ok(())
        }),
        ["emit", service, protocol, endpoint, folder, ..] => match Protocol::of(protocol) {
            Some(protocol) => program::run(&program::Arguments {
                service,
                protocol,
                endpoint,
                folder: Path::new(folder),
                headers: &arguments[5..],
            }),
            None => Err(format!("{protocol} is no protocol").into()),
        },
        _ => Err(USAGE.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("interop: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs `work`; ends it when the process is told to end, so that its children end too.
fn until_signalled(work: impl Future<Output = Result<(), Box<dyn Error>>>) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::select! {
            result = work => result,
            _ = terminate.recv() => Err("terminated".into()),
            _ = interrupt.recv() => Err("interrupted".into()),
        }
    })
}

async fn with_jaeger() -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let program = jaeger::build().await?;
    let jaeger = Jaeger::start(&program).await?;
    println!(
        "Jaeger answers at {} after {:.1} s",
        jaeger.api(),
        began.elapsed().as_secs_f64()
    );
    observed::build_assistant().await?;
    let mut failed = false;
    // What Jaeger holds still of former runs: the ids of traces and spans.
    let mut former = BTreeSet::new();
    for program in [Observed::Everything, Observed::Assistant] {
        for protocol in [Protocol::Grpc, Protocol::Http] {
            let made = program.run(protocol, &jaeger.otlp(protocol)).await?;
            let label = format!("{program:?} over {}", protocol.as_str());
            failed |= !check(&label, program, &made, &jaeger, &former).await?;
            former.extend(made.into_iter().map(|span| (span.trace_id, span.span_id)));
        }
    }
    jaeger.stop().await?;
    if failed {
        return Err("what Jaeger shows is not what was made".into());
    }
    println!("all as made, in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// Compares what was made with what Jaeger shows; prints the result. Says whether they are the same.
async fn check(
    label: &str,
    program: Observed,
    made: &[Span],
    jaeger: &Jaeger,
    former: &BTreeSet<(String, String)>,
) -> Result<bool, Box<dyn Error>> {
    let services: BTreeSet<&str> = made.iter().map(|span| span.service.as_str()).collect();
    let deadline = Instant::now() + SHOWN;
    let read = loop {
        let mut read = read::read_traces(&jaeger.api(), &services).await?;
        read.retain(|span| !former.contains(&(span.trace_id.clone(), span.span_id.clone())));
        if read.len() >= made.len() || Instant::now() > deadline {
            break read;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let mut found = compare::differences(made, &read);
    found.extend(
        program
            .missing(made)
            .into_iter()
            .map(|what| format!("the program made no {what}")),
    );
    let traces: BTreeSet<&str> = made.iter().map(|span| span.trace_id.as_str()).collect();
    println!(
        "{label}: {} spans in {} traces of {} made, {} read, {} differences",
        made.len(),
        traces.len(),
        Vec::from_iter(&services)
            .iter()
            .map(|name| name.as_ref())
            .collect::<Vec<&str>>()
            .join(" and "),
        read.len(),
        found.len(),
    );
    for difference in &found {
        println!("  {difference}");
    }
    Ok(found.is_empty())
}
