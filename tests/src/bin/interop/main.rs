//! Interoperation with real servers: `cargo run -p spanwright-tests --bin interop -- jaeger`.
//!
//! Builds a Jaeger (unless it is cached) and starts it on loopback. For OTLP over gRPC and over HTTP, runs a program
//! of two processes that sends its spans to Jaeger and writes the same spans to files; reads the traces back through
//! Jaeger's API, and compares. Prints every difference, and ends with an error if there is one.

mod compare;
mod jaeger;
mod made;
mod program;
mod read;
mod span;

use jaeger::Jaeger;
use span::Span;
use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

const USAGE: &str = "usage: interop jaeger         builds, runs and compares
       interop build-jaeger   builds only";
/// How long Jaeger may take to show what it has accepted.
const SHOWN: Duration = Duration::from_secs(20);
/// How long the observed program may take.
const PROGRAM: Duration = Duration::from_secs(120);

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
    let mut failed = false;
    // Traces of the former runs, which Jaeger holds still.
    let mut former = BTreeSet::new();
    for protocol in [Protocol::Grpc, Protocol::Http] {
        let made = make(protocol, &jaeger).await?;
        failed |= !check(protocol.as_str(), &made, &jaeger, &former).await?;
        former.extend(made.into_iter().map(|span| span.trace_id));
    }
    jaeger.stop().await?;
    if failed {
        return Err("what Jaeger shows is not what was made".into());
    }
    println!("all as made, in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// Runs the observed program, and reads what it wrote to its files.
async fn make(protocol: Protocol, jaeger: &Jaeger) -> Result<Vec<Span>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(std::env::current_exe()?);
    for (name, _) in std::env::vars_os() {
        // What is set around us is not for it.
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("OTEL_")
            || name.starts_with("SPANWRIGHT_")
            || name.to_lowercase().ends_with("_proxy")
        {
            command.env_remove(name);
        }
    }
    command
        .args(["emit", "shop", protocol.as_str(), &jaeger.otlp(protocol)])
        .arg(folder.path())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let status = tokio::time::timeout(PROGRAM, command.status()).await??;
    if !status.success() {
        return Err(format!("the observed program ended with {status}").into());
    }
    made::read_folder(folder.path())
}

/// Compares what was made with what Jaeger shows; prints the result. Says whether they are the same.
async fn check(
    label: &str,
    made: &[Span],
    jaeger: &Jaeger,
    former: &BTreeSet<String>,
) -> Result<bool, Box<dyn Error>> {
    let services: BTreeSet<&str> = made.iter().map(|span| span.service.as_str()).collect();
    let deadline = Instant::now() + SHOWN;
    let read = loop {
        let mut read = read::read_traces(&jaeger.api(), &services).await?;
        read.retain(|span| !former.contains(&span.trace_id));
        if read.len() >= made.len() || Instant::now() > deadline {
            break read;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let mut found = compare::differences(made, &read);
    found.extend(
        missing(made)
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

/// What the program must have made, or the comparison says little.
fn missing(made: &[Span]) -> Vec<&'static str> {
    let any = |test: &dyn Fn(&Span) -> bool| made.iter().any(test);
    let kind = |kind: &'static str| any(&|span| span.text("span.kind") == Some(kind));
    let status = |status: Option<&str>| any(&|span| span.text("otel.status_code") == status);
    let across_services = any(&|span| {
        let parent = span.parent().map(|parent| parent.span_id.as_str());
        any(&|other| Some(other.span_id.as_str()) == parent && other.service != span.service)
    });
    let cases = [
        ("span without a parent", any(&|span| span.parent().is_none())),
        ("internal span", kind("internal")),
        ("server span", kind("server")),
        ("client span", kind("client")),
        ("span with an unset status", status(None)),
        ("span with an error", status(Some("ERROR"))),
        ("span with an event", any(&|span| !span.logs.is_empty())),
        ("child of another service's span", across_services),
    ];
    cases
        .into_iter()
        .filter(|(_, there)| !there)
        .map(|(what, _)| what)
        .collect()
}
