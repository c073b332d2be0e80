//! A program that has its telemetry already, and only adds the annotations.
//!
//! `tracing` spans go through `tracing-opentelemetry` into an `opentelemetry_sdk` provider, as they did before.
//! Nothing of Spanwright is started: without `init()` each annotated function is a `tracing` span of that pipeline.
//!
//! ```text
//! cargo run -p on-tracing-opentelemetry
//! ```

use opentelemetry::trace::{SpanId, Status, TracerProvider};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use spanwright::{trace_db_query, traced};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Mutex;
use std::time::Duration;
use tracing::Instrument;
use tracing_subscriber::prelude::*;

/// Prints each trace as a tree once its root has ended.
#[derive(Debug, Default)]
struct Tree {
    /// Ended spans by their parents.
    below: Mutex<BTreeMap<[u8; 8], Vec<SpanData>>>,
}

impl SpanExporter for Tree {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let mut text = String::new();
        if let Ok(mut below) = self.below.lock() {
            for span in batch {
                if span.parent_span_id == SpanId::INVALID {
                    print(&mut text, &mut below, &span, 0);
                } else {
                    below
                        .entry(span.parent_span_id.to_bytes())
                        .or_default()
                        .push(span);
                }
            }
        }
        // Whoever reads the output may be gone.
        let _ = std::io::stdout().write_all(text.as_bytes());
        Ok(())
    }
}

fn print(text: &mut String, below: &mut BTreeMap<[u8; 8], Vec<SpanData>>, span: &SpanData, depth: usize) {
    let _ = write!(text, "{:depth$}{} {:?}", "", span.name, span.span_kind);
    for attribute in &span.attributes {
        // Where the code is, which thread ran it: of no use here.
        if !attribute.key.as_str().starts_with("code.") && !attribute.key.as_str().starts_with("thread.") {
            let _ = write!(text, " {}={}", attribute.key, attribute.value);
        }
    }
    if let Status::Error { description } = &span.status {
        let _ = write!(text, " ERROR: {description}");
    }
    text.push('\n');
    for child in below
        .remove(&span.span_context.span_id().to_bytes())
        .unwrap_or_default()
    {
        print(text, below, &child, depth + 2);
    }
}

#[derive(Debug)]
struct OutOfStock(u32);

impl std::fmt::Display for OutOfStock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "article {} is out of stock", self.0)
    }
}

impl std::error::Error for OutOfStock {}

const RESERVE: &str = "UPDATE stock SET reserved = reserved + 1 WHERE article = $1";

#[trace_db_query(system = "sqlite", query = RESERVE)]
async fn reserve(article: u32) -> Result<u64, OutOfStock> {
    tracing::debug!(RESERVE, "running");
    tokio::time::sleep(Duration::from_millis(2)).await;
    if article > 100 {
        return Err(OutOfStock(article));
    }
    Ok(1)
}

/// The token is redacted before the existing pipeline sees it.
#[traced(kind = server, capture(article, customer), fields(auth.token = token))]
async fn order(article: u32, customer: &str, token: &str) -> Result<u64, OutOfStock> {
    tracing::debug!(customer, authorised = !token.is_empty(), "ordering");
    // A span that was there before, between two of ours.
    async { reserve(article).await }
        .instrument(tracing::info_span!("inventory", warehouse = 3))
        .await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> OTelSdkResult {
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(Tree::default())
        .build();
    tracing_subscriber::registry()
        .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("shop")))
        .init();

    for article in [7, 700] {
        let _ = order(article, "noor", "planted-token").await;
    }
    provider.shutdown()
}
