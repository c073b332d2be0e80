//! Zipkin's v2 JSON over HTTP.

use std::sync::Arc;

use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;

use super::encoding::Encoding;
use super::otlp_http::{discard, encoding, format, receive, refused};
use super::refusal::Refusal;
use super::reply::Reply;
use super::status::Signal;
use super::take::{Announced, Format, Shared};

/// Answers a request as Zipkin does: 202, or what is wrong with the spans, of which then none is stored.
pub(super) async fn answer(shared: &Arc<Shared>, request: Request<Incoming>) -> Response<Reply> {
    let result = match head(&request) {
        Ok(encoding) => {
            let announced = Announced {
                signal: Signal::Traces,
                format: Format::Zipkin,
                encoding,
                kept: false,
            };
            receive(shared, request, announced).await
        }
        Err(refusal) => {
            discard(shared, request).await;
            Err(refusal)
        }
    };
    match result {
        Ok(_) => {
            let mut response = Response::new(Reply::default());
            *response.status_mut() = StatusCode::ACCEPTED;
            response
        }
        Err(refusal) => {
            shared.counters.refused(&refusal);
            refused(&refusal, Some(Format::Zipkin))
        }
    }
}

fn head(request: &Request<Incoming>) -> Result<Encoding, Refusal> {
    if request.uri().path() != "/api/v2/spans" {
        return Err(Refusal::ZipkinPath);
    }
    if request.method() != Method::POST {
        return Err(Refusal::Method);
    }
    if format(request.headers()) != Some(Format::Json) {
        return Err(Refusal::ContentType("send application/json"));
    }
    encoding(request.headers())
}
