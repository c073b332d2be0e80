//! Start and stop.

use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::config::{ServiceConfig, StartError};
use super::monitor;
use super::tail::Watched;
use super::tls_listener::TlsListener;
use crate::ingest::{self, Counts, Ingest, Listeners};
use crate::store::Store;
use crate::{jaeger, web};

/// A collector that runs, until it is stopped or dropped.
#[must_use = "dropping it stops it"]
pub struct Service {
    addresses: Addresses,
    store: Store,
    ingest: Ingest,
    pages: JoinHandle<()>,
    stopping: watch::Sender<bool>,
}

/// Where a collector listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    /// The web page and the APIs.
    pub web: SocketAddr,
    /// OTLP over HTTP.
    pub otlp_http: SocketAddr,
    /// OTLP over gRPC.
    pub otlp_grpc: SocketAddr,
    /// Zipkin's v2 JSON.
    pub zipkin: Option<SocketAddr>,
}

impl Service {
    /// Opens the store and all listeners.
    ///
    /// # Errors
    /// When a listener or the store cannot be opened; then nothing is.
    pub async fn start(config: ServiceConfig) -> Result<Self, StartError> {
        let web = listen(config.listen, "the web page", "--listen").await?;
        let otlp_http = listen(config.otlp_http, "OTLP over HTTP", "--otlp-http").await?;
        let otlp_grpc = listen(config.otlp_grpc, "OTLP over gRPC", "--otlp-grpc").await?;
        let zipkin = match config.zipkin {
            Some(address) => Some(listen(address, "Zipkin", "--zipkin").await?),
            None => None,
        };
        let addresses = Addresses {
            web: address(&web, config.listen),
            otlp_http: address(&otlp_http, config.otlp_http),
            otlp_grpc: address(&otlp_grpc, config.otlp_grpc),
            zipkin: zipkin.as_ref().map(|listener| address(listener, config.listen)),
        };
        let web_tls = config.web_tls.as_ref().map(ingest::acceptor).transpose()?;
        let store = Store::open(config.store)?;
        let watched = Arc::new(Watched::new(store.clone()));
        let listeners = Listeners {
            otlp: vec![otlp_http, otlp_grpc],
            zipkin,
        };
        let url = reachable(addresses.otlp_http, config.ingest.tls.is_some());
        let ingest = ingest::serve(listeners, config.ingest, Arc::clone(&watched) as _)?;
        // Where the disk is full the collector runs all the same; an import then asks for its address.
        let _ = store.announce(&url);
        let allowed = config.web.clone();
        let apis = web::guarded(jaeger::router(Arc::new(store.clone())), config.web.clone());
        let router = web::router(Arc::new(store.clone()), Some(watched), config.web)
            .merge(apis)
            .merge(web::guarded(
                monitor::router(ingest.counting(), store.clone()),
                allowed,
            ));
        let (stopping, stopped) = watch::channel(false);
        let pages = match web_tls {
            Some(acceptor) => {
                let web = TlsListener::new(web, acceptor).map_err(|error| StartError::Listen {
                    what: "the web page",
                    address: addresses.web,
                    flag: "--listen",
                    error,
                })?;
                tokio::spawn(serve_pages(web, router, stopped))
            }
            None => tokio::spawn(serve_pages(web, router, stopped)),
        };
        Ok(Self {
            addresses,
            store,
            ingest,
            pages,
            stopping,
        })
    }

    /// Like [`start`](Self::start); but where an address is taken, all listeners are at ports that the system chooses.
    ///
    /// # Errors
    /// When the store, or a listener for another reason, cannot be opened.
    pub async fn start_beside(config: ServiceConfig) -> Result<Self, StartError> {
        match Self::start(config.clone()).await {
            Err(StartError::Listen { error, .. }) if error.kind() == io::ErrorKind::AddrInUse => {
                Self::start(config.any_ports()).await
            }
            started => started,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// What is stored.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What has come in.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.ingest.counts()
    }

    /// Answers the requests in flight, within `deadline`, and closes the store. Says whether all were answered.
    pub async fn stop(self, deadline: Duration) -> bool {
        let answered = self.ingest.stop(deadline).await;
        self.stopping.send_replace(true);
        self.pages.abort();
        let store = self.store;
        let closed = tokio::task::spawn_blocking(move || store.close()).await;
        answered && closed.is_ok()
    }
}

async fn listen(
    address: SocketAddr,
    what: &'static str,
    flag: &'static str,
) -> Result<TcpListener, StartError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| StartError::Listen {
        what,
        address,
        flag,
        error,
    })
}

fn address(listener: &TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}

/// The address as others on this machine may ask for it.
fn reachable(address: SocketAddr, tls: bool) -> String {
    let scheme = if tls { "https" } else { "http" };
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("{scheme}://{}", SocketAddr::new(ip, address.port()))
}

async fn serve_pages<L: Listener<Addr: Debug>>(
    listener: L,
    router: axum::Router,
    mut stopped: watch::Receiver<bool>,
) {
    let until = async move {
        // An error means that nobody can say so any more.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    // Accepting goes on after errors; it ends when it is told to.
    let _ = axum::serve(listener, router).with_graceful_shutdown(until).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_can_be_asked() {
        let cases = [
            ("127.0.0.1:4318", false, "http://127.0.0.1:4318"),
            ("0.0.0.0:4318", true, "https://127.0.0.1:4318"),
            ("[::]:1", false, "http://[::1]:1"),
            ("10.1.2.3:1", false, "http://10.1.2.3:1"),
        ];
        for (address, tls, url) in cases {
            assert_eq!(reachable(address.parse().expect("an address"), tls), url);
        }
    }
}
