//! `spanwright serve`.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use super::Failure;
use super::arguments::Serve;
use crate::ingest::TlsFiles;
use crate::service::{Addresses, Service, ServiceConfig};

/// How long requests in flight are waited for at the end.
const DEADLINE: Duration = Duration::from_secs(5);

pub(super) fn run(options: Serve) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(config(options)?))
}

fn config(options: Serve) -> Result<ServiceConfig, Failure> {
    let mut config = ServiceConfig::new(options.folder.path()?);
    config.listen = options.listen;
    config.otlp_http = options.otlp_http;
    config.otlp_grpc = options.otlp_grpc;
    config.zipkin = options.zipkin;
    config.store.retention = Duration::from_secs(u64::from(options.retention_hours) * 3600);
    config.store.bytes = options.max_size << 20;
    config.ingest.cors.origins = options.allow_origin;
    config.web.allowed_hosts = options.allow_host;
    if let (Some(certificate), Some(key)) = (options.tls_certificate, options.tls_key) {
        config.ingest.tls = Some(TlsFiles { certificate, key });
    }
    Ok(config)
}

async fn serve(config: ServiceConfig) -> Result<(), Failure> {
    let folder = config.store.folder.clone();
    let service = Service::start(config).await?;
    let addresses = service.addresses();
    say(&started(&addresses, &folder));
    signal().await?;
    say("stopping\n");
    if service.stop(DEADLINE).await {
        Ok(())
    } else {
        Err("some requests were not answered in time; what was acknowledged is stored".into())
    }
}

/// Where it listens, and where it keeps what comes in.
fn started(addresses: &Addresses, folder: &Path) -> String {
    let mut lines = format!(
        "spanwright {}\n  traces            http://{}\n  OTLP over HTTP    http://{}\n  OTLP over gRPC    http://{}\n",
        env!("CARGO_PKG_VERSION"),
        addresses.web,
        addresses.otlp_http,
        addresses.otlp_grpc
    );
    if let Some(zipkin) = addresses.zipkin {
        lines.push_str(&format!("  Zipkin's JSON     http://{zipkin}/api/v2/spans\n"));
    }
    lines.push_str(&format!("  kept in           {}\n", folder.display()));
    lines
}

/// On stderr; a collector whose terminal has gone goes on.
fn say(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Waits for Ctrl-C, or for being asked to end.
async fn signal() -> Result<(), Failure> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted?,
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}
