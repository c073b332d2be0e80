//! `spanwright serve`.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use super::Failure;
use super::arguments::Serve;
use super::options::archive;
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
    if let Some(folder) = &options.archive {
        archive(folder, &config.store.folder)?;
    }
    config.store.archive = options.archive;
    config.ingest.cors.origins = options.allow_origin;
    config.web.allowed_hosts = options.allow_host;
    if let (Some(certificate), Some(key)) = (options.tls_certificate, options.tls_key) {
        let files = TlsFiles { certificate, key };
        config.web_tls = options.tls_web.then(|| files.clone());
        config.ingest.tls = Some(files);
    }
    Ok(config)
}

/// By what the listeners are asked: `http` or `https`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schemes {
    web: &'static str,
    otlp: &'static str,
}

impl Schemes {
    pub(super) const PLAIN: Self = Self {
        web: "http",
        otlp: "http",
    };

    pub(super) fn of(config: &ServiceConfig) -> Self {
        let scheme = |tls: &Option<TlsFiles>| if tls.is_some() { "https" } else { "http" };
        Self {
            web: scheme(&config.web_tls),
            otlp: scheme(&config.ingest.tls),
        }
    }
}

async fn serve(config: ServiceConfig) -> Result<(), Failure> {
    let folder = config.store.folder.clone();
    let schemes = Schemes::of(&config);
    let service = Service::start(config).await?;
    announce(&service.addresses(), schemes, &folder);
    interrupted().await?;
    stop(service).await
}

/// Says where everything is: one line each, for people and for programs that start this one. Where nobody listens the
/// collector goes on.
pub(super) fn announce(addresses: &Addresses, schemes: Schemes, folder: &Path) {
    let Schemes { web, otlp } = schemes;
    let mut lines = format!("spanwright {}\n", env!("CARGO_PKG_VERSION"));
    let mut add =
        |what: &str, value: &dyn std::fmt::Display| lines.push_str(&format!("  {what:<18}{value}\n"));
    add("traces", &format_args!("{web}://{}", addresses.web));
    add(
        "OTLP over HTTP",
        &format_args!("{otlp}://{}", addresses.otlp_http),
    );
    add(
        "OTLP over gRPC",
        &format_args!("{otlp}://{}", addresses.otlp_grpc),
    );
    if let Some(zipkin) = addresses.zipkin {
        add("Zipkin's JSON", &format_args!("{otlp}://{zipkin}/api/v2/spans"));
    }
    add("kept in", &folder.display());
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
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
