//! OTLP over HTTP: one request's bytes in, one blocking POST, what became of it out.
//!
//! Redirects are not followed, replies are read to a bound, and no message holds a header or a body.

use super::endpoint::{Endpoint, Signal};
use super::settings::{Protocol, Settings};
use super::{reply, retry_after};
use crate::destination::{Delivered, DeliveryError};
use flate2::write::GzEncoder;
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::SystemTime;
use ureq::http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use ureq::http::{HeaderValue, Request, Response, StatusCode};
use ureq::{Body, Error};

/// Bytes of a reply that are read.
const LONGEST_REPLY: u64 = 4 << 20;

/// A client with its kept connections.
pub(super) struct HttpClient {
    agent: ureq::Agent,
    settings: Arc<Settings>,
    packed: Vec<u8>,
}

impl HttpClient {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(settings.timeout))
            .user_agent(super::USER_AGENT);
        #[cfg(feature = "tls")]
        let config = config.tls_config(settings.tls.for_http());
        Self {
            agent: config.build().new_agent(),
            settings,
            packed: Vec::new(),
        }
    }

    pub(super) fn send(&mut self, signal: Signal, body: &[u8]) -> Result<Delivered, DeliveryError> {
        let endpoint = self.settings.endpoint(signal);
        let body = if self.settings.gzip {
            gzip(&mut self.packed, body)?;
            &self.packed
        } else {
            body
        };
        let mut request = Request::post(endpoint.uri().clone()).body(body).map_err(|_| {
            DeliveryError::permanent(format!("{endpoint} is not a URL that can be posted to"))
        })?;
        let headers = request.headers_mut();
        headers.extend(self.settings.headers.clone());
        headers.insert(CONTENT_TYPE, self.content_type());
        if self.settings.gzip {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        match self.agent.run(request) {
            Ok(response) => self.read(endpoint, response),
            Err(error) => Err(not_sent(endpoint, &error)),
        }
    }

    fn content_type(&self) -> HeaderValue {
        HeaderValue::from_static(match self.settings.protocol {
            Protocol::HttpJson => "application/json",
            _ => "application/x-protobuf",
        })
    }

    fn read(&self, endpoint: &Endpoint, response: Response<Body>) -> Result<Delivered, DeliveryError> {
        let status = response.status();
        if !status.is_success() {
            return Err(refused(endpoint, status, &response));
        }
        let is_json = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
        let mut bytes = Vec::new();
        let reader = response.into_body().into_reader();
        // The status said that the records arrived; a reply that breaks off or never ends changes nothing.
        match reader.take(LONGEST_REPLY).read_to_end(&mut bytes) {
            Err(_) => Ok(Delivered::default()),
            Ok(_) if is_json => Ok(reply::from_json(&bytes, &self.settings.headers)),
            Ok(_) => Ok(reply::from_protobuf(&bytes, &self.settings.headers)),
        }
    }
}

/// Packs `body`, fast rather than small: it is text that shrinks well either way.
fn gzip(packed: &mut Vec<u8>, body: &[u8]) -> Result<(), DeliveryError> {
    packed.clear();
    let mut encoder = GzEncoder::new(std::mem::take(packed), flate2::Compression::fast());
    *packed = encoder
        .write_all(body)
        .and_then(|()| encoder.finish())
        .map_err(|error| DeliveryError::permanent(format!("the request could not be compressed: {error}")))?;
    Ok(())
}

/// A status other than success (OTLP 1.11, "Failures" and "OTLP/HTTP Throttling").
fn refused(endpoint: &Endpoint, status: StatusCode, response: &Response<Body>) -> DeliveryError {
    let message = format!("{endpoint} answered {status}");
    match status.as_u16() {
        429 | 502 | 503 | 504 => DeliveryError::Retry {
            after: response
                .headers()
                .get(RETRY_AFTER)
                .and_then(|value| value.to_str().ok())
                .and_then(|text| retry_after::parse(text, SystemTime::now())),
            message,
        },
        401 | 403 | 404 => DeliveryError::Denied { message },
        413 => DeliveryError::TooLarge { message },
        300..=399 => DeliveryError::permanent(format!("{message}; redirects are not followed")),
        _ => DeliveryError::permanent(message),
    }
}

/// No answer. Only what lies in the request or the configuration is hopeless; the rest may pass.
fn not_sent(endpoint: &Endpoint, error: &Error) -> DeliveryError {
    let problem = match error {
        Error::Timeout(_) => "no answer in time".into(),
        Error::Io(error) => error.to_string(),
        Error::HostNotFound => "the host was not found".into(),
        Error::ConnectionFailed | Error::ConnectProxyFailed(_) => "no connection".into(),
        Error::Protocol(_) | Error::LargeResponseHeader(..) => "the answer is not HTTP".into(),
        Error::BadUri(_) | Error::Http(_) | Error::InvalidProxyUrl | Error::TlsRequired => {
            return DeliveryError::permanent(format!("{endpoint} cannot be posted to"));
        }
        // Others are about TLS and name certificates and protocol versions only.
        other => other.to_string(),
    };
    DeliveryError::retry(format!("{endpoint}: {problem}"))
}
