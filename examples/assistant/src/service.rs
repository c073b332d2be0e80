//! Putting the service together: knowledge, model, tools, and the addresses that they listen on.

use crate::llm::{Endpoint, Llm};
use crate::orchestrator::Orchestrator;
use crate::store::Store;
use crate::tool::ToolClient;
use crate::{Failure, output, server, stub, telemetry, tool_server};
use spanwright::destination::console::Console;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;

const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";

/// A running service; its database is deleted when this is dropped.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    /// Where the model is, for people.
    pub(crate) model: String,
    /// Whether the model is the bundled stub.
    pub(crate) stubbed: bool,
    _database: TempDir,
}

/// Starts everything on the runtime that this is called on.
pub(crate) async fn start(listener: TcpListener) -> Result<Service, Failure> {
    let database = tempfile::tempdir()?;
    let store = Store::create(&database.path().join("assistant.db")).await?;
    let tools = background(|listener| tool_server::serve(listener, store.clone())).await?;
    let endpoint = match Endpoint::from_environment()? {
        Some(endpoint) => endpoint,
        None => Endpoint::stub(background(stub::serve).await?),
    };
    let address = listener.local_addr()?;
    let service = Service {
        address,
        model: endpoint.to_string(),
        stubbed: endpoint.is_stub(),
        _database: database,
    };
    let orchestrator = Orchestrator::new(Llm::new(endpoint)?, ToolClient::new(tools)?, store);
    tokio::spawn(server::serve(listener, Arc::new(orchestrator)));
    Ok(service)
}

/// Serves something of this program on a free port, and says on which.
async fn background<F>(serve: impl FnOnce(TcpListener) -> F) -> Result<SocketAddr, Failure>
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(serve(listener));
    Ok(address)
}

/// `assistant serve`: stays up until it is interrupted.
pub(crate) async fn serve(address: Option<&String>) -> Result<ExitCode, Failure> {
    let guard = telemetry::start("assistant", Console::stderr())?;
    let listener = TcpListener::bind(address.map_or(DEFAULT_ADDRESS, String::as_str)).await?;
    let service = start(listener).await?;
    let url = format!("http://{}", service.address);
    output::line(&format!(
        "The assistant listens on {url}, and asks {}.\nTry:\n  curl {url}{} -H 'content-type: application/json' \
         -d '{{\"query\": \"Which projects are delayed?\", \"session_id\": \"s-1\", \"persona\": \"noor\"}}'\n\
         Ctrl-C ends it.",
        service.model,
        server::CHAT,
    ));
    interrupted().await?;
    telemetry::end(guard).await;
    Ok(ExitCode::SUCCESS)
}

/// Waits for Ctrl-C, or for the signal that asks a service to end.
pub(crate) async fn interrupted() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
