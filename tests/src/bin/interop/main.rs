//! Interoperation with real servers: `cargo run -p spanwright-tests --bin interop -- jaeger`, `-- zipkin`, `-- rotel`,
//! `-- phoenix`, `-- prometheus`, and `-- collector`, which compares what Spanwright's collector answers with what Jaeger
//! does.
//!
//! But for Prometheus, which is asked for numbers, each builds or downloads its server (unless it is cached) and starts it
//! on loopback. For each protocol of the server's, runs two programs that send their spans there and write the same spans
//! to a file: `examples/assistant`, and one of its own that makes everything a span can hold. Reads the traces back
//! through the server's API, and compares with what the protocol can carry, which `losses` says. Prints every difference,
//! and ends with an error if there is one.

mod collector;
mod compare;
mod jaeger;
mod made;
mod observed;
mod losses;
mod phoenix;
mod process;
mod program;
mod prometheus;
mod python;
mod protocol;
mod read;
mod read_v3;
mod rotel;
mod span;
mod zipkin;

use jaeger::Jaeger;
use observed::Observed;
pub(crate) use protocol::Protocol;
use span::Span;
use spanwright_tests::signals::until_signalled;
use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const USAGE: &str = "usage: interop jaeger         builds, runs and compares
       interop zipkin         downloads a Zipkin, runs and compares
       interop rotel          installs rotel, runs through it into Jaeger and compares
       interop prometheus     runs the one in PATH on the assistant and the collector, asks the dashboard's queries
       interop collector      the same traces into Jaeger and into the collector: compares what both answer
       interop phoenix        the assistant's traces into Arize Phoenix: compares what its API shows
       interop build-jaeger   builds only";
/// How long Jaeger may take to show what it has accepted.
const SHOWN: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match &words[..] {
        ["jaeger"] => until_signalled(with_jaeger()),
        ["zipkin"] => until_signalled(zipkin::run()),
        ["prometheus"] => until_signalled(prometheus::run()),
        ["rotel"] => until_signalled(rotel::run()),
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

/// What is sent to Jaeger, by each of its protocols.
const TO_JAEGER: [Protocol; 6] = [
    Protocol::Grpc,
    Protocol::Http,
    Protocol::HttpJson,
    Protocol::Zipkin,
    Protocol::ThriftHttp,
    Protocol::ThriftUdp,
];

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
    let mut shown = Shown::of(&jaeger);
    for program in [Observed::Everything, Observed::Assistant] {
        for protocol in TO_JAEGER {
            let made = program.run(protocol, &jaeger.endpoint(protocol)).await?;
            shown.check(program, protocol, &made).await?;
        }
    }
    let failed = shown.failed;
    jaeger.stop().await?;
    if failed {
        return Err("what Jaeger shows is not what was made".into());
    }
    println!("all as made, in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// What Jaeger shows, run after run.
pub(crate) struct Shown<'a> {
    jaeger: &'a Jaeger,
    /// What it holds still of former runs: the ids of traces and spans.
    former: BTreeSet<(String, String)>,
    pub(crate) failed: bool,
}

impl<'a> Shown<'a> {
    pub(crate) fn of(jaeger: &'a Jaeger) -> Self {
        Self {
            jaeger,
            former: BTreeSet::new(),
            failed: false,
        }
    }

    /// Compares what was made with what both of Jaeger's APIs show; prints the result.
    pub(crate) async fn check(
        &mut self,
        program: Observed,
        protocol: Protocol,
        made: &[Span],
    ) -> Result<(), Box<dyn Error>> {
        let expected = losses::carried(protocol, made);
        let services: BTreeSet<&str> = made.iter().map(|span| span.service.as_str()).collect();
        let deadline = Instant::now() + SHOWN;
        let read = loop {
            let read = self.unseen(read::read_traces(&self.jaeger.api(), &services).await?);
            if read.len() >= made.len() || Instant::now() > deadline {
                break read;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        let by_v3 = self.unseen(read_v3::read_traces(&self.jaeger.api(), &services).await?);
        let [read, by_v3] = [read, by_v3].map(|read| losses::comparable(protocol, read));
        let mut found = compare::differences(&expected, &read);
        let v3 = compare::differences(&expected, &by_v3);
        found.extend(v3.into_iter().map(|what| format!("by /api/v3: {what}")));
        let missing = program.missing(made).into_iter();
        found.extend(missing.map(|what| format!("the program made no {what}")));
        let traces: BTreeSet<&str> = made.iter().map(|span| span.trace_id.as_str()).collect();
        println!(
            "{program:?} over {}: {} spans in {} traces of {} made, {} and {} read, {} differences",
            protocol.as_str(),
            made.len(),
            traces.len(),
            Vec::from_iter(services).join(" and "),
            read.len(),
            by_v3.len(),
            found.len(),
        );
        for difference in &found {
            println!("  {difference}");
        }
        self.failed |= !found.is_empty();
        let ids = made
            .iter()
            .map(|span| (span.trace_id.clone(), span.span_id.clone()));
        self.former.extend(ids);
        Ok(())
    }

    /// Without what former runs made.
    fn unseen(&self, mut read: Vec<Span>) -> Vec<Span> {
        read.retain(|span| {
            !self
                .former
                .contains(&(span.trace_id.clone(), span.span_id.clone()))
        });
        read
    }
}
