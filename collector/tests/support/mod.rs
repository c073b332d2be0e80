//! What the tests of the ingest have in common: a store in memory, a client, requests.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test binary uses its part"
)]

pub mod client;
pub mod requests;
pub mod store;

use std::net::SocketAddr;
use std::sync::Arc;

use spanwright_collector::ingest::{Ingest, IngestConfig, Listeners, serve};
use tokio::net::TcpListener;

pub use client::{Answer, Client};
pub use store::Memory;

/// An ingest at a port of its own.
pub struct Server {
    pub address: SocketAddr,
    pub zipkin: SocketAddr,
    pub store: Arc<Memory>,
    pub ingest: Ingest,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn forgetting() -> Self {
        Self::keeping(Memory::forgetting(), |_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut IngestConfig)) -> Self {
        Self::keeping(Memory::default(), change).await
    }

    pub async fn keeping(store: Memory, change: impl FnOnce(&mut IngestConfig)) -> Self {
        let mut config = IngestConfig::default();
        change(&mut config);
        let store = Arc::new(store);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let zipkin = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let zipkin_address = zipkin.local_addr().unwrap();
        let listeners = Listeners {
            otlp: vec![listener],
            zipkin: Some(zipkin),
        };
        let ingest = serve(listeners, config, Arc::clone(&store) as _).unwrap();
        Self {
            address,
            zipkin: zipkin_address,
            store,
            ingest,
        }
    }

    pub async fn client(&self) -> Client {
        Client::connect(self.address).await
    }

    /// Sends one request on a connection of its own.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: impl Into<bytes::Bytes>) -> Answer {
        self.client().await.post(path, headers, body).await
    }

    /// How often requests were refused for this reason.
    pub fn refused(&self, reason: &str) -> u64 {
        let counts = self.ingest.counts();
        let mut found = counts.refused.iter().filter(|(name, _)| *name == reason);
        found.next().expect("a reason").1
    }
}
