//! Who may ask, and what a browser may do with the answer.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{Site, WebConfig};

const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Refuses requests under a foreign name, and puts the policy on every answer.
///
/// A page elsewhere may have its own name lead to 127.0.0.1 and would then read everything here as its own (DNS
/// rebinding); the name that the browser sends tells it from a person who typed `localhost`.
pub(super) async fn guard(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut response = guard_host(State(site.config), request, next).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Refuses requests under a foreign name.
pub(super) async fn guard_host(
    State(config): State<Arc<WebConfig>>,
    request: Request,
    next: Next,
) -> Response {
    match host(&request) {
        Some(host) if is_allowed(host, &config) => next.run(request).await,
        _ => (
            StatusCode::MISDIRECTED_REQUEST,
            "This page answers to localhost and 127.0.0.1. To open it by another name, add that name to the allowed hosts.\n",
        )
            .into_response(),
    }
}

fn host(request: &Request) -> Option<&str> {
    match request.headers().get(header::HOST) {
        Some(host) => host.to_str().ok(),
        None => request.uri().authority().map(|authority| authority.as_str()),
    }
}

fn is_allowed(host: &str, config: &WebConfig) -> bool {
    let name = without_port(host);
    let name = name.strip_suffix('.').unwrap_or(name);
    let address = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        || name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || config
            .allowed_hosts
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(name))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_machine_and_configured_ones_are_allowed() {
        let config = WebConfig {
            allowed_hosts: vec!["traces.example".to_owned()],
        };
        for host in [
            "localhost",
            "LOCALHOST:8009",
            "app.localhost:8009",
            "127.0.0.1:8009",
            "127.1.2.3",
            "[::1]:8009",
            "[::1]",
            "localhost.:80",
            "Traces.example:443",
        ] {
            assert!(is_allowed(host, &config), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1:8009",
            "[::2]:8009",
            "xtraces.example",
            "evil.example:localhost",
        ] {
            assert!(!is_allowed(host, &config), "{host}");
        }
    }
}
