//! One request over HTTP: a body in, one blocking POST, the answer or why there is none out.
//!
//! Redirects are not followed, and no message holds a header or a body. Which failures may pass is OTLP's rule, and holds
//! for every destination that speaks HTTP.

use super::endpoint::Endpoint;
use super::retry_after;
use super::tls::Tls;
use crate::destination::DeliveryError;
use std::time::{Duration, SystemTime};
use ureq::http::header::RETRY_AFTER;
use ureq::http::{HeaderMap, Request, Response, StatusCode};
use ureq::{Body, Error};

/// Bytes of a reply that are read.
pub(in crate::destination) const LONGEST_REPLY: u64 = 4 << 20;

/// A client with its kept connections.
pub(in crate::destination) struct HttpClient {
    agent: ureq::Agent,
}

impl HttpClient {
    /// `timeout` is for one request, from resolving the name to the last byte of the reply.
    #[cfg_attr(not(feature = "tls"), allow(unused_variables, reason = "empty without TLS"))]
    pub(in crate::destination) fn new(timeout: Duration, user_agent: &str, tls: &Tls) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(timeout))
            .user_agent(user_agent);
        #[cfg(feature = "tls")]
        let config = config.tls_config(tls.for_http());
        Self {
            agent: config.build().new_agent(),
        }
    }

    /// The answer, if it says that the request was taken.
    pub(in crate::destination) fn post(
        &self,
        endpoint: &Endpoint,
        headers: HeaderMap,
        body: &[u8],
    ) -> Result<Response<Body>, DeliveryError> {
        let mut request = Request::post(endpoint.uri().clone()).body(body).map_err(|_| {
            DeliveryError::permanent(format!("{endpoint} is not a URL that can be posted to"))
        })?;
        *request.headers_mut() = headers;
        match self.agent.run(request) {
            Ok(response) if response.status().is_success() => Ok(response),
            Ok(response) => Err(refused(endpoint, response.status(), &response)),
            Err(error) => Err(not_sent(endpoint, &error)),
        }
    }
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
