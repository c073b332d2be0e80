//! OTLP over HTTP.

use std::sync::Arc;

use http::header::{
    ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, RETRY_AFTER,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use hyper::body::Incoming;

use super::arriving::Arriving;
use super::counts::add;
use super::encoding::Encoding;
use super::refusal::Refusal;
use super::reply::Reply;
use super::status::{Outcome, Signal, status_json, status_protobuf};
use super::take::{Announced, Format, KEEP, Shared, take};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");

/// Bytes of JSON that are read from one piece, which is faster; of more, pieces are let go as they are read.
const WHOLE_JSON: u64 = 4 << 20;

/// Answers a request to one of OTLP's paths.
pub(super) async fn answer(shared: &Arc<Shared>, request: Request<Incoming>) -> Response<Reply> {
    let signal = signal(request.uri().path());
    if signal.is_some()
        && let Some(response) = shared.cors.preflight(&request)
    {
        return response;
    }
    let origin = shared.cors.origin(request.headers());
    let mut response = answer_to(shared, request, signal).await;
    shared.cors.mark(&mut response, origin);
    response
}

async fn answer_to(
    shared: &Arc<Shared>,
    request: Request<Incoming>,
    signal: Option<Signal>,
) -> Response<Reply> {
    let format = format(request.headers());
    let result = match head(&request, signal) {
        Ok(announced) => receive(shared, request, announced)
            .await
            .map(|outcome| (outcome, announced.signal)),
        Err(refusal) => {
            discard(shared, request).await;
            Err(refusal)
        }
    };
    match result {
        Ok((outcome, signal)) => success(&outcome, signal, format),
        Err(refusal) => {
            shared.counters.refused(&refusal);
            refused(&refusal, format)
        }
    }
}

fn signal(path: &str) -> Option<Signal> {
    match path.strip_suffix('/').unwrap_or(path) {
        "/v1/traces" => Some(Signal::Traces),
        "/v1/logs" => Some(Signal::Logs),
        "/v1/metrics" => Some(Signal::Metrics),
        _ => None,
    }
}

/// What the request's head says; or that it is refused for what it says.
fn head(request: &Request<Incoming>, signal: Option<Signal>) -> Result<Announced, Refusal> {
    let signal = signal.ok_or(Refusal::Path)?;
    if request.method() != Method::POST {
        return Err(Refusal::Method);
    }
    let format = format(request.headers()).ok_or(Refusal::ContentType(
        "send application/x-protobuf or application/json",
    ))?;
    let kept = request.headers().get(KEEP);
    Ok(Announced {
        signal,
        format,
        encoding: encoding(request.headers())?,
        kept: kept.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true")),
    })
}

pub(super) fn format(headers: &HeaderMap) -> Option<Format> {
    let value = headers.get(CONTENT_TYPE)?.as_bytes();
    let name = value.split(|&byte| byte == b';').next()?.trim_ascii();
    match name.to_ascii_lowercase().as_slice() {
        b"application/json" => Some(Format::Json),
        b"application/x-protobuf" | b"application/protobuf" => Some(Format::Protobuf),
        _ => None,
    }
}

pub(super) fn encoding(headers: &HeaderMap) -> Result<Encoding, Refusal> {
    let mut values = headers.get_all(CONTENT_ENCODING).iter();
    let (first, more) = (values.next(), values.next());
    match (first, more) {
        (None, _) => Ok(Encoding::Identity),
        (Some(value), None) => Encoding::from_name(value.as_bytes()).ok_or(Refusal::Encoding),
        _ => Err(Refusal::Encoding),
    }
}

/// Receives a body, and stores what is in it.
pub(super) async fn receive(
    shared: &Arc<Shared>,
    request: Request<Incoming>,
    announced: Announced,
) -> Result<Outcome, Refusal> {
    let Announced { format, encoding, .. } = announced;
    let length = content_length(request.headers());
    let small = length.is_some_and(|length| length <= WHOLE_JSON.min(shared.config.largest() as u64 / 4));
    let contiguous = encoding == Encoding::Identity && (format == Format::Protobuf || small);
    let drained = drains(&request);
    let config = &shared.config;
    let mut arriving = Arriving::new(request.into_body(), config.largest(), config.timeouts.body);
    let held = arriving.whole(length, contiguous, &shared.budget).await;
    add(&shared.counters.bytes, arriving.received() as u64);
    match held {
        Ok(held) => take(shared, announced, held).await,
        Err(refusal) => {
            if drained && !matches!(refusal, Refusal::Slow | Refusal::Interrupted) {
                arriving.drain().await;
            }
            Err(refusal)
        }
    }
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether the sender writes its body whatever the answer is. One that expects "100 Continue" waits, and in HTTP/2 a
/// body is stopped.
fn drains(request: &Request<Incoming>) -> bool {
    request.version() < Version::HTTP_2 && !request.headers().contains_key(EXPECT)
}

/// Lets the body of a refused request arrive.
pub(super) async fn discard(shared: &Shared, request: Request<Incoming>) {
    if drains(&request) {
        let config = &shared.config;
        let arriving = Arriving::new(request.into_body(), config.largest(), config.timeouts.body);
        arriving.drain().await;
    }
}

fn success(outcome: &Outcome, signal: Signal, format: Option<Format>) -> Response<Reply> {
    match format {
        Some(Format::Json | Format::Zipkin) => with_type(StatusCode::OK, JSON, outcome.to_json(signal)),
        _ => with_type(StatusCode::OK, PROTOBUF, outcome.to_protobuf()),
    }
}

/// Says that a request is refused, in the request's own format; in JSON where it has none.
pub(super) fn refused(refusal: &Refusal, format: Option<Format>) -> Response<Reply> {
    let status = StatusCode::from_u16(refusal.codes().0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match format {
        Some(Format::Protobuf) => with_type(status, PROTOBUF, status_protobuf(refusal)),
        _ => with_type(
            status,
            HeaderValue::from_static("application/json"),
            status_json(refusal),
        ),
    };
    let headers = response.headers_mut();
    if let Some(delay) = refusal.retry() {
        headers.insert(RETRY_AFTER, delay.as_secs().into());
    }
    match refusal {
        Refusal::Method => {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
        }
        Refusal::Encoding => {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(Encoding::ACCEPTED));
        }
        _ => {}
    }
    response
}

fn with_type(status: StatusCode, content_type: HeaderValue, body: Vec<u8>) -> Response<Reply> {
    let mut response = Response::new(Reply::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
