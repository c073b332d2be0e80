//! A service between two others: takes requests with `TraceLayer`, and calls the address it was started with, with the
//! headers that `propagate::inject` makes. Which those are is left to `OTEL_PROPAGATORS`.
//!
//! `relay URL` prints its own address, and ends when its standard input does.

use axum::Router;
use axum::routing::get;
use spanwright::http::TraceLayer;
use spanwright::propagate::Trust;
use std::error::Error;
use std::io::Read;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let next = std::env::args().nth(1).ok_or("usage: relay URL")?;
    let _guard = spanwright::builder("relay").install_subscriber(false).init()?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let call = move || {
        let mut headers = axum::http::HeaderMap::new();
        spanwright::propagate::inject(&mut headers);
        let request = client.post(&next).headers(headers).body("a body");
        async move {
            let answer = request.send().await;
            answer.map_or_else(|error| error.to_string(), |answer| answer.status().to_string())
        }
    };
    let layer = TraceLayer::new().trust(Trust::Continue);
    let router = Router::new().route("/", get(call)).layer(layer);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    tokio::select! {
        ended = async { axum::serve(listener, router).await } => ended?,
        _ = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())) => {}
    }
    Ok(())
}
