//! OTLP over gRPC.
//!
//! The calls are unary and few, and are read here off HTTP/2 itself: a server made for messages unpacks one whole
//! before it can be counted against the budget, and knows only gzip's first member.

use std::fmt::Write;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Version};
use hyper::body::Incoming;

use super::arriving::Arriving;
use super::counts::add;
use super::encoding::Encoding;
use super::otlp_http;
use super::refusal::Refusal;
use super::reply::Reply;
use super::status::{Outcome, Signal, status_protobuf};
use super::take::{Announced, Format, Shared, take};

const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");
const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
const ACCEPTED: HeaderName = HeaderName::from_static("grpc-accept-encoding");
const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");

/// Whether a request is a gRPC call.
pub(super) fn is_call(headers: &HeaderMap) -> bool {
    subtype(headers).is_some()
}

/// What stands after `application/grpc`: nothing, `+proto`, parameters.
fn subtype(headers: &HeaderMap) -> Option<&[u8]> {
    let rest = headers
        .get(CONTENT_TYPE)?
        .as_bytes()
        .strip_prefix(b"application/grpc")?;
    matches!(rest.first(), None | Some(b'+' | b';')).then_some(rest)
}

/// Answers a call.
pub(super) async fn answer(shared: &Arc<Shared>, request: Request<Incoming>) -> Response<Reply> {
    if request.version() < Version::HTTP_2 {
        let refusal = Refusal::ContentType("gRPC needs HTTP/2");
        shared.counters.refused(&refusal);
        otlp_http::discard(shared, request).await;
        return otlp_http::refused(&refusal, None);
    }
    match receive(shared, request).await {
        Ok(outcome) => success(&outcome),
        Err(refusal) => {
            shared.counters.refused(&refusal);
            refused(&refusal)
        }
    }
}

fn signal(path: &str) -> Option<Signal> {
    match path.strip_prefix("/opentelemetry.proto.collector.")? {
        "trace.v1.TraceService/Export" => Some(Signal::Traces),
        "logs.v1.LogsService/Export" => Some(Signal::Logs),
        "metrics.v1.MetricsService/Export" => Some(Signal::Metrics),
        _ => None,
    }
}

async fn receive(shared: &Arc<Shared>, request: Request<Incoming>) -> Result<Outcome, Refusal> {
    let headers = request.headers();
    if !matches!(subtype(headers), Some(b"" | b"+proto") | Some([b';', ..])) {
        return Err(Refusal::ContentType("messages are protobuf, application/grpc"));
    }
    if request.method() != Method::POST {
        return Err(Refusal::Method);
    }
    let signal = signal(request.uri().path()).ok_or(Refusal::GrpcMethod)?;
    let named = headers.get(ENCODING).map_or(&b""[..], HeaderValue::as_bytes);
    let named = Encoding::from_name(named).ok_or(Refusal::Encoding)?;
    let config = &shared.config;
    let mut arriving = Arriving::new(request.into_body(), config.largest(), config.timeouts.body);
    let message = arriving.message(&shared.budget).await;
    add(&shared.counters.bytes, arriving.received() as u64);
    let (held, compressed) = message?;
    let encoding = match (compressed, named) {
        (false, _) => Encoding::Identity,
        (true, Encoding::Identity) => {
            let why = "the message is marked as compressed, and no grpc-encoding says how";
            return Err(Refusal::bad_data(&why));
        }
        (true, named) => named,
    };
    let announced = Announced {
        signal,
        format: Format::Protobuf,
        encoding,
        kept: false,
    };
    take(shared, announced, held).await
}

fn head(reply: Reply) -> Response<Reply> {
    let mut response = Response::new(reply);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, GRPC);
    headers.insert(ACCEPTED, HeaderValue::from_static(Encoding::ACCEPTED));
    response
}

fn success(outcome: &Outcome) -> Response<Reply> {
    let message = outcome.to_protobuf();
    let length = u32::try_from(message.len()).unwrap_or(0).to_be_bytes();
    let mut trailers = HeaderMap::new();
    trailers.insert(STATUS, HeaderValue::from_static("0"));
    head(Reply::with_trailers(
        [&[0], &length[..], &message].concat(),
        trailers,
    ))
}

fn refused(refusal: &Refusal) -> Response<Reply> {
    let mut response = head(Reply::default());
    let headers = response.headers_mut();
    headers.insert(STATUS, u64::from(refusal.codes().1).into());
    let details = STANDARD_NO_PAD.encode(status_protobuf(refusal));
    let texts = [(MESSAGE, percent_encoded(&refusal.message())), (DETAILS, details)];
    for (name, text) in texts {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    }
    response
}

/// As gRPC has it: what is not printable ASCII, and `%`.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if matches!(byte, b' '..=b'~') && byte != b'%' {
            encoded.push(char::from(byte));
        } else {
            // A string takes all.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_percent_encoded() {
        assert_eq!(percent_encoded("50 % … done"), "50 %25 %E2%80%A6 done");
    }

    #[test]
    fn calls_are_told_by_their_content_type() {
        let of = |value| HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]);
        assert!(is_call(&of("application/grpc")) && is_call(&of("application/grpc+proto")));
        assert!(!is_call(&of("application/grpc-web")) && !is_call(&of("application/x-protobuf")));
    }
}
