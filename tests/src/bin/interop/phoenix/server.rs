//! A real Phoenix: installed from PyPI into an environment of its own, started on free loopback ports, stopped when
//! dropped.

use crate::jaeger::free_ports;
use crate::process::Process;
use crate::python;
use spanwright::backend::Phoenix as Destination;
use spanwright::{Batch, DeliveryError, IntoDestination as _, SpanId, SpanRecord, TraceId};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// Every package in its version.
const REQUIREMENTS: &str = include_str!("../../../../interop/phoenix/requirements.txt");
/// How long Phoenix may take until it answers.
const START: Duration = Duration::from_secs(180);

/// The Python that has Phoenix, installed unless the cache has it; `None` where there is no Python.
pub(super) async fn install() -> Result<Option<PathBuf>, Box<dyn Error>> {
    let environment = python::environment("phoenix", REQUIREMENTS, &[]).await?;
    Ok(environment.map(|folder| folder.join("bin/python")))
}

/// A Phoenix that runs. Dropped, it is killed.
pub(super) struct Phoenix {
    process: Process,
    pub(super) url: String,
    _folder: tempfile::TempDir,
}

impl Phoenix {
    pub(super) async fn start(python: &Path) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let [http, grpc] = free_ports()?;
        let mut command = Command::new(python);
        command
            .args(["-m", "phoenix.server.main", "serve"])
            .env_clear()
            .env("HOME", folder.path())
            .env("PHOENIX_HOST", "127.0.0.1")
            .env("PHOENIX_PORT", http.to_string())
            .env("PHOENIX_GRPC_PORT", grpc.to_string())
            .env("PHOENIX_WORKING_DIR", folder.path())
            .env("PHOENIX_TELEMETRY_ENABLED", "false")
            .env("PHOENIX_ALLOW_EXTERNAL_RESOURCES", "false")
            .current_dir(folder.path())
            .stderr(Stdio::null());
        let mut process = Process::start("Phoenix", &mut command)?;
        let url = format!("http://127.0.0.1:{http}");
        let is_ready = async || super::read::version(&url).await.is_ok();
        process.wait_until(START, is_ready).await?;
        Ok(Self {
            process,
            url,
            _folder: folder,
        })
    }

    pub(super) async fn stop(self) -> Result<(), Box<dyn Error>> {
        self.process.stop().await
    }
}

/// What it refuses in fact is refused as its contract test has it: a wrong path, and JSON.
pub(super) async fn refusals(url: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let mut batch = Batch::new(Default::default());
    let span = SpanRecord::new(TraceId::random(), SpanId::random(), "refused");
    batch.spans.push(span);
    let json = spanwright::destination::Otlp::http_json(url).signals(spanwright::Signals::TRACES);
    let elsewhere = Destination::new(format!("{url}/v1/nowhere")).otlp();
    let mut found = Vec::new();
    for (otlp, wanted) in [(json, "415"), (elsewhere, "40")] {
        let mut destination = otlp.into_destination().map_err(|error| error.to_string())?;
        let sent = batch.clone();
        let answered = tokio::task::spawn_blocking(move || destination.deliver(&sent)).await?;
        let is_so = match &answered {
            Err(DeliveryError::Permanent { message } | DeliveryError::Denied { message }) => {
                message.contains(&format!("answered {wanted}"))
            }
            _ => false,
        };
        if !is_so {
            found.push(format!(
                "a request that it refuses with {wanted} ended in {answered:?}"
            ));
        }
    }
    Ok(found)
}
