//! rotel, a small OTLP collector from Python's registry: spans by each of OTLP's protocols into it, what it sends on into
//! Jaeger, and what Jaeger shows compared with what was made.

use super::Protocol;
use super::Shown;
use super::jaeger::{self, Jaeger, free_ports, listens};
use super::observed::{self, Observed};
use super::process::Process;
use super::python;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::process::Command;

/// Pre-releases; there are no others.
const REQUIREMENTS: &str = include_str!("../../../interop/rotel/requirements.txt");
const START: Duration = Duration::from_secs(30);

pub(crate) async fn run() -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let Some(program) = install().await? else {
        return Ok(());
    };
    let jaeger = Jaeger::start(&jaeger::build().await?).await?;
    let rotel = Rotel::start(&program, &jaeger.endpoint(Protocol::Grpc)).await?;
    println!("rotel listens after {:.1} s", began.elapsed().as_secs_f64());
    observed::build_assistant().await?;
    let mut shown = Shown::of(&jaeger);
    for program in [Observed::Everything, Observed::Assistant] {
        for protocol in Protocol::OTLP {
            let made = program.run(protocol, &rotel.endpoint(protocol)).await?;
            shown.check(program, protocol, &made).await?;
        }
    }
    let failed = shown.failed;
    rotel.stop().await?;
    jaeger.stop().await?;
    if failed {
        return Err("what came through rotel is not what was made".into());
    }
    println!("all as made, in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// The program, installed into an environment of its own unless the cache has it. `None` where it cannot be, which is
/// said: there is no wheel for every machine.
async fn install() -> Result<Option<PathBuf>, Box<dyn Error>> {
    let options = ["--pre", "--require-hashes", "--no-deps"];
    match python::environment("rotel", REQUIREMENTS, &options).await {
        Ok(Some(folder)) => match program_in(&folder) {
            None => Err(format!("{} holds no rotel-agent", folder.display()).into()),
            program => Ok(program),
        },
        Ok(None) => Ok(None),
        Err(error) => {
            println!("skipped: {error}");
            Ok(None)
        }
    }
}

/// `lib/python3.…/site-packages/rotel/rotel-agent`.
fn program_in(folder: &Path) -> Option<PathBuf> {
    let libraries = std::fs::read_dir(folder.join("lib")).ok()?;
    let program = |folder: PathBuf| folder.join("site-packages/rotel/rotel-agent");
    libraries
        .filter_map(|entry| Some(program(entry.ok()?.path())))
        .find(|program| program.is_file())
}

/// A rotel that runs. Dropped, it is killed.
struct Rotel {
    process: Process,
    grpc: u16,
    http: u16,
}

impl Rotel {
    /// Sends on to `endpoint`, by gRPC.
    async fn start(program: &Path, endpoint: &str) -> Result<Self, Box<dyn Error>> {
        let [grpc, http] = free_ports()?;
        let mut command = Command::new(program);
        command
            .arg("start")
            .arg(format!("--otlp-grpc-endpoint=127.0.0.1:{grpc}"))
            .arg(format!("--otlp-http-endpoint=127.0.0.1:{http}"))
            .args(["--exporter=otlp", "--otlp-exporter-protocol=grpc"])
            .arg(format!("--otlp-exporter-endpoint={endpoint}"))
            .env_clear()
            .env("RUST_LOG", "error");
        let mut process = Process::start("rotel", &mut command)?;
        let is_ready = async || listens(grpc) && listens(http);
        process.wait_until(START, is_ready).await?;
        Ok(Self { process, grpc, http })
    }

    fn endpoint(&self, protocol: Protocol) -> String {
        let port = if protocol == Protocol::Grpc {
            self.grpc
        } else {
            self.http
        };
        format!("http://127.0.0.1:{port}")
    }

    async fn stop(self) -> Result<(), Box<dyn Error>> {
        self.process.stop().await
    }
}
