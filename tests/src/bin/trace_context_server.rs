//! Serves `POST /test` for W3C's Trace Context test suite at the address given, for example
//! `cargo run -p spanwright-tests --bin trace_context_server -- 127.0.0.1:5055`.

use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args()
        .nth(1)
        .ok_or("give an address, as in 127.0.0.1:5055")?;
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, spanwright_tests::trace_context::router()).await?;
    Ok(())
}
