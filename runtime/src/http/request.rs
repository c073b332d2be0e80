//! A server's request: what the conventions ask of it.

use super::config::Config;
use super::headers;
use super::protocol::{MethodName, protocol_version};
use crate::recorder::Span;
use http::uri::Authority;
use http::{Extensions, HeaderMap, Request, header};
use std::borrow::Cow;
use std::net::SocketAddr;

/// The route that a request matched, such as `/users/{id}`: `http.route`, and part of the span's name.
///
/// With the feature `axum` it is found by itself inside of a `Router`. Elsewhere put this among the extensions of the
/// request before [`TraceLayer`](super::TraceLayer) sees it, or among those of the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route(pub Cow<'static, str>);

/// The route among a request's or a response's extensions.
pub(super) fn route(extensions: &Extensions) -> Option<&str> {
    let set = extensions.get::<Route>().map(|route| route.0.as_ref());
    #[cfg(feature = "axum")]
    let set = set.or_else(|| {
        extensions
            .get::<axum::extract::MatchedPath>()
            .map(axum::extract::MatchedPath::as_str)
    });
    set
}

/// Who sent the request, where the server says so.
#[cfg_attr(not(feature = "axum"), allow(unused_variables))]
fn peer(extensions: &Extensions) -> Option<SocketAddr> {
    #[cfg(feature = "axum")]
    return extensions
        .get::<axum::extract::ConnectInfo<SocketAddr>>()
        .map(|info| info.0);
    #[cfg(not(feature = "axum"))]
    None
}

/// The first of a list that proxies append to.
fn first<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let list = headers.get(name)?.to_str().ok()?;
    let first = list.split(',').next()?.trim();
    (!first.is_empty()).then_some(first)
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Host and port that the client asked for: in the request's target, or by `Host`.
fn server(target: Option<&Authority>, host: Option<&str>, scheme: &str) -> Option<(String, u16)> {
    let sent = host.and_then(|host| Authority::try_from(host).ok());
    let authority = target.or(sent.as_ref())?;
    let name = authority.host();
    let address = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    let default = if scheme.eq_ignore_ascii_case("https") {
        443
    } else {
        80
    };
    Some((address.to_owned(), authority.port_u16().unwrap_or(default)))
}

/// Writes what is known before the handler runs.
pub(super) fn describe<B>(span: &mut Span, request: &Request<B>, method: MethodName<'_>, config: &Config) {
    let (uri, sent) = (request.uri(), request.headers());
    let forwarded = |name| config.forwarded.then(|| first(sent, name)).flatten();
    let scheme = forwarded("x-forwarded-proto")
        .or_else(|| uri.scheme_str())
        .unwrap_or("http");
    span.set("http.request.method", method.method);
    span.set("http.request.method_original", &method.original);
    span.set("url.path", uri.path());
    span.set("url.scheme", scheme);
    span.set("url.query", &uri.query());
    match route(request.extensions()) {
        Some(route) => {
            span.set("http.route", route);
            span.set_name(&format_args!("{} {route}", method.in_name));
        }
        None => span.set_name(method.in_name),
    }
    let asked = match forwarded("x-forwarded-host") {
        Some(host) => server(None, Some(host), scheme),
        None => server(uri.authority(), text(sent, header::HOST), scheme),
    };
    if let Some((address, port)) = asked {
        span.set("server.address", &address);
        span.set("server.port", &port);
    }
    let peer = peer(request.extensions());
    let peer_address = peer.map(|peer| peer.ip());
    match forwarded("x-forwarded-for") {
        Some(client) => span.set("client.address", client),
        None => span.set("client.address", &peer_address),
    }
    span.set("network.peer.address", &peer_address);
    span.set("network.peer.port", &peer.map(|peer| peer.port()));
    span.set("network.protocol.version", &protocol_version(request.version()));
    span.set("user_agent.original", &text(sent, header::USER_AGENT));
    headers::read(&config.request_headers, sent, |key, values| span.set(key, values));
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Uri;

    fn asked(uri: &str, host: Option<&str>, scheme: &str) -> Option<(String, u16)> {
        let uri: Uri = uri.parse().unwrap();
        server(uri.authority(), host, scheme)
    }

    #[test]
    fn the_server_is_what_the_client_asked_for() {
        let is = |address: &str, port| Some((address.to_owned(), port));
        assert_eq!(asked("/", Some("shop.test:8080"), "http"), is("shop.test", 8080));
        assert_eq!(asked("/", Some("shop.test"), "http"), is("shop.test", 80));
        assert_eq!(asked("/", Some("shop.test"), "https"), is("shop.test", 443));
        assert_eq!(asked("/", Some("[::1]:9"), "http"), is("::1", 9));
        assert_eq!(asked("http://h2.test/", Some("other"), "http"), is("h2.test", 80));
        assert_eq!(asked("/", Some("not a host"), "http"), None);
        assert_eq!(asked("/", None, "http"), None);
    }

    #[test]
    fn the_first_of_a_list_is_the_client() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "203.0.113.7, 10.0.0.1".parse().unwrap());
        assert_eq!(first(&headers, "x-forwarded-for"), Some("203.0.113.7"));
        headers.insert("x-forwarded-for", " ,10.0.0.1".parse().unwrap());
        assert_eq!(first(&headers, "x-forwarded-for"), None);
    }
}
