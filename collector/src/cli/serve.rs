//! `spanwright serve`.

use std::time::Duration;

use super::Failure;
use super::arguments::Serve;
use crate::ingest::TlsFiles;
use crate::service::{Service, ServiceConfig};

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
    eprintln!("spanwright {}", env!("CARGO_PKG_VERSION"));
    eprintln!("  traces            http://{}", addresses.web);
    eprintln!("  OTLP over HTTP    http://{}", addresses.otlp_http);
    eprintln!("  OTLP over gRPC    http://{}", addresses.otlp_grpc);
    if let Some(zipkin) = addresses.zipkin {
        eprintln!("  Zipkin's JSON     http://{zipkin}/api/v2/spans");
    }
    eprintln!("  kept in           {}", folder.display());
    signal().await?;
    eprintln!("stopping");
    if service.stop(DEADLINE).await {
        Ok(())
    } else {
        Err("some requests were not answered in time; what was acknowledged is stored".into())
    }
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
