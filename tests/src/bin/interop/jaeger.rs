//! A real Jaeger: built from its Go module, started on free loopback ports, stopped when dropped.

use super::process::Process;
use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

const PACKAGE: &str = "github.com/jaegertracing/jaeger/cmd/jaeger";
/// How long Jaeger may take until it answers.
const START: Duration = Duration::from_secs(60);

/// `go.mod`, `go.sum` and `config.yaml`.
fn module() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/jaeger")
}

/// `$INTEROP_CACHE`, else `spanwright` in the user's cache folder.
pub(crate) fn cache() -> Result<PathBuf, Box<dyn Error>> {
    let variable = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    variable("INTEROP_CACHE")
        .or_else(|| Some(variable("XDG_CACHE_HOME")?.join("spanwright")))
        .or_else(|| Some(variable("HOME")?.join(".cache/spanwright")))
        .ok_or_else(|| "set INTEROP_CACHE to a folder for the servers".into())
}

/// The program, built unless the cache has it: from these very versions, by this module's `go.sum`.
pub(crate) async fn build() -> Result<PathBuf, Box<dyn Error>> {
    let mut hasher = DefaultHasher::new();
    for file in ["go.mod", "go.sum"] {
        std::fs::read(module().join(file))?.hash(&mut hasher);
    }
    let folder = cache()?;
    let program = folder.join(format!("jaeger-{:016x}", hasher.finish()));
    if program.is_file() {
        return Ok(program);
    }
    std::fs::create_dir_all(&folder)?;
    println!(
        "building Jaeger from its Go module into {}; the first time takes minutes",
        program.display()
    );
    let unfinished = program.with_extension(std::process::id().to_string());
    let status = Command::new("go")
        .args(["build", "-trimpath", "-ldflags=-s -w", "-o"])
        .arg(&unfinished)
        .arg(PACKAGE)
        .current_dir(module())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .status()
        .await
        .map_err(|error| format!("go cannot be run: {error}; install Go 1.25 or newer"))?;
    if !status.success() {
        return Err(format!("Jaeger could not be built: go ended with {status}").into());
    }
    // Under its own name only when it is whole.
    std::fs::rename(&unfinished, &program)?;
    Ok(program)
}

/// A Jaeger that runs. Dropped, it is killed.
pub(crate) struct Jaeger {
    process: Process,
    api: u16,
    grpc: u16,
    http: u16,
    zipkin: u16,
    thrift_http: u16,
    thrift_udp: u16,
}

impl Jaeger {
    pub(crate) async fn start(program: &Path) -> Result<Self, Box<dyn Error>> {
        // Between finding a free port and Jaeger's listening, another program may take it.
        let mut last = None;
        for _ in 0..3 {
            match Self::try_start(program).await {
                Ok(jaeger) => return Ok(jaeger),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| "Jaeger was not started".into()))
    }

    async fn try_start(program: &Path) -> Result<Self, Box<dyn Error>> {
        let [api, api_grpc, grpc, http, zipkin, thrift_http, thrift_udp] = free_ports()?;
        let mut command = Command::new(program);
        command
            .arg("--config")
            .arg(module().join("config.yaml"))
            .env("INTEROP_QUERY_HTTP_PORT", api.to_string())
            .env("INTEROP_QUERY_GRPC_PORT", api_grpc.to_string())
            .env("INTEROP_OTLP_GRPC_PORT", grpc.to_string())
            .env("INTEROP_OTLP_HTTP_PORT", http.to_string())
            .env("INTEROP_ZIPKIN_PORT", zipkin.to_string())
            .env("INTEROP_THRIFT_HTTP_PORT", thrift_http.to_string())
            .env("INTEROP_THRIFT_UDP_PORT", thrift_udp.to_string());
        let mut jaeger = Self {
            process: Process::start("Jaeger", &mut command)?,
            api,
            grpc,
            http,
            zipkin,
            thrift_http,
            thrift_udp,
        };
        let client = reqwest::Client::builder().no_proxy().build()?;
        let services = format!("{}/api/services", jaeger.api());
        let is_ready = async || {
            let reply = client.get(&services).send().await;
            reply.is_ok_and(|reply| reply.status().is_success())
                && [grpc, http, zipkin, thrift_http].into_iter().all(listens)
        };
        jaeger.process.wait_until(START, is_ready).await?;
        Ok(jaeger)
    }

    /// The base URL of its query API.
    pub(crate) fn api(&self) -> String {
        format!("http://127.0.0.1:{}", self.api)
    }

    /// Where it takes spans by this protocol.
    pub(crate) fn endpoint(&self, protocol: super::Protocol) -> String {
        use super::Protocol;
        let port = match protocol {
            Protocol::Grpc => self.grpc,
            Protocol::Http | Protocol::HttpGzip | Protocol::HttpJson => self.http,
            Protocol::Zipkin => self.zipkin,
            Protocol::ThriftHttp => self.thrift_http,
            Protocol::ThriftUdp => return format!("127.0.0.1:{}", self.thrift_udp),
        };
        format!("http://127.0.0.1:{port}")
    }

    pub(crate) async fn stop(self) -> Result<(), Box<dyn Error>> {
        self.process.stop().await
    }
}

/// Ports that nothing listens on, held together so that they differ.
pub(crate) fn free_ports<const N: usize>() -> std::io::Result<[u16; N]> {
    let mut listeners = Vec::new();
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        *port = listener.local_addr()?.port();
        listeners.push(listener);
    }
    Ok(ports)
}

pub(crate) fn listens(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}
