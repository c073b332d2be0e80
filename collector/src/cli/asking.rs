//! Asking a collector over HTTP.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::Failure;

/// Asks the collector at one address.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    /// Without a slash at its end.
    url: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Asking {
    pub(super) fn new(url: &str) -> Self {
        Self {
            url: url.trim_end_matches('/').to_owned(),
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// Begins to read what is at this path.
    pub(super) async fn get(&self, path: &str) -> Result<Response<Incoming>, Failure> {
        let request = Request::get(format!("{}{path}", self.url)).body(Full::default())?;
        self.answer(request).await
    }

    /// Sends an `ExportTraceServiceRequest`, which is stored when this returns.
    pub(super) async fn send(&self, body: Bytes) -> Result<(), Failure> {
        let request = Request::post(format!("{}/v1/traces", self.url))
            .header("content-type", "application/x-protobuf")
            .body(Full::new(body))?;
        let answer = self.answer(request).await?;
        answer.into_body().collect().await?;
        Ok(())
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Failure> {
        let url = &self.url;
        let answer = self.client.request(request).await.map_err(|_| {
            format!("no collector answers at {url}: start `spanwright serve`, or say where it is")
        })?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let text = answer.into_body().collect().await?.to_bytes();
        let text = String::from_utf8_lossy(&text);
        let text: String = super::terminal::safe(text.trim()).chars().take(500).collect();
        Err(format!("{url} answered {status}: {text}").into())
    }
}
