//! Listeners, and their end.

use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::budget::Budget;
use super::config::IngestConfig;
use super::connection::{self, Role};
use super::cors::{Allowed, InvalidHeader};
use super::counts::{Counters, Counts};
use super::take::Shared;
use super::tls::{TlsError, acceptor};
use crate::store::Append;

/// How long to wait when no connection can be accepted, because there are too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// Where requests come in.
#[derive(Debug, Default)]
pub struct Listeners {
    /// For OTLP over HTTP and over gRPC, by what a request is: usually one at port 4318 and one at 4317.
    pub otlp: Vec<TcpListener>,
    /// For Zipkin's v2 JSON, usually at port 9411.
    pub zipkin: Option<TcpListener>,
}

/// Requests cannot be taken with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Of TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Of web pages' headers.
    #[error(transparent)]
    Cors(#[from] InvalidHeader),
}

/// Requests are being taken, until this is stopped or dropped.
#[must_use = "dropping it stops it"]
pub struct Ingest {
    shared: Arc<Shared>,
    stopping: watch::Sender<bool>,
    accepting: JoinSet<()>,
}

/// Begins to take requests.
///
/// # Errors
/// When the certificate or its key cannot be used, or a header's name is none.
///
/// # Panics
/// Outside a tokio runtime.
pub fn serve(
    listeners: Listeners,
    config: IngestConfig,
    store: Arc<dyn Append>,
) -> Result<Ingest, ServeError> {
    let tls = config.tls.as_ref().map(acceptor).transpose()?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let connections = Arc::new(Semaphore::new(config.connections));
    let shared = Arc::new(Shared {
        budget: Budget::new(config.budget_bytes),
        cors: Allowed::new(&config.cors)?,
        config,
        counters: Counters::default(),
        store,
        unpackers: Arc::new(Semaphore::new(cores)),
    });
    let (stopping, _) = watch::channel(false);
    let mut accepting = JoinSet::new();
    let otlp = listeners.otlp.into_iter().map(|listener| (listener, Role::Otlp));
    let zipkin = listeners.zipkin.map(|listener| (listener, Role::Zipkin));
    for (listener, role) in otlp.chain(zipkin) {
        let accept = Accept {
            shared: Arc::clone(&shared),
            role,
            tls: tls.clone(),
            connections: Arc::clone(&connections),
            stopping: stopping.subscribe(),
        };
        accepting.spawn(accept.run(listener));
    }
    Ok(Ingest {
        shared,
        stopping,
        accepting,
    })
}

impl Ingest {
    /// What has been accepted, rejected and refused.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counting().counts()
    }

    /// What counts, also when this has gone.
    #[must_use]
    pub fn counting(&self) -> Counting {
        Counting(Arc::clone(&self.shared))
    }

    /// Accepts no more connections, and answers the requests in flight. Says whether all were answered within
    /// `deadline`; those that were not lose their connection.
    pub async fn stop(mut self, deadline: Duration) -> bool {
        self.stopping.send_replace(true);
        let all = async { while self.accepting.join_next().await.is_some() {} };
        timeout(deadline, all).await.is_ok()
    }
}

/// Counts what comes in.
#[derive(Clone)]
pub struct Counting(Arc<Shared>);

impl Counting {
    /// What has been accepted, rejected and refused.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.counters.read(self.0.budget.used())
    }
}

impl fmt::Debug for Counting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Counting").field(&self.counts()).finish()
    }
}

/// Accepts connections of a listener.
struct Accept {
    shared: Arc<Shared>,
    role: Role,
    tls: Option<TlsAcceptor>,
    connections: Arc<Semaphore>,
    stopping: watch::Receiver<bool>,
}

impl Accept {
    /// Runs until it is stopped and the last connection has ended.
    async fn run(self, listener: TcpListener) {
        let mut stopping = self.stopping.clone();
        let mut open = JoinSet::new();
        loop {
            tokio::select! {
                () = connection::stopped(&mut stopping) => break,
                _ = open.join_next(), if !open.is_empty() => {}
                stream = accepted(&listener) => {
                    // Only now: a listener to which nobody comes is not to hold a place.
                    let permit = tokio::select! {
                        () = connection::stopped(&mut stopping) => break,
                        permit = Arc::clone(&self.connections).acquire_owned() => permit,
                    };
                    let connection = self.connection(stream);
                    open.spawn(async move {
                        connection.await;
                        drop(permit);
                    });
                }
            }
        }
        drop(listener);
        while open.join_next().await.is_some() {}
    }

    fn connection(&self, stream: TcpStream) -> impl Future<Output = ()> + Send + use<> {
        let (shared, role, stopping) = (Arc::clone(&self.shared), self.role, self.stopping.clone());
        let tls = self.tls.clone();
        async move {
            let _open = shared.counters.connection();
            let _ = stream.set_nodelay(true);
            let Some(tls) = tls else {
                return connection::serve(stream, Arc::clone(&shared), role, stopping).await;
            };
            // What fails here is the sender's to see.
            if let Ok(Ok(stream)) = timeout(shared.config.timeouts.header, tls.accept(stream)).await {
                connection::serve(stream, Arc::clone(&shared), role, stopping).await;
            }
        }
    }
}

/// The next connection.
async fn accepted(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if of_one_connection(&error) => {}
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// A connection that has ended before it was accepted says nothing of the listener.
fn of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
