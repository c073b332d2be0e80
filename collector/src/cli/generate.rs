//! `spanwright generate`.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::Failure;
use super::arguments::Generate;
use crate::generate::{Data, Generator};

pub(super) fn run(options: Generate) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(send(options))
}

/// Sends the traces one request after the other; the last one ends about now.
async fn send(options: Generate) -> Result<(), Failure> {
    let url = format!("{}/v1/traces", options.to.trim_end_matches('/'));
    let data = if options.rich { Data::Rich } else { Data::Short };
    let now = u64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(0);
    let first = now.saturating_sub(options.traces.saturating_mul(1_000_000) + 5_000_000_000);
    let total = options.traces.saturating_mul(10);
    let mut generator = Generator::new(options.seed, data, options.per_request.min(total as usize), first);
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let progress = ProgressBar::new(total).with_style(ProgressStyle::with_template(
        "{bar:40} {human_pos} of {human_len} spans, {per_sec}, {eta} left",
    )?);
    let mut sent = 0;
    while sent < total {
        let (body, spans) = generator.request();
        let request = Request::post(&url)
            .header("content-type", "application/x-protobuf")
            .body(Full::new(body))?;
        let answer = client
            .request(request)
            .await
            .map_err(|error| format!("{url} does not answer: {error}"))?;
        let status = answer.status();
        let text = answer.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            return Err(format!("{url} answered {status}: {}", String::from_utf8_lossy(&text)).into());
        }
        sent += spans as u64;
        progress.set_position(sent);
    }
    progress.finish();
    Ok(())
}
