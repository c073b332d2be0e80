//! A real Phoenix: installed from PyPI into an environment of its own, started on free loopback ports, stopped when
//! dropped.

use crate::jaeger::{cache, free_ports};
use crate::process::Process;
use spanwright::backend::Phoenix as Destination;
use spanwright::{Batch, DeliveryError, IntoDestination as _, SpanId, SpanRecord, TraceId};
use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
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
    let mut hasher = DefaultHasher::new();
    REQUIREMENTS.hash(&mut hasher);
    let folder = cache()?.join(format!("phoenix-{:016x}", hasher.finish()));
    let python = |folder: &Path| folder.join("bin/python");
    if python(&folder).exists() {
        return Ok(Some(python(&folder)));
    }
    let unfinished = folder.with_extension(std::process::id().to_string());
    if !quietly(Command::new("python3").args(["-m", "venv"]).arg(&unfinished)).await {
        let _ = std::fs::remove_dir_all(&unfinished);
        return Ok(None);
    }
    println!(
        "installing Phoenix into {}; the first time takes minutes",
        folder.display()
    );
    let requirements = unfinished.join("requirements.txt");
    std::fs::write(&requirements, REQUIREMENTS)?;
    let status = Command::new(python(&unfinished))
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ])
        .arg(&requirements)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .status()
        .await?;
    if !status.success() {
        let _ = std::fs::remove_dir_all(&unfinished);
        return Err(format!("Phoenix could not be installed: pip ended with {status}").into());
    }
    // Under its own name only when it is whole.
    std::fs::rename(&unfinished, &folder)?;
    Ok(Some(python(&folder)))
}

async fn quietly(command: &mut Command) -> bool {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .status();
    status.await.is_ok_and(|status| status.success())
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
