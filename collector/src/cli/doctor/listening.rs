//! Whether a collector answers at its addresses, and who else is there.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Report;
use super::owner::owner;
use crate::cli::arguments::Addresses;
use crate::cli::asking::Asking;

/// Longest wait for an answer from this machine.
const PATIENCE: Duration = Duration::from_secs(2);
/// A page of ours is smaller.
const PAGE: usize = 4 << 20;

/// What is at an address.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Nobody,
    Collector,
    Stranger,
}

pub(super) async fn examine(at: &Addresses, report: &mut Report) {
    let places = [
        ("traces", at.listen, "--listen"),
        ("OTLP over HTTP", at.otlp_http, "--otlp-http"),
        ("OTLP over gRPC", at.otlp_grpc, "--otlp-grpc"),
    ];
    let mut answering = 0;
    for (label, address, flag) in places {
        let web = flag == "--listen";
        match find(address, web).await {
            Found::Nobody => report.line(label, format!("{address}  nobody listens")),
            Found::Collector => {
                answering += 1;
                report.line(label, format!("{address}  a collector answers{}", by(address)));
            }
            Found::Stranger => report.problem(
                label,
                format!(
                    "{address}  something else listens{}: stop it, or give `spanwright serve` another address by {flag}",
                    by(address)
                ),
            ),
        }
    }
    if answering == 0 {
        report.line("", "no collector runs here: start one by `spanwright serve`");
    }
}

fn by(address: SocketAddr) -> String {
    owner(address).map_or_else(String::new, |owner| format!(" ({owner})"))
}

/// Both OTLP listeners take both protocols, so that both are asked by HTTP.
async fn find(address: SocketAddr, web: bool) -> Found {
    if !matches!(timeout(PATIENCE, TcpStream::connect(address)).await, Ok(Ok(_))) {
        return Found::Nobody;
    }
    let Ok(collector) = Asking::new(&format!("http://{address}")) else {
        return Found::Stranger;
    };
    let asked = async {
        if web {
            let page = collector.get("/").await.ok()?;
            let page = Limited::new(page.into_body(), PAGE)
                .collect()
                .await
                .ok()?
                .to_bytes();
            memchr::memmem::find(&page, b"Spanwright").map(|_| ())
        } else {
            collector.send(Bytes::new()).await.ok()
        }
    };
    match timeout(PATIENCE, asked).await {
        Ok(Some(())) => Found::Collector,
        _ => Found::Stranger,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_and_strangers_are_told_apart() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        let stranger = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                drop(stream);
            }
        });
        for web in [true, false] {
            assert_eq!(find(address, web).await, Found::Stranger);
        }
        stranger.abort();
        let _ = stranger.await;
        assert_eq!(find(address, false).await, Found::Nobody);
    }
}
