//! Asking a collector over HTTP.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::Failure;
use crate::transfer::{first_words, is_page};

/// Asks the collector at one address.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    /// Without a slash at its end.
    url: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Asking {
    pub(super) fn new(url: &str) -> Result<Self, Failure> {
        Ok(Self {
            url: address(url)?,
            client: Client::builder(TokioExecutor::new()).build_http(),
        })
    }

    /// Begins to read what is at this path.
    pub(super) async fn get(&self, path: &str) -> Result<Response<Incoming>, Failure> {
        let request = Request::get(format!("{}{path}", self.url)).body(Full::default())?;
        self.answer(request, false).await
    }

    /// Sends an `ExportTraceServiceRequest`, which is stored when this returns.
    pub(super) async fn send(&self, body: Bytes) -> Result<(), Failure> {
        let request = Request::post(format!("{}/v1/traces", self.url))
            .header("content-type", "application/x-protobuf")
            .body(Full::new(body))?;
        let answer = self.answer(request, true).await?;
        answer.into_body().collect().await?;
        Ok(())
    }

    async fn answer(&self, request: Request<Full<Bytes>>, otlp: bool) -> Result<Response<Incoming>, Failure> {
        let url = &self.url;
        let answer = self.client.request(request).await.map_err(|_| {
            format!("no collector answers at {url}: start `spanwright serve`, or say where it is")
        })?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let (head, body) = answer.into_parts();
        let text = body.collect().await?.to_bytes();
        if is_page(&head.headers, &text) {
            let words = first_words(&text);
            let what = if otlp {
                "OTLP endpoint"
            } else {
                "collector's web page"
            };
            return Err(format!("{url} is no {what}: it answered {status}: {words}").into());
        }
        let text = String::from_utf8_lossy(&text);
        let text: String = super::terminal::safe(text.trim()).chars().take(500).collect();
        Err(format!("{url} answered {status}: {text}").into())
    }
}

/// A URL to ask at, without a slash at its end; http:// may be left out.
pub(super) fn address(text: &str) -> Result<String, Failure> {
    let url = match text.contains("://") {
        true => text.trim_end_matches('/').to_owned(),
        false => format!("http://{}", text.trim_end_matches('/')),
    };
    let host = |uri: &Uri| uri.host().is_some_and(|host| !host.is_empty());
    match url.parse::<Uri>() {
        Ok(uri) if uri.scheme_str() == Some("http") && host(&uri) => Ok(url),
        _ => Err(format!(
            "{text:?} cannot be asked: an address of a collector is expected, such as http://127.0.0.1:8009; https is not \
             spoken"
        )
        .into()),
    }
}
