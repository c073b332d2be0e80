//! Which web pages may send traces: a browser asks before it sends, and reads the answer only where it may.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};

use super::config::Cors;
use super::reply::Reply;

/// Headers that every allowed page may send.
const HEADERS: &str = "content-type, content-encoding, traceparent, authorization";

/// Asked by browsers before a page of the internet reaches into a private network; not in the standard yet.
const ASKED_PRIVATE: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// A name in [`Cors::headers`] is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no name of a header that web pages could be allowed to send")]
pub struct InvalidHeader {
    name: String,
}

/// Who may send, and what.
#[derive(Debug)]
pub(super) struct Allowed {
    origins: Vec<String>,
    headers: HeaderValue,
}

impl Allowed {
    pub(super) fn new(cors: &Cors) -> Result<Self, InvalidHeader> {
        let mut headers = HEADERS.to_owned();
        for name in &cors.headers {
            let valid = HeaderName::try_from(name).map_err(|_| InvalidHeader { name: name.clone() })?;
            headers = format!("{headers}, {valid}");
        }
        Ok(Self {
            origins: cors
                .origins
                .iter()
                .map(|origin| origin.to_ascii_lowercase())
                .collect(),
            headers: HeaderValue::try_from(headers).map_err(|_| InvalidHeader { name: String::new() })?,
        })
    }

    /// The origin of the page that sends a request, where it may.
    pub(super) fn origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        let text = origin.to_str().ok()?.to_ascii_lowercase();
        let allowed = self.origins.iter().any(|pattern| matches(pattern, &text));
        allowed.then(|| origin.clone())
    }

    /// The answer to a browser that asks whether a page may send.
    pub(super) fn preflight<B>(&self, request: &Request<B>) -> Option<Response<Reply>> {
        let asks = request.headers();
        if request.method() != Method::OPTIONS || !asks.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
            return None;
        }
        let origin = self.origin(asks)?;
        let mut response = Response::new(Reply::default());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, self.headers.clone());
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
        if asks.contains_key(ASKED_PRIVATE) {
            headers.insert(ALLOW_PRIVATE, HeaderValue::from_static("true"));
        }
        self.mark(&mut response, Some(origin));
        Some(response)
    }

    /// Lets the page of `origin` read an answer.
    pub(super) fn mark(&self, response: &mut Response<Reply>, origin: Option<HeaderValue>) {
        if self.origins.is_empty() {
            return;
        }
        let headers = response.headers_mut();
        headers.insert(VARY, HeaderValue::from_static("origin"));
        if let Some(origin) = origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(
                ACCESS_CONTROL_EXPOSE_HEADERS,
                HeaderValue::from_static("retry-after"),
            );
        }
    }
}

/// Whether an origin is as the pattern has it. A `*` in it stands for labels of a host, or a port.
fn matches(pattern: &str, origin: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else {
        return pattern == origin;
    };
    if before.is_empty() && after.is_empty() {
        return true;
    }
    let middle = origin
        .strip_prefix(before)
        .and_then(|rest| rest.strip_suffix(after));
    middle.is_some_and(|middle| {
        !middle.is_empty()
            && middle
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_match_as_a_person_means_them() {
        for (pattern, origin) in [
            ("*", "https://any.example"),
            ("https://shop.example", "https://shop.example"),
            ("https://*.shop.example", "https://a.b.shop.example"),
            ("http://localhost:*", "http://localhost:5173"),
        ] {
            assert!(matches(pattern, origin), "{pattern} {origin}");
        }
        for (pattern, origin) in [
            ("https://shop.example", "http://shop.example"),
            ("https://shop.example", "https://shop.example:8443"),
            ("https://*.shop.example", "https://shop.example"),
            ("https://*.shop.example", "https://evil.example/.shop.example"),
            ("https://*.shop.example", "https://evilshop.example"),
            ("https://*", "null"),
        ] {
            assert!(!matches(pattern, origin), "{pattern} {origin}");
        }
    }
}
