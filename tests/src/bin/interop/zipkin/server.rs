//! A real Zipkin: downloaded by Maven, started on a free loopback port, stopped when dropped.

use crate::jaeger::{cache, free_ports};
use crate::process::Process;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

const VERSION: &str = "3.6.1";
/// SHA-256 of the file of this version.
const CHECKSUM: &str = "d8326e0ed4f43855dba81228f688554706e52578a7c782d9a90b73f8680654a1";
const PLUGIN: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";
/// How long Zipkin may take until it answers.
const START: Duration = Duration::from_secs(120);

/// The server's file, downloaded unless the cache has it. `None` where it cannot be had or run here, which is said.
pub(super) async fn download() -> Result<Option<PathBuf>, Box<dyn Error>> {
    for (program, option) in [("java", "-version"), ("mvn", "-version")] {
        if !runs(program, option).await {
            println!(
                "skipped: Zipkin needs Java 17 or newer, and Maven to be downloaded; there is no {program}"
            );
            return Ok(None);
        }
    }
    let folder = cache()?.join(format!("zipkin-{VERSION}"));
    let file = folder.join(format!("zipkin-server-{VERSION}-exec.jar"));
    if !file.is_file() {
        let unfinished = folder.with_extension(std::process::id().to_string());
        println!("downloading Zipkin {VERSION} into {}", folder.display());
        let status = Command::new("mvn")
            .args(["-q", "-B", PLUGIN])
            .arg(format!("-Dartifact=io.zipkin:zipkin-server:{VERSION}:jar:exec"))
            .arg(format!("-DoutputDirectory={}", unfinished.display()))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .status()
            .await?;
        if !status.success() {
            return Err(format!("Zipkin could not be downloaded: mvn ended with {status}").into());
        }
        // Under its own name only when it is whole.
        std::fs::rename(&unfinished, &folder)?;
    }
    check(&file).await?;
    Ok(Some(file))
}

async fn runs(program: &str, option: &str) -> bool {
    let status = Command::new(program)
        .arg(option)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await;
    status.is_ok_and(|status| status.success())
}

async fn check(file: &Path) -> Result<(), Box<dyn Error>> {
    let output = Command::new("sha256sum").arg(file).output().await?;
    let sum = String::from_utf8_lossy(&output.stdout);
    if sum.split_whitespace().next() == Some(CHECKSUM) {
        return Ok(());
    }
    Err(format!(
        "{} is not Zipkin {VERSION}: its checksum differs; remove it",
        file.display()
    )
    .into())
}

/// A Zipkin that runs. Dropped, it is killed.
pub(super) struct Zipkin {
    process: Process,
    port: u16,
}

impl Zipkin {
    pub(super) async fn start(file: &Path) -> Result<Self, Box<dyn Error>> {
        let [port] = free_ports()?;
        let mut command = Command::new("java");
        command
            .args(["-Xmx384m", "-jar"])
            .arg(file)
            .args([
                format!("--server.port={port}"),
                format!("--armeria.ports[0].port={port}"),
            ])
            .args([
                "--armeria.ports[0].ip=127.0.0.1",
                "--armeria.ports[0].protocols[0]=http",
                "--logging.level.root=ERROR",
                "--spring.main.banner-mode=off",
            ])
            .env("STORAGE_TYPE", "mem");
        let mut zipkin = Self {
            process: Process::start("Zipkin", &mut command)?,
            port,
        };
        let client = reqwest::Client::builder().no_proxy().build()?;
        let health = format!("{}/health", zipkin.url());
        let is_ready = async || {
            let reply = client.get(&health).send().await;
            reply.is_ok_and(|reply| reply.status().is_success())
        };
        zipkin.process.wait_until(START, is_ready).await?;
        Ok(zipkin)
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) async fn stop(self) -> Result<(), Box<dyn Error>> {
        self.process.stop().await
    }
}
