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
    config.listen = options.at.listen;
    config.otlp_http = options.at.otlp_http;
    config.otlp_grpc = options.at.otlp_grpc;
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
    announce(&service.addresses(), &folder)?;
    interrupted().await?;
    stop(service).await
}

/// Says where everything is: one line each, for people and for programs that start this one.
pub(super) fn announce(addresses: &Addresses, folder: &Path) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "spanwright {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "  traces            http://{}", addresses.web)?;
    writeln!(out, "  OTLP over HTTP    http://{}", addresses.otlp_http)?;
    writeln!(out, "  OTLP over gRPC    http://{}", addresses.otlp_grpc)?;
    if let Some(zipkin) = addresses.zipkin {
        writeln!(out, "  Zipkin's JSON     http://{zipkin}/api/v2/spans")?;
    }
    writeln!(out, "  kept in           {}", folder.display())?;
    out.flush()
}

/// Answers what is in flight, and closes the store.
pub(super) async fn stop(service: Service) -> Result<(), Failure> {
    if service.stop(DEADLINE).await {
        Ok(())
    } else {
        Err("some requests were not answered in time; what was acknowledged is stored".into())
    }
}

/// Waits for Ctrl-C, or for being asked to end.
pub(super) async fn interrupted() -> Result<(), Failure> {
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
